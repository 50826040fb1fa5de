/**
 * One experiment: a pipeline under a guarantee, killed, frozen, cut off and its broker restarted, and the outcome compared with the ledger.
 *
 * What happens is drawn from a seed; when exactly it hits is up to the machine, so a seed repeats the plan, not the instant.
 */
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import type { KafkaConnection } from '../../runtime/src/clients/client.ts'
import { kafkajs } from '../../runtime/src/clients/kafkajs.ts'
import { type Random, seededRandom } from '../../runtime/src/random.ts'
import { tempFolder } from '../harness/folders.ts'
import { type TestKafka, useKafka } from '../harness/kafka.ts'
import { usePostgres } from '../harness/postgres.ts'
import { type KafkaProxy, useProxy } from '../harness/proxy.ts'
import type { Scope } from '../harness/scope.ts'
import { uniqueName } from '../harness/topics.ts'
import { until } from '../harness/until.ts'
import { useZooKeeper } from '../harness/zookeeper.ts'
import { pipelineFile } from './bundle.ts'
import { startFeed } from './feed.ts'
import type { Flaw } from './flaws.ts'
import { openOutcome } from './outcome.ts'
import { type Program, startProgram } from './program.ts'
import type { ClientChoice, GuaranteeChoice, PipelineSettings, StoreChoice } from './settings.ts'
import { writeSettings } from './settings.ts'
import { type Verdict, verdictOf } from './verdict.ts'

export interface ExperimentOptions {
  readonly guarantee: GuaranteeChoice
  readonly store: StoreChoice
  readonly client: ClientChoice
  readonly kills: number
  readonly seed: number
  /** How many brokers a cluster of its own gets. */
  readonly brokers?: 1 | 3
  /** A cluster that nobody else touches meanwhile, in place of one of its own. */
  readonly kafka?: TestKafka
  readonly flaw?: Flaw
  /** Zombies that work on, frozen often: only the store or the broker stands between them and a double. */
  readonly hasZombies?: boolean
  /** Told what is done, for a person who watches. */
  say?(line: string): void
}

const partitions = 4
const recordsPerSecond = 2_000
const sessionTimeoutMs = 1_500
const pauseMs = 3
/** Every so many kills one of these happens too. */
const freezeEvery = 10
const zombieFreezeEvery = 2
const cutEvery = 3
const restartEvery = 20
const leaderKillEvery = 4
/** Node ids of a local cluster count from here. */
const firstNodeId = 1

export async function runExperiment(t: Scope, options: ExperimentOptions): Promise<Verdict> {
  const stage = await setStage(t, options)
  const feed = startFeed(stage.connection, stage.settings.topic, recordsPerSecond)
  const disasters = new Disasters(t, stage, options)
  for (let kill = 1; kill <= options.kills; kill++) await disasters.strike(kill)
  disasters.endAll()
  const acknowledged = await feed.stop()
  await drain(t, stage)
  const effects = await openOutcome(stage.connection, stage.settings)
  return { ...verdictOf(options.guarantee, acknowledged, effects), happened: disasters.happened }
}

/** A Kafka that may be killed, and lets sessions be short. */
export function useChaosKafka(t: Scope, brokers: 1 | 3 = 1): Promise<TestKafka> {
  return useKafka(t, { isOwn: true, brokers, configs: { 'group.min.session.timeout.ms': '500' } })
}

interface Stage {
  readonly kafka: TestKafka
  readonly proxy: KafkaProxy
  /** Straight to the broker, for the feed and the outcome. */
  readonly connection: KafkaConnection
  readonly settings: PipelineSettings
}

async function setStage(t: Scope, options: ExperimentOptions): Promise<Stage> {
  const { guarantee, store, client, flaw, brokers = 1 } = options
  const kafka = options.kafka ?? (await useChaosKafka(t, brokers))
  const proxy = await useProxy(t, kafka.brokers)
  const folder = await tempFolder(t)
  const direct = new Kafka({ clientId: 'chaos', brokers: kafka.brokers, logLevel: logLevel.NOTHING })
  const connection = await kafkajs(direct).connect()
  t.after(() => connection.close())
  const topic = uniqueName('chaos')
  const outputTopic = uniqueName('chaos-out')
  const replicationFactor = brokers
  await connection.createTopics([
    { topic, partitions, replicationFactor },
    { topic: outputTopic, partitions, replicationFactor },
  ])
  const settings: PipelineSettings = {
    guarantee,
    store,
    client,
    flaw,
    brokers: proxy.brokers,
    topic,
    outputTopic,
    groupId: uniqueName('chaos'),
    instance: 'a',
    sessionTimeoutMs,
    // A zombie that writes as soon as it wakes is the one that only the compare-and-set stops.
    pauseMs: options.hasZombies ? 0 : pauseMs,
    isDeaf: options.hasZombies === true,
    outcomePath: join(folder, 'outcome.db'),
    storeAddress: await storeAddress(t, store, folder),
    isLast: false,
  }
  return { kafka, proxy, connection, settings }
}

async function storeAddress(t: Scope, store: StoreChoice, folder: string): Promise<string> {
  if (store === 'postgres') return (await usePostgres(t)).connectionString
  if (store === 'zookeeper') return (await useZooKeeper(t)).connectString
  return join(folder, store === 'checkpoint' ? 'checkpoint' : 'offsets.db')
}

