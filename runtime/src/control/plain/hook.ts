/** Finds the kafkajs that the program will load, and wraps the consumers it makes. */
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Consumer, ConsumerConfig, Kafka, Offsets, Producer, ProducerConfig } from 'kafkajs'
import { systemClock } from '../../clock.ts'
import { controlScratchGroupVariable, controlSecondInstanceVariable, controlSocketVariable } from '../../protocol.ts'
import { warningsTrace } from '../../trace.ts'
import { type ConsumerSetting, steppedConsumer } from './consumer.ts'
import { seenProducer } from './producer.ts'

type MakeConsumer = (this: Kafka, config?: ConsumerConfig) => Consumer
type MakeProducer = (this: Kafka, config?: ProducerConfig) => Producer
type KafkaClass = { readonly prototype: { consumer: MakeConsumer; producer: MakeProducer } }

/** Patches `Kafka.prototype.consumer` and `producer`. An ESM import of kafkajs answers the same CommonJS instance, so it is seen there too. */
export function hookKafkajs(environment: NodeJS.ProcessEnv): void {
  const prototype = findKafkaClass()?.prototype
  if (!prototype) return
  const makeConsumer = prototype.consumer
  const makeProducer = prototype.producer
  const committed = new Set<(groupId: string, topics: Offsets['topics']) => void>()
  const scratchOf = scratchGroups(environment[controlScratchGroupVariable])
  let isClaimed = false
  const setting: Omit<ConsumerSetting, 'kafka' | 'groupId' | 'realGroupId' | 'isSecond'> = {
    environment,
    clock: systemClock,
    trace: warningsTrace,
    onTransaction: listener => void committed.add(listener),
    claim() {
      const isFree = !isClaimed && environment[controlSocketVariable] !== undefined
      isClaimed ||= isFree
      return isFree
    },
  }
  prototype.consumer = function (config) {
    // A processor in the same program has taken the link, scratch group included.
    const isOurs = isClaimed || environment[controlSocketVariable] !== undefined
    if (!isOurs || !config?.groupId) return makeConsumer.call(this, config)
    const groupId = scratchOf.take(config.groupId)
    const make = (standstillMs: number) => {
      const sessionTimeout = Math.max(config.sessionTimeout ?? 0, standstillMs)
      return makeConsumer.call(this, { ...config, groupId, sessionTimeout })
    }
    const isSecond = environment[controlSecondInstanceVariable] !== undefined
    return steppedConsumer(make, { ...setting, kafka: this, groupId, realGroupId: config.groupId, isSecond })
  }
  prototype.producer = function (config) {
    const producer = makeProducer.call(this, config)
    return seenProducer(producer, {
      isStepping: () => isClaimed,
      groupOf: scratchOf.known,
      onCommitted(groupId, topics) {
        for (const listener of committed) listener(groupId, topics)
      },
    })
  }
}

/** The first group gets the scratch group itself, every further one a name of its own: two groups must not become one. */
function scratchGroups(scratch: string | undefined) {
  const names = new Map<string, string>()
  return {
    take(groupId: string): string {
      if (!scratch) return groupId
      const name = names.get(groupId) ?? (names.size === 0 ? scratch : `${scratch}.${groupId}`)
      names.set(groupId, name)
      return name
    },
    /** A group that no consumer of this program uses is left as it is. */
    known: (groupId: string): string => names.get(groupId) ?? groupId,
  }
}

function findKafkaClass(): KafkaClass | undefined {
  for (const folder of [folderOf(process.argv[1]), process.cwd()]) {
    if (folder === undefined) continue
    try {
      const kafkajs: { readonly Kafka: KafkaClass } = createRequire(join(folder, 'program.js'))('kafkajs')
      return kafkajs.Kafka
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) throw error
    }
  }
  return undefined
}

/** Where Node looks from: the program's real path. */
function folderOf(program: string | undefined): string | undefined {
  if (program === undefined) return undefined
  try {
    return dirname(realpathSync(program))
  } catch {
    return dirname(program)
  }
}
