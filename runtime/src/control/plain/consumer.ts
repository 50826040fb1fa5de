/** A kafkajs consumer that shows its batches: the program's own, with what it is asked to do seen on the way. */
import type { Consumer, ConsumerRunConfig } from 'kafkajs'
import { type Clock, pause } from '../../clock.ts'
import { reasonOf } from '../../errors.ts'
import type { Trace } from '../../trace.ts'
import { connectEditor, type OwnFaultPorts } from '../connect.ts'
import { handlerPlace } from '../handlerPlace.ts'
import { currentHandling } from '../outputs.ts'
import { replayOffers } from '../replay.ts'
import { canStartSecond, freezeUntilReplaced } from '../understudy.ts'
import type { PlainBatch } from './batch.ts'
import { canReachCluster, deleteRecords, expireMember, refetchPlain } from './cluster.ts'
import { plainOffers } from './offers.ts'
import { PlainRun } from './plainRun.ts'
import { type GroupSetting, type Positions, preparePositions } from './scratch.ts'

export interface ConsumerSetting extends GroupSetting {
  readonly environment: NodeJS.ProcessEnv
  readonly clock: Clock
  readonly trace: Trace
  /** Answers true once: a token is good for one hello, so the first consumer that runs is the one that is stepped. */
  claim(): boolean
}

type Topic = string | RegExp

export function steppedConsumer(consumer: Consumer, setting: ConsumerSetting): Consumer {
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
      await consumer.run(await steppedConfig(run, config, setting, stepped))
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

/** The program's own configuration where no editor answers. */
async function steppedConfig(
  run: PlainRun,
  config: ConsumerRunConfig,
  { kafka, environment, clock, trace, groupId }: ConsumerSetting,
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
    },
    clock,
    trace,
    faults: () => plainFaults(run, kafka, environment, trace),
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
  return editor ? run.stepped(editor.link, editor.stepper) : config
}

function plainFaults(
  run: PlainRun,
  kafka: ConsumerSetting['kafka'],
  environment: NodeJS.ProcessEnv,
  trace: Trace,
): OwnFaultPorts<PlainBatch> {
  return {
    met: (batch, phase, read) => run.met(batch, phase, read),
    isCommitOnWire: true,
    isCommitFirst: false,
    freezesAt: 'saved',
    async freeze(ranges) {
      const expire = async () => {
        if (run.member) await expireMember(kafka, run.member)
      }
      const { committed, error } = await freezeUntilReplaced(environment, ranges, expire)
      const message = `while this process was frozen, the second instance: ${error}`
      if (error !== undefined) trace({ kind: 'control', message })
      return committed
    },
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
