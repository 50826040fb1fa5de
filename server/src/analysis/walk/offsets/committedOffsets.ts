/** Which offset each commit stores, and where it is stored without one: what an editor shows beside the code. */
import { within } from '../../../facts/flows.ts'
import type { Commit, Pipeline, Place } from '../../../facts/model.ts'
import type { Range } from '../../../protocol.ts'

export interface CommittedOffset {
  /** Absolute. */
  readonly path: string
  /** Ends behind what it speaks of: the offset, the call where that tells the offset, the handler's head where the client commits by itself. */
  readonly range: Range
  readonly stores: StoredOffset
}

/**
 * `next`: one more than the record's, so it is not read again. `same`: the record's own, so it is. `appended`: `'41' + 1`.
 * `resolved`: whatever was resolved before. `marked`: nothing yet, the next commit of the client takes it.
 * `after-handler`, `before-handler`: the client stores it by itself.
 */
export type StoredOffset = 'next' | 'same' | 'appended' | 'resolved' | 'marked' | 'after-handler' | 'before-handler'

export function committedOffsets(pipelines: readonly Pipeline[]): CommittedOffset[] {
  const found = new Map<string, CommittedOffset | undefined>()
  const add = ({ path, range }: Place, stores: StoredOffset | undefined): void => {
    if (!stores) return
    const key = `${path}:${range.end.line}:${range.end.character}`
    const isOther = found.has(key) && found.get(key)?.stores !== stores
    // A helper that is given one offset here and another one there stores neither for sure.
    found.set(key, isOther ? undefined : { path, range, stores })
  }
  for (const { options, handlers } of pipelines)
    for (const { at, parametersEnd, role, flow } of handlers) {
      for (const part of within(flow)) if (part.kind === 'commit') add(placeOf(part), storedBy(part))
      if (role !== 'message') continue
      if (options.commitMode === 'after-handler' || options.commitMode === 'before-handler')
        add(parametersEnd ?? at, options.commitMode)
    }
  return [...found.values()].filter(one => one !== undefined)
}

/** Between a name and its arguments a hint would tear the call apart. */
function placeOf({ commit, offset, end }: Commit): Place {
  const isOfCall = commit === 'resolve' || commit === 'flush' || offset.form === 'none'
  return (isOfCall ? end : undefined) ?? offset.at
}

function storedBy({ commit, offset }: Commit): StoredOffset | undefined {
  // It adds one itself, and stores nothing before the client's next commit.
  if (commit === 'resolve') return 'marked'
  if (commit === 'flush') return 'resolved'
  const forms = {
    none: 'next',
    'as-is': 'same',
    'plus-one': 'next',
    'text-plus-one': 'appended',
    unknown: undefined,
  } as const
  return forms[offset.form]
}
