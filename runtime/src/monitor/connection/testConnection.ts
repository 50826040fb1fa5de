/** Testing a connection step by step, so that the first thing that is wrong is named, with what to try. */

import { transportOf } from '../../clients/kafka-protocol/connection.ts'
import { systemClock } from '../../clock.ts'
import { TidemarkError } from '../../errors.ts'
import { systemRandom } from '../../random.ts'
import { CountingTransport } from '../countingTransport.ts'
import { ClusterMonitor } from '../monitor.ts'
import { reasonOf } from '../reasons.ts'
import { type Saying, saying, type Told } from '../sentences.ts'
import type { ClusterSnapshot } from '../snapshot.ts'
import { type BrokerPlace, type ConnectionConfig, parseBroker } from './config.ts'
import { clusterClient } from './connectCluster.ts'
import { askMechanism, askVersions, openTcp, resolveName, StepError, startTls } from './steps.ts'
import { tokenExpiredAtMs } from './tokens.ts'

export type ConnectionStep =
  | 'address'
  | 'dns'
  | 'tcp'
  | 'tls'
  | 'versions'
  | 'sasl'
  | 'login'
  | 'authorisation'
  | 'advertised'

export interface StepResult {
  /** `host:port`, or the cluster for steps that are not of one broker. */
  readonly place: string
  readonly step: ConnectionStep
  readonly isFine: boolean
  /** What was found; for a terminal `inEnglish(detail)`. */
  readonly detail: Told
  /** Where it failed: what it usually means and what to do. */
  readonly tryThis?: Told
}

export interface ConnectionReport {
  /** Whether the cluster can be worked with, be it by one of several brokers. */
  readonly isUsable: boolean
  readonly steps: readonly StepResult[]
  readonly kafkaVersion: string | undefined
}

/**
 * Tries each configured broker up to the login, then logs in and asks what anybody who looks at a cluster asks.
 * Ends within seconds; it never throws for what the cluster does.
 *
 * @example
 * const { isUsable, steps } = await testConnection({ brokers: ['localhost:9092'] })
 */
export async function testConnection(config: ConnectionConfig): Promise<ConnectionReport> {
  const perBroker = await Promise.all(config.brokers.map(broker => reach(broker, config)))
  const steps = perBroker.flat()
  const isReachable = perBroker.some(list => list.every(({ isFine }) => isFine))
  if (!isReachable) return { isUsable: false, steps, kafkaVersion: undefined }
  const { steps: inside, snapshot } = await enter(config)
  if (!snapshot) return { isUsable: false, steps: [...steps, ...inside], kafkaVersion: undefined }
  const advertised = await reachAdvertised(snapshot)
  const refused = problemSteps(snapshot, advertised, config.brokers.join(', '))
  const isRefused = snapshot.problems.some(({ silentBroker }) => silentBroker === undefined)
  const isUsable = !isRefused && advertised.some(({ isFine }) => isFine)
  return { isUsable, steps: [...steps, ...inside, ...refused, ...advertised], kafkaVersion: snapshot.kafkaVersion }
}

/** Up to the first step that fails. */
async function reach(broker: string, { tls, sasl }: ConnectionConfig): Promise<StepResult[]> {
  const steps: StepResult[] = []
  const step = recorder(steps, broker)
  const place = await step(
    'address',
    async () => addressOf(broker),
    () => saying('hostAndPort'),
  )
  if (!place || !(await step('dns', () => resolveName(place)))) return steps
  const tcp = await step(
    'tcp',
    () => openTcp(place),
    () => saying('connected'),
  )
  if (!tcp) return steps
  try {
    const socket = tls
      ? await step(
          'tls',
          () => startTls(tcp, place, tls),
          () => saying('encrypted'),
        )
      : tcp
    if (!socket || !(await step('versions', () => askVersions(socket, tls)))) return steps
    if (sasl) await step('sasl', () => askMechanism(socket, sasl))
    socket.destroy()
    return steps
  } finally {
    tcp.destroy()
  }
}

