/** What a pipeline really guarantees, with the chain of evidence. */
import type { Guarantee, Pipeline, Place } from '../facts/model.ts'

export interface Inferred {
  readonly guarantee: Guarantee
  readonly evidence: readonly { readonly at: Place; readonly message: string }[]
}

export function inferGuarantee(pipeline: Pipeline): Inferred {
  return { guarantee: 'unknown', evidence: [{ at: pipeline.at, message: 'not inferred yet' }] }
}
