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
}
