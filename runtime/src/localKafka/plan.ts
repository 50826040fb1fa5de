/** What a caller may say about a local cluster, and that with its defaults. */
import { join } from 'node:path'
import { LocalKafkaError } from './errors.ts'
import { clustersFolder, type Environment } from './folders.ts'
import { type StepListener, stepsTo, type TellStep } from './steps.ts'

/** Which local cluster is meant. */
export interface ClusterAddress {
  /** Several clusters live side by side under names of their own. @defaultValue 'default' */
  readonly name?: string
  /** The folder that holds clusters. @defaultValue the operating system's folder for application data */
  readonly folder?: string
  readonly env?: Environment
}

export interface StartOptions extends ClusterAddress, StepListener {
  readonly brokers?: 1 | 3
  /** First broker's port; the others follow. 0: any free ones. Left out: 9092, or free ones when that is taken. */
  readonly port?: number
  /** Lines of `server.properties`, for every broker. */
  readonly configs?: Readonly<Record<string, string>>
  /** Listeners beside the plain one (Java only): how clusters with TLS and logins are tried out. */
  readonly secureListeners?: readonly SecureListener[]
  /** Data is removed by `down`. */
  readonly isEphemeral?: boolean
  /** @defaultValue 'auto': Docker when an engine answers, else Java */
  readonly engine?: 'auto' | 'docker' | 'java'
  /** How long to wait for the first answer. @defaultValue 60_000 ms */
  readonly timeoutMs?: number
  /** Whether brokers live on when this process ends or its terminal is interrupted. @defaultValue true */
  readonly isDetached?: boolean
}

export interface SecureListener {
  /** `TLS`, `LOGIN`: letters and digits. */
  readonly name: string
  readonly protocol: 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'
  /** Each broker's port, in order. */
  readonly ports: readonly number[]
}

/** `StartOptions` with every default filled in. */
export interface Plan {
  readonly name: string
  readonly folder: string
  readonly env: Environment
  readonly brokers: 1 | 3
  readonly port: number | undefined
  readonly configs: Readonly<Record<string, string>>
  readonly secureListeners: readonly SecureListener[]
  readonly isEphemeral: boolean
  readonly engine: 'auto' | 'docker' | 'java'
  readonly timeoutMs: number
  readonly isDetached: boolean
  readonly progress: TellStep
}

export function planned(options: StartOptions): Plan {
  return {
    ...located(options),
    brokers: options.brokers ?? 1,
    port: options.port,
    configs: options.configs ?? {},
    secureListeners: options.secureListeners ?? [],
    isEphemeral: options.isEphemeral ?? false,
    engine: options.engine ?? 'auto',
    timeoutMs: options.timeoutMs ?? 60_000,
    isDetached: options.isDetached ?? true,
    progress: stepsTo(options),
  }
}

/** @throws {LocalKafkaError} NAME_INVALID. */
export function located({ name = 'default', folder, env = process.env }: ClusterAddress): {
  name: string
  folder: string
  env: Environment
} {
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name)) throw new LocalKafkaError('NAME_INVALID', { name })
  return { name, env, folder: join(folder ?? clustersFolder(env), name) }
}
