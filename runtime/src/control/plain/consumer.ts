/** A kafkajs consumer that shows its batches: the program's own, with what it is asked to do seen on the way. */
import type { Consumer, ConsumerRunConfig, Offsets } from 'kafkajs'
import { type Clock, pause } from '../../clock.ts'
import { reasonOf } from '../../errors.ts'
import type { Trace } from '../../trace.ts'
import { connectEditor, type EditorConnection, type OwnFaultPorts, standstillMsMax } from '../connect.ts'
import { type ClusterFacts, lookAtCluster, sweepScratchGroups } from '../debugCluster.ts'
import { handlerPlace } from '../handlerPlace.ts'
import { currentHandling } from '../outputs.ts'
import { refusalOf } from '../readOnly.ts'
import { replayOffers } from '../replay.ts'
import { forgetScratchGroup } from '../scratchEnd.ts'
import { canStartSecond, freezeUntilReplaced } from '../understudy.ts'
import type { PlainBatch } from './batch.ts'
import { asking, canReachCluster, deleteRecords, expireMember, identityOf, refetchPlain } from './cluster.ts'
import { plainOffers } from './offers.ts'
import { PlainRun } from './plainRun.ts'
import { type GroupSetting, type Positions, preparePositions } from './scratch.ts'

export interface ConsumerSetting extends GroupSetting {
  readonly environment: NodeJS.ProcessEnv
  readonly clock: Clock
  readonly trace: Trace
  /** Answers true once: a token is good for one hello, so the first consumer that runs is the one that is stepped. */
  claim(): boolean
  /** Calls back when a transaction of the program has committed offsets of a group. */
  onTransaction(listener: (groupId: string, topics: Offsets['topics']) => void): void
}

type Topic = string | RegExp

/** @param make a consumer of the program's kafkajs, whose session lasts so long */
export function steppedConsumer(make: (standstillMs: number) => Consumer, setting: ConsumerSetting): Consumer {
  const { consumer, untilConnected } = patientConsumer(make, setting)
  const topics = new Map<Topic, boolean>()
  let run: PlainRun | undefined
  const ending =
    (end: () => Promise<void>): (() => Promise<void>) =>
    async () => {
      run?.letGo()
      await end()
      await run?.end()
    }
  const stepped: Consumer = {
    ...consumer,
    async subscribe(subscription) {
      const fromBeginning = subscription.fromBeginning ?? false
      for (const topic of 'topics' in subscription ? subscription.topics : [subscription.topic])
        topics.set(topic, fromBeginning)
      await consumer.subscribe(subscription)
    },
    async run(config = {}) {
      const isStepped = setting.claim()
      if (!isStepped && setting.groupId === setting.realGroupId) return consumer.run(config)
      const positions = await positionsFor(setting, [...topics.keys()])
      if (!isStepped || !positions) return consumer.run(config)
      const isFromBeginning = (name: string) => fromBeginningOf(topics, name)
      run = new PlainRun({ consumer, config, positions, clock: setting.clock, isFromBeginning })
      await consumer.run(await steppedConfig(run, config, { ...setting, cluster: await untilConnected() }, stepped))
    },
    async commitOffsets(offsets) {
      // A replay moves no position, whatever its handler asks for.
      const kind = currentHandling()?.kind
      if (kind === undefined || kind === 'batch') await consumer.commitOffsets(offsets)
    },
    seek(where) {
      run?.sought(where)
      consumer.seek(where)
    },
    stop: ending(consumer.stop),
    disconnect: ending(consumer.disconnect),
  }
  return stepped
}

/**
 * A consumer whose session lasts as long as the broker allows.
 *
 * kafkajs fixes the session when a consumer is made, and only a connected one can ask the broker: so the first one made is given up
 * unconnected where the broker's limit is lower, and another one stands in its place, with the listeners it had.
 */
function patientConsumer(make: (standstillMs: number) => Consumer, { kafka, environment }: ConsumerSetting) {
  let current = make(standstillMsMax)
  const listeners: Parameters<Consumer['on']>[] = []
  let looked: Promise<ClusterFacts> | undefined
  const look = async (): Promise<ClusterFacts> => {
    const facts = (await asking(kafka, lookAtCluster)) ?? {}
    if (facts.standstillMs === undefined) return facts
    current = make(facts.standstillMs)
    for (const listener of listeners) current.on(...listener)
    return facts
  }
  const untilConnected = () => (looked ??= look())
  const consumer: Consumer = {
    ...current,
    on: (...listener) => {
      listeners.push(listener)
      return current.on(...listener)
    },
    connect: async () => {
      const refusal = await refusalOf(environment, () => identityOf(kafka))
      if (refusal) throw refusal
      await untilConnected()
      await current.connect()
    },
    disconnect: () => current.disconnect(),
    subscribe: subscription => current.subscribe(subscription),
    stop: () => current.stop(),
    run: config => current.run(config),
    commitOffsets: offsets => current.commitOffsets(offsets),
    seek: where => current.seek(where),
    describeGroup: () => current.describeGroup(),
    pause: topics => current.pause(topics),
    paused: () => current.paused(),
    resume: topics => current.resume(topics),
    logger: () => current.logger(),
  }
  return { consumer, untilConnected }
}

