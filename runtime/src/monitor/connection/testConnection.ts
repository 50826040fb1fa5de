/** Testing a connection step by step, so that the first thing that is wrong is named, with what to try. */

import { transportOf } from '../../clients/kafka-protocol/connection.ts'
import { systemClock } from '../../clock.ts'
import { TidemarkError } from '../../errors.ts'
import { systemRandom } from '../../random.ts'
import { CountingTransport } from '../countingTransport.ts'
import { ClusterMonitor } from '../monitor.ts'
import type { ClusterSnapshot } from '../snapshot.ts'
import { type BrokerPlace, type ConnectionConfig, parseBroker } from './config.ts'
import { clusterClient } from './connectCluster.ts'
import { askMechanism, askVersions, openTcp, resolveName, StepError, startTls } from './steps.ts'

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
  /** What was found. */
  readonly detail: string
  /** Where it failed: what it usually means and what to do. */
  readonly tryThis?: string
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
  const advertised = snapshot ? await reachAdvertised(snapshot) : []
  const isUsable = inside.every(({ isFine }) => isFine) && advertised.every(({ isFine }) => isFine)
  return { isUsable, steps: [...steps, ...inside, ...advertised], kafkaVersion: snapshot?.kafkaVersion }
}

/** Up to the first step that fails. */
async function reach(broker: string, { tls, sasl }: ConnectionConfig): Promise<StepResult[]> {
  const steps: StepResult[] = []
  const step = recorder(steps, broker)
  const place = await step(
    'address',
    async () => addressOf(broker),
    () => 'host and port',
  )
  if (!place || !(await step('dns', () => resolveName(place)))) return steps
  const tcp = await step(
    'tcp',
    () => openTcp(place),
    () => 'connected',
  )
  if (!tcp) return steps
  try {
    const socket = tls
      ? await step(
          'tls',
          () => startTls(tcp, place, tls),
          () => 'encrypted, certificate accepted',
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
  const monitor = await step('login', connect, () =>
    config.sasl ? `logged in with ${config.sasl.mechanism}` : 'no login is needed',
  )
  if (!monitor) return { steps }
  try {
    const snapshot = await step('authorisation', () => monitor.refresh(), lookAround)
    if (!snapshot) return { steps }
    for (const { place, message } of snapshot.problems) {
      const tryThis =
        'Ask for DESCRIBE on the cluster and on the groups; topics without that right are not shown at all.'
      steps.push({ place, step: 'authorisation', isFine: false, detail: message, tryThis })
    }
    return { steps, snapshot }
  } finally {
    await monitor.close()
  }
}

function lookAround({ brokers, topics, groups }: ClusterSnapshot): string {
  const parts = [counted(brokers.length, 'broker'), counted(topics.length, 'topic'), counted(groups.length, 'group')]
  return `visible: ${parts.join(', ')}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** The classic trap: the first broker answers, and then names addresses that only work somewhere else. */
async function reachAdvertised({ brokers }: ClusterSnapshot): Promise<StepResult[]> {
  const results = await Promise.all(
    brokers.map(async ({ nodeId, host, port }): Promise<StepResult> => {
      const place = `broker ${nodeId} (${host}:${port})`
      try {
        await resolveName({ host, port })
        const socket = await openTcp({ host, port })
        socket.destroy()
        return { place, step: 'advertised', isFine: true, detail: 'the advertised address can be reached' }
      } catch (error) {
        const tryThis =
          "Correct the broker's advertised.listeners: clients use the address that is told there, not the one they began with."
        return { place, step: 'advertised', isFine: false, detail: (error as Error).message, tryThis }
      }
    }),
  )
  return results
}

function addressOf(broker: string): BrokerPlace {
  const place = parseBroker(broker)
  if (!place)
    throw new StepError(
      `'${broker}' is not host:port`,
      'Write it like localhost:9092, or [::1]:9092 for an IPv6 address.',
    )
  return place
}

/** Runs a step and writes down how it went. @returns what it found, `undefined` where it failed. */
function recorder(steps: StepResult[], place: string) {
  return async <Found>(
    step: ConnectionStep,
    work: () => Promise<Found>,
    describe: (found: Found) => string = String,
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

function explained(error: unknown): { readonly detail: string; readonly tryThis: string } {
  if (error instanceof StepError) return { detail: error.message, tryThis: error.tryThis }
  if (error instanceof TidemarkError)
    return { detail: error.message.replace(` ${error.action}`, ''), tryThis: error.action }
  return {
    detail: error instanceof Error ? error.message : String(error),
    tryThis: 'See the reason; the broker’s log may say more.',
  }
}
