/** A language feature: one file, one request of the protocol. The server registers what `index.ts` lists. */
import type { Workspace } from '../analysis/engine/workspace.ts'
import type { Uris } from './uris.ts'

export interface FeatureContext {
  readonly workspace: Workspace
  readonly uris: Uris
  readonly client: ClientAbilities
  /** Files that hold pipelines, once the folders were looked through; those that an editor has open among them. */
  readonly discovered: () => Promise<readonly string[]>
}

/** What the editor can do beyond the protocol's minimum. */
export interface ClientAbilities {
  readonly showsRelatedInformation: boolean
  /** Edits with place holders, as for the reason of a suppression. */
  readonly takesSnippets: boolean
}

export interface Feature<Params, Result> {
  /** As `textDocument/hover`. */
  readonly method: string
  /** What the server says of itself, as `{ hoverProvider: true }`. */
  readonly capabilities: object
  handle(context: FeatureContext, params: Params): Result
}

/** What most requests carry. */
export interface DocumentParams {
  readonly textDocument: { readonly uri: string }
}

/** A feature in a list of features of any kind. */
export interface AnyFeature {
  readonly method: string
  readonly capabilities: object
  run(context: FeatureContext, params: unknown): unknown
}

/** Closes over the feature's types; the protocol says which parameters come with which method. */
export function asAny<Params, Result>(feature: Feature<Params, Result>): AnyFeature {
  return {
    method: feature.method,
    capabilities: feature.capabilities,
    run: (context, params) => feature.handle(context, params as Params),
  }
}