class Disasters {
  readonly happened: Record<string, number> = {
    kills: 0,
    freezes: 0,
    cuts: 0,
    lostReplies: 0,
    restarts: 0,
    leadersKilled: 0,
  }
  readonly #t: Scope
  readonly #stage: Stage
  readonly #options: ExperimentOptions
  readonly #random: Random
  readonly #programs = new Map<string, Program>()

  constructor(t: Scope, stage: Stage, options: ExperimentOptions) {
    this.#t = t
    this.#stage = stage
    this.#options = options
    this.#random = seededRandom(options.seed)
  }

  /** One kill, and whatever else its turn brings. */
  async strike(kill: number): Promise<void> {
    const a = this.#running('a')
    // Most kills hit a pipeline at work, every fifth one wherever its start has come to.
    if (kill % 5 !== 0) await this.#atWork(a)
    await wait(this.#random.integer(600))
    if (kill % cutEvery === 0) await this.#cut()
    const { hasZombies, brokers } = this.#options
    if (kill % (hasZombies ? zombieFreezeEvery : freezeEvery) === 0) await this.#freeze(a)
    if (kill % (brokers === 3 ? leaderKillEvery : restartEvery) === 0) await this.#restart()
    this.#kill('a')
    await a.ended
    this.#count('kills')
  }

  endAll(): void {
    for (const name of this.#programs.keys()) this.#kill(name)
    this.#stage.proxy.judge(() => 'pass')
  }

  /** Frozen past its session while a second instance takes over, then let go: the zombie. */
  async #freeze(a: Program): Promise<void> {
    // A checkpoint directory has one process at a time: its second instance is refused, so there is no zombie to make.
    if (this.#options.store === 'checkpoint') return
    const b = this.#running('b')
    await Promise.all([this.#atWork(a), this.#atWork(b)])
    await wait(this.#random.integer(300))
    a.signal('SIGSTOP')
    await wait(sessionTimeoutMs * 2 + 500 + this.#random.integer(1_000))
    a.signal('SIGCONT')
    this.#count('freezes')
    await wait(300 + this.#random.integer(700))
    this.#kill('b')
    await b.ended
  }

  /** Every connection cut at once, and the answers to the next commits lost. */
  async #cut(): Promise<void> {
    const { proxy } = this.#stage
    const lose = new Set([8, 26, 28])
    let left = 2
    proxy.judge(({ apiKey }) => {
      if (!lose.has(apiKey) || left === 0) return 'pass'
      left--
      this.#count('lostReplies')
      return 'loseReply'
    })
    await wait(200)
    proxy.cutAll()
    this.#count('cuts')
    await wait(this.#random.integer(500))
  }

  /** One broker: killed and started again. Three: a partition's leader is killed, others lead meanwhile, then it comes back. */
  async #restart(): Promise<void> {
    const { kafka } = this.#stage
    if (kafka.brokers.length === 1) {
      this.#options.say?.('the broker is killed and started again')
      await kafka.restart({ isKilled: true })
      return this.#count('restarts')
    }
    const partition = this.#random.integer(partitions)
    const leader = await this.#leaderOf(partition)
    this.#options.say?.(`broker ${leader}, the leader of partition ${partition}, is killed and started again`)
    await kafka.killBroker(leader - firstNodeId)
    this.#count('leadersKilled')
    await until('another broker leads', async () => (await this.#leaderOf(partition)) !== leader)
    await wait(this.#random.integer(2_000))
    await kafka.startBroker(leader - firstNodeId)
  }

  async #leaderOf(partition: number): Promise<number> {
    const { connection, settings } = this.#stage
    const [topic] = await connection.describeTopics([settings.topic])
    return topic?.partitions.find(each => each.partition === partition)?.leader ?? -1
  }

  async #atWork(program: Program): Promise<void> {
    await program.says(/assigned [1-9]/).catch(error => this.#options.say?.(String(error)))
  }

  /** The instance of this name, started if it does not run. One that ended by itself is started again, as a supervisor would. */
  #running(instance: string): Program {
    const present = this.#programs.get(instance)
    if (present && !present.hasEnded()) return present
    if (present) this.#options.say?.(`instance ${instance} had ended by itself:\n${present.output().slice(-600)}`)
    const program = startProgram(this.#t, pipelineFile, writeSettings({ ...this.#stage.settings, instance }))
    this.#programs.set(instance, program)
    return program
  }

  #kill(instance: string): void {
    this.#programs.get(instance)?.signal('SIGKILL')
    this.#programs.delete(instance)
  }

  #count(what: string): void {
    this.happened[what] = (this.happened[what] ?? 0) + 1
  }
}

/**
 * A last instance works off what is left and ends by itself. It is started again until Kafka's own view of the group stands at the end of
 * every partition: an instance killed a moment ago still holds its share until its session has ended.
 */
async function drain(t: Scope, { connection, settings }: Stage): Promise<void> {
  const all = Array.from({ length: partitions }, (_none, partition) => ({ topic: settings.topic, partition }))
  let last: Program | undefined
  let output = ''
  const isDrained = async () => {
    last ??= startProgram(t, pipelineFile, writeSettings({ ...settings, isLast: true }))
    if (!last.hasEnded()) return false
    output = last.output()
    last = undefined
    const ends = await connection.logOffsets(all)
    const committed = await connection.committedOffsets(settings.groupId, all)
    return ends.every(end =>
      committed.some(each => each.partition === end.partition && each.offset === end.highWatermark),
    )
  }
  await until('the last instance has drained the topic', isDrained, { deadlineMs: 120_000, everyMs: 100 }).catch(
    error => {
      throw new Error(`The topic was not drained. The last instance said:\n${output}`, { cause: error })
    },
  )
}
