/** Behind each offset that is committed: whether its record is read again. */
import type { InlayHint, Range } from 'vscode-languageserver-types'
import type { StoredOffset } from '../analysis/walk/offsets/committedOffsets.ts'
import type { DocumentParams, Feature } from './feature.ts'

interface InlayHintParams extends DocumentParams {
  readonly range: Range
}

interface Words {
  readonly label: string
  readonly tooltip: string
}

const words: Readonly<Record<StoredOffset, Words>> = {
  next: { label: '→ next record', tooltip: 'Stores the offset of the next record: this one is not read again.' },
  same: { label: '→ this record again', tooltip: "Stores this record's own offset: after a restart it is read again." },
  appended: { label: "→ '41' becomes '411'", tooltip: 'Offsets are texts here: + 1 appends a digit.' },
  resolved: { label: '→ what is resolved', tooltip: 'Stores the offset behind the last one that was resolved.' },
  marked: {
    label: '→ next record, with the next commit',
    tooltip: "Marks this record as done; the client's next commit stores the offset behind it.",
  },
  'after-handler': {
    label: 'then → next record',
    tooltip: 'The client stores the offset of the next record by itself, after this function has ended.',
  },
  'before-handler': {
    label: '→ next record already stored',
    tooltip:
      'The client has stored the offset of the next record before this function runs: a crash in it loses this one.',
  },
}

export const inlayHints: Feature<InlayHintParams, InlayHint[]> = {
  method: 'textDocument/inlayHint',
  capabilities: { inlayHintProvider: true },

  handle({ workspace, uris }, { textDocument, range: asked }) {
    const path = uris.pathOf(textDocument.uri)
    if (path === undefined) return []
    return workspace
      .check(path)
      .commits.filter(({ range: { end } }) => end.line >= asked.start.line && end.line <= asked.end.line)
      .map(({ range, stores }) => ({ position: range.end, paddingLeft: true, ...words[stores] }))
  },
}