/** The program's own configuration where no editor answers. */
async function steppedConfig(
  run: PlainRun,
  config: ConsumerRunConfig,
  {
    kafka,
    environment,
    clock,
    trace,
    groupId,
    realGroupId,
    isSecond,
    onTransaction,
    cluster,
  }: ConsumerSetting & { readonly cluster: ClusterFacts },
  consumer: Consumer,
): Promise<ConsumerRunConfig> {
  const stop = async (deadlineMs: number) => {
    const isOver = new AbortController()
    try {
      await Promise.race([consumer.disconnect(), pause(clock, deadlineMs, isOver.signal)])
    } catch (error) {
      trace({ kind: 'control', message: `the consumer did not stop: ${reasonOf(error)}` })
    } finally {
      isOver.abort()
      await run.end()
    }
  }
  const { handler, isEachMessage } = run
  const place = handler ? handlerPlace(handler) : null
  const canRefetch = canReachCluster(kafka)
  const capabilities = plainOffers({
    isEachMessage,
    isHandlerFound: place !== null,
    canRefetch,
    canStartSecond: canStartSecond(),
  })
  const editor = await connectEditor<PlainBatch>({
    environment,
    hello: {
      groupId,
      guarantee: run.isAutoCommit ? 'at-least-once (kafkajs autoCommit)' : 'what the handler commits (autoCommit off)',
      store: 'Kafka',
      client: 'kafkajs',
      capabilities,
      ...cluster,
    },
    clock,
    trace,
    faults: () => plainFaults(run, kafka, environment),
    handler: () => place,
    standsWithin: isEachMessage,
    replayStage: () => ({
      offerOf: mode => capabilities[replayOffers[mode]],
      refetch: ranges => refetchPlain(kafka, ranges),
      run: (slices, _batchId, _mode, call) => run.replay(slices, call),
    }),
    ifItDied: (batch, phase) => run.ifItDied(batch, phase),
    stop: deadlineMs => void stop(deadlineMs),
  })
  if (!editor) return config
  onTransaction((group, topics) => {
    if (group === groupId) run.committed(topics)
  })
  // A real group is never touched, whatever it is called.
  const isScratch = groupId !== realGroupId
  if (isScratch && !isSecond) void asking(kafka, connection => sweepScratchGroups(connection, groupId, clock))
  return run.stepped(editor.link, editor.stepper, async () => {
    if (isScratch && editor.isFinal) await endScratch(editor, kafka, groupId)
  })
}

async function endScratch(
  editor: EditorConnection<PlainBatch>,
  kafka: ConsumerSetting['kafka'],
  groupId: string,
): Promise<void> {
  await editor.endSeconds()
  await asking(kafka, connection => forgetScratchGroup(connection, groupId))
}

function plainFaults(
  run: PlainRun,
  kafka: ConsumerSetting['kafka'],
  environment: NodeJS.ProcessEnv,
): OwnFaultPorts<PlainBatch> {
  return {
    met: (batch, phase, read) => run.met(batch, phase, read),
    isCommitOnWire: true,
    isCommitFirst: false,
    freezesAt: 'saved',
    freeze: ranges =>
      freezeUntilReplaced(environment, ranges, async () => {
        if (run.member) await expireMember(kafka, run.member)
      }),
    deleteRecords: ranges =>
      deleteRecords(
        kafka,
        ranges.map(({ fromOffset, untilOffset, ...where }) => ({
          ...where,
          fromOffset: BigInt(fromOffset),
          untilOffset: BigInt(untilOffset),
        })),
      ),
  }
}

/** Without a scratch group the real one's offsets are read for their words only: a consumer that may not read them runs as it always does. */
async function positionsFor(setting: ConsumerSetting, topics: readonly Topic[]): Promise<Positions | undefined> {
  try {
    return await preparePositions(setting, topics)
  } catch (error) {
    if (setting.groupId !== setting.realGroupId) throw error
    const message = `the group's offsets could not be read (${reasonOf(error)}); the consumer runs on without the editor`
    setting.trace({ kind: 'control', message })
    return undefined
  }
}

function fromBeginningOf(topics: ReadonlyMap<Topic, boolean>, name: string): boolean {
  for (const [topic, isFromBeginning] of [...topics].reverse())
    if (typeof topic === 'string' ? topic === name : topic.test(name)) return isFromBeginning
  return false
}
