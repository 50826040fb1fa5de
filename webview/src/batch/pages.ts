/** A list as far as it was asked for: windows of one that may hold millions. */

/** Pages kept: with pages of 200, 20,000 items: at most a few megabytes of text. */
const pagesMax = 100
/** Requests under way at once: while one scrolls fast, pages that have left sight are never asked for. */
const requestsMax = 2

export interface PageRequest {
  readonly requestId: number
  readonly from: number
  readonly count: number
}

export type PageAnswer<Item> =
  | { readonly requestId: number; readonly items: readonly Item[] }
  | { readonly requestId: number; readonly failure: string }

let lastRequestId = 0

/**
 * Asks for the pages in sight, a few at a time, newest look first.
 *
 *   1. rows 0..40 are in sight: page 0 is asked for
 *   2. the reader drags to row 900,000: thousands of pages pass by, none is asked for, since two requests are under way
 *   3. an answer comes: the page now in sight is asked for, whatever was in sight at step 2
 *   4. an answer of an older list comes late: its request id is unknown, it is dropped
 */
export class Pages<Item> {
  readonly #pageItems: number
  readonly #ask: (request: PageRequest) => void
  readonly #pages = new Map<number, readonly Item[]>()
  readonly #underWay = new Map<number, number>()
  readonly #listeners: (() => void)[] = []
  #name = ''
  #count = 0
  #failure: string | undefined
  #sight = { from: 0, until: 0 }

  constructor(pageItems: number, ask: (request: PageRequest) => void) {
    this.#pageItems = pageItems
    this.#ask = ask
  }

  /** Turns to another list: what was known of the last one is forgotten. */
  open(name: string, count: number): void {
    // Each snapshot is a new chance for a window that failed: the pipeline may stand at no breakpoint any more.
    this.#failure = undefined
    if (name === this.#name && count === this.#count) return
    this.#name = name
    this.#count = count
    this.#sight = { from: 0, until: 0 }
    this.#pages.clear()
    this.#underWay.clear()
  }

  /** The item, or `undefined` when it has not come yet. */
  at(index: number): Item | undefined {
    return this.#pages.get(Math.floor(index / this.#pageItems))?.[index % this.#pageItems]
  }

  /** Rows in sight: what is missing is asked for. */
  see(from: number, until: number): void {
    const isSame = this.#sight.from === from && this.#sight.until === until
    this.#sight = { from, until }
    if (this.#failure === undefined || !isSame) this.#askForSight()
  }

  answer(answer: PageAnswer<Item>): void {
    const page = this.#underWay.get(answer.requestId)
    if (page === undefined) return
    this.#underWay.delete(answer.requestId)
    if ('failure' in answer) this.#failure = answer.failure
    else {
      this.#keep(page, answer.items)
      this.#failure = undefined
      this.#askForSight()
    }
    for (const listener of this.#listeners) listener()
  }

  /** Why the last window could not be read. */
  get failure(): string | undefined {
    return this.#failure
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  #askForSight(): void {
    const { from, until } = this.#sight
    const first = Math.floor(from / this.#pageItems)
    const last = Math.floor(Math.max(from, Math.min(until, this.#count) - 1) / this.#pageItems)
    const asked = new Set(this.#underWay.values())
    for (let page = first; page <= last && this.#underWay.size < requestsMax; page++) {
      const start = page * this.#pageItems
      if (this.#pages.has(page) || asked.has(page) || start >= this.#count) continue
      const requestId = ++lastRequestId
      this.#underWay.set(requestId, page)
      this.#ask({ requestId, from: start, count: Math.min(this.#pageItems, this.#count - start) })
    }
  }

  #keep(page: number, items: readonly Item[]): void {
    this.#pages.set(page, items)
    // A Map lists its keys by age: the page longest untouched goes first.
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= pagesMax) break
      this.#pages.delete(oldest)
    }
  }
}
