/** Finds the kafkajs that the program will load, and wraps the consumers it makes. */
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Consumer, ConsumerConfig, Kafka } from 'kafkajs'
import { systemClock } from '../../clock.ts'
import { controlScratchGroupVariable, controlSecondInstanceVariable, controlSocketVariable } from '../../protocol.ts'
import { warningsTrace } from '../../trace.ts'
import { standstillMsMax } from '../connect.ts'
import { type ConsumerSetting, steppedConsumer } from './consumer.ts'

type MakeConsumer = (this: Kafka, config?: ConsumerConfig) => Consumer
type KafkaClass = { readonly prototype: { consumer: MakeConsumer } }

/** Patches `Kafka.prototype.consumer`. An ESM import of kafkajs answers the same CommonJS instance, so it is seen there too. */
export function hookKafkajs(environment: NodeJS.ProcessEnv): void {
  const prototype = findKafkaClass()?.prototype
  if (!prototype) return
  const makeConsumer = prototype.consumer
  const scratchOf = scratchGroups(environment[controlScratchGroupVariable])
  let isClaimed = false
  const setting: Omit<ConsumerSetting, 'kafka' | 'groupId' | 'realGroupId' | 'isSecond'> = {
    environment,
    clock: systemClock,
    trace: warningsTrace,
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
    const groupId = scratchOf(config.groupId)
    const sessionTimeout = Math.max(config.sessionTimeout ?? 0, standstillMsMax)
    const consumer = makeConsumer.call(this, { ...config, groupId, sessionTimeout })
    const isSecond = environment[controlSecondInstanceVariable] !== undefined
    return steppedConsumer(consumer, { ...setting, kafka: this, groupId, realGroupId: config.groupId, isSecond })
  }
}

/** The first group gets the scratch group itself, every further one a name of its own: two groups must not become one. */
function scratchGroups(scratch: string | undefined): (groupId: string) => string {
  const names = new Map<string, string>()
  return groupId => {
    if (!scratch) return groupId
    const name = names.get(groupId) ?? (names.size === 0 ? scratch : `${scratch}.${groupId}`)
    names.set(groupId, name)
    return name
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
