/** One Kafka for the experiments of a test file, which follow each other: each has topics and a group of its own. */
import type { TestKafka } from '../harness/kafka.ts'
import { fileScope } from '../harness/scope.ts'
import { useChaosKafka } from './experiment.ts'

const scope = fileScope()
let started: Promise<TestKafka> | undefined

export function chaosKafka(): Promise<TestKafka> {
  started ??= useChaosKafka(scope)
  return started
}
