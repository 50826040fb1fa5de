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

/** client -> server request: the texts of a document that name topics and groups. Answers `NameInfo[]`. */
export const namesMethod = 'tidemark/names'

export interface NamesParams {
  readonly uri: string
}

export interface NameInfo {
  readonly kind: 'topic' | 'group'
  /** As far as it is written: empty where a name is still to come. */
  readonly name: string
  /** Between the quotes; of the whole word where a constant is used. */
  readonly range: Range
  /** A literal text, so that another name may be put in its place. */
  readonly isText: boolean
}

/** client -> server request: every pipeline of the workspace with a group. Answers `GroupPipeline[]`. */
export const groupPipelinesMethod = 'tidemark/groupPipelines'

export interface GroupPipelinesParams {
  readonly groupId: string
}

export interface GroupPipeline {
  readonly uri: string
  readonly range: Range
  readonly topics: readonly string[]
  readonly inferred: string
}
