/** The records of the batch as far as they were asked for: windows of a list that may hold millions. */
import { type BatchState, recordsPerRequestMax, type WireRecord } from '@tidemark/runtime/protocol'
import type { HostMessage, ViewMessage } from '../protocol.ts'

const pageRecords = Math.min(200, recordsPerRequestMax)
/** Pages kept: 20,000 records, at most a few megabytes of text. */
const pagesMax = 100
/** Requests under way at once: while one scrolls fast, pages that have left sight are never asked for. */
const requestsMax = 2

export interface RecordSource {
  /** Turns to another batch: what was known of the last one is forgotten. */
  open(batch: BatchState): void
  /** The record, or `undefined` when it has not come yet. */
  at(index: number): WireRecord | undefined
  /** Rows in sight: what is missing is asked for. */
  see(from: number, until: number): void
  answer(message: Extract<HostMessage, { type: 'records' | 'recordsFailed' }>): void
  /** Why the last window could not be read. */
  readonly failure: () => string | undefined
  onChange(listener: () => void): void
}

/**
 * Asks for the pages in sight, a few at a time, newest look first.
 *
 *   1. rows 0..40 are in sight: page 0 is asked for
 *   2. the reader drags to row 900,000: thousands of pages pass by, none is asked for, since two requests are under way
 *   3. an answer comes: the page now in sight is asked for, whatever was in sight at step 2
 *   4. an answer of an older batch comes late: its request id is unknown, it is dropped
 */
export function recordSource(post: (message: ViewMessage) => void): RecordSource {
  let batchId = ''
  let count = 0
  let lastRequestId = 0
  let failure: string | undefined
  let sight = { from: 0, until: 0 }
  const pages = new Map<number, readonly WireRecord[]>()
  const underWay = new Map<number, number>()
  const listeners: (() => void)[] = []

  function ask(): void {
    const first = Math.floor(sight.from / pageRecords)
    const last = Math.floor(Math.max(sight.from, Math.min(sight.until, count) - 1) / pageRecords)
    const asked = new Set(underWay.values())
    for (let page = first; page <= last && underWay.size < requestsMax; page++) {
      if (pages.has(page) || asked.has(page) || page * pageRecords >= count) continue
      const requestId = ++lastRequestId
      underWay.set(requestId, page)
      const from = page * pageRecords
      post({ type: 'records', requestId, batchId, from, count: Math.min(pageRecords, count - from) })
    }
  }

  function keep(page: number, records: readonly WireRecord[]): void {
    pages.set(page, records)
    // A Map lists its keys by age: the page longest untouched goes first.
    for (const oldest of pages.keys()) {
      if (pages.size <= pagesMax) break
      pages.delete(oldest)
    }
  }

  return {
    open: batch => {
      // Each snapshot is a new chance for a window that failed: the pipeline may stand at no breakpoint any more.
      failure = undefined
      if (batch.batchId === batchId && batch.recordCount === count) return
      batchId = batch.batchId
      count = batch.recordCount
      sight = { from: 0, until: 0 }
      pages.clear()
      underWay.clear()
    },
    at: index => pages.get(Math.floor(index / pageRecords))?.[index % pageRecords],
    see: (from, until) => {
      const isSame = sight.from === from && sight.until === until
      sight = { from, until }
      if (failure === undefined || !isSame) ask()
    },
    answer: message => {
      const page = underWay.get(message.requestId)
      if (page === undefined) return
      underWay.delete(message.requestId)
      if (message.type === 'records') {
        keep(page, message.result.records)
        failure = undefined
        ask()
      } else failure = message.message
      for (const listener of listeners) listener()
    },
    failure: () => failure,
    onChange: listener => listeners.push(listener),
  }
}
