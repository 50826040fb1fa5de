/** What the experiment tells its pipelines, through the environment. */
import type { Flaw } from './flaws.ts'

export const guarantees = ['at-most-once', 'at-least-once', 'idempotent', 'transactional'] as const
export const stores = ['kafka', 'sqlite', 'checkpoint', 'postgres', 'zookeeper'] as const
export const clients = ['kafkajs', 'platformatic'] as const

export type GuaranteeChoice = (typeof guarantees)[number]
export type StoreChoice = (typeof stores)[number]
export type ClientChoice = (typeof clients)[number]

export interface PipelineSettings {
  readonly guarantee: GuaranteeChoice
  readonly store: StoreChoice
  readonly client: ClientChoice
  /** Deliberately broken: the harness must catch it. */
  readonly flaw: Flaw | undefined
  readonly brokers: string[]
  readonly topic: string
  readonly outputTopic: string
  readonly groupId: string
  readonly instance: string
  readonly sessionTimeoutMs: number
  readonly pauseMs: number
  /** The file that holds the outcome (and, for SQLite, the offsets). */
  readonly outcomePath: string
  /** Address or folder of the store. */
  readonly storeAddress: string
  /** Learns late that its session has ended: a zombie that works on. */
  readonly isDeaf: boolean
  /** Drains what is there and ends. */
  readonly isLast: boolean
}

const variable = 'TIDEMARK_CHAOS'

export function writeSettings(settings: PipelineSettings): NodeJS.ProcessEnv {
  return { [variable]: JSON.stringify(settings) }
}

export function readSettings(environment: NodeJS.ProcessEnv): PipelineSettings {
  return JSON.parse(environment[variable] ?? '{}')
}
