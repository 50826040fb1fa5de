/** Every library's way to start consuming, one file each. */
import type { ConsumerAdapter } from '../pipelines.ts'
import { kafkajsConsumer } from './kafkajs.ts'
import { platformaticConsumer } from './platformatic.ts'
import { rdkafkaConsumer } from './rdkafka.ts'
import { runtimeConsumer } from './runtime.ts'

export const consumerAdapters: readonly ConsumerAdapter[] = [
  kafkajsConsumer,
  rdkafkaConsumer,
  platformaticConsumer,
  runtimeConsumer,
]
