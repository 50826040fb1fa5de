/** Custom requests between the extension and the language server. A leaf. */

/** server -> client notification: the pipelines of a document changed (code lenses, tree). */
export const pipelinesMethod = 'tidemark/pipelines'

export interface PipelinesParams {
  readonly uri: string
  readonly pipelines: readonly PipelineInfo[]
}

export interface Position {
  /** 0-based. */
  readonly line: number
  /** 0-based, UTF-16 code units. */
  readonly character: number
}

export interface Range {
  readonly start: Position
  readonly end: Position
}

export interface PipelineInfo {
  readonly range: Range
  readonly client: string
  readonly groupId: string | undefined
  readonly topics: readonly string[]
  readonly declared: string | undefined
  readonly inferred: string
  readonly evidence: readonly { readonly path: string; readonly range: Range; readonly message: string }[]
  /** Where offsets are kept; left out for Kafka itself. */
  readonly store?: StoreInfo
}

export interface StoreInfo {
  /** `checkpoint`, `sqlite`, `postgres`, `zookeeper`: the name of its module below `@tidemark/runtime/stores`. */
  readonly kind: string
  /** As written: `sqlite(databasePath)`. */
  readonly source: string
  /** Its path, URL or connect string. Left out: it comes from outside the code. A relative path is one of the working directory. */
  readonly place?: string
  /** The environment variable that says the place, before `place` does. */
  readonly environment?: string
  /** What an options object says of the place: host, port, database, root, ... */
  readonly settings: Readonly<Record<string, string>>
}