/** Logs in as the monitor does, and looks around as it does. */
async function enter(
  config: ConnectionConfig,
): Promise<{ readonly steps: readonly StepResult[]; readonly snapshot?: ClusterSnapshot }> {
  const steps: StepResult[] = []
  const step = recorder(steps, config.brokers.join(', '))
  const client = await clusterClient(config)
  const connect = () =>
    ClusterMonitor.connect(new CountingTransport(transportOf(client)), { clock: systemClock, random: systemRandom })
  const login = async (): Promise<ClusterMonitor> => {
    // Asked for once more than needed, so that a token that cannot be had is told as that and not as a refused login.
    if (config.sasl?.mechanism === 'oauthbearer') checkToken(await config.sasl.token())
    return connect()
  }
  const monitor = await step('login', login, () =>
    config.sasl ? saying('loggedIn', config.sasl.mechanism) : saying('noLogin'),
  )
  if (!monitor) return { steps }
  try {
    const snapshot = await step('authorisation', () => monitor.refresh(), lookAround)
    if (!snapshot) return { steps }
    return { steps, snapshot }
  } finally {
    await monitor.close()
  }
}

/** What the look around was not told; a broker whose address leads nowhere is told of with its address. */
function problemSteps(
  { problems, brokers }: ClusterSnapshot,
  advertised: readonly StepResult[],
  place: string,
): StepResult[] {
  const unreached = brokers.filter((_, index) => advertised[index]?.isFine === false).map(({ nodeId }) => nodeId)
  return problems
    .filter(({ silentBroker }) => silentBroker === undefined || !unreached.includes(silentBroker))
    .map(({ place: where, reason, silentBroker }) => ({
      place,
      step: 'authorisation',
      isFine: false,
      detail: saying('lookRefused', where, reason),
      tryThis: saying(silentBroker === undefined ? 'tryRights' : 'trySilent'),
    }))
}

/** @throws {StepError} it says itself that it is over. */
function checkToken(token: string): void {
  const expiredAtMs = tokenExpiredAtMs(token)
  if (expiredAtMs !== undefined)
    throw new StepError(
      saying('tokenExpired', new Date(expiredAtMs).toISOString().replace(/\.\d+/, '')),
      saying('tryNewToken'),
    )
}

function lookAround({ brokers, topics, groups }: ClusterSnapshot): Saying {
  return saying('visible', brokers.length, topics.length, groups.length)
}

/** The classic trap: the first broker answers, and then names addresses that only work somewhere else. */
async function reachAdvertised({ brokers }: ClusterSnapshot): Promise<StepResult[]> {
  const results = await Promise.all(
    brokers.map(async ({ nodeId, host, port }): Promise<StepResult> => {
      const place = `${host}:${port}`
      try {
        await resolveName({ host, port })
        const socket = await openTcp({ host, port })
        socket.destroy()
        return { place, step: 'advertised', isFine: true, detail: saying('advertisedReached', nodeId) }
      } catch (error) {
        const detail = saying('advertisedLost', nodeId, reasonOf(error))
        return { place, step: 'advertised', isFine: false, detail, tryThis: saying('tryAdvertised') }
      }
    }),
  )
  return results
}

function addressOf(broker: string): BrokerPlace {
  const place = parseBroker(broker)
  if (!place) throw new StepError(saying('notHostPort', broker), saying('tryAddress'))
  return place
}

/** Runs a step and writes down how it went. @returns what it found, `undefined` where it failed. */
function recorder(steps: StepResult[], place: string) {
  return async <Found>(
    step: ConnectionStep,
    work: () => Promise<Found>,
    describe: (found: Found) => Told = found => found as Told,
  ): Promise<Found | undefined> => {
    try {
      const found = await work()
      steps.push({ place, step, isFine: true, detail: describe(found) })
      return found
    } catch (error) {
      steps.push({ place, step, isFine: false, ...explained(error) })
      return undefined
    }
  }
}

function explained(error: unknown): { readonly detail: Told; readonly tryThis: Told } {
  if (error instanceof StepError) return { detail: error.said, tryThis: error.tryThis }
  const reason = reasonOf(error)
  return error instanceof TidemarkError && error.code === 'AUTHENTICATION_FAILED'
    ? { detail: saying('loginRefused', reason), tryThis: saying('tryCredentials') }
    : { detail: saying('failed', reason), tryThis: saying('tryReason') }
}
