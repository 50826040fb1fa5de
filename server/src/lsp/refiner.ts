/**
 * Has types looked up once the editor has been quiet for a moment: what rules could not tell from syntax is then told, and
 * nobody who types waits for it. One look-up at a time; what changes meanwhile asks for another one.
 */
import type { Workspace } from '../analysis/engine/workspace.ts'

export interface Refiner {
  /** Something changed. */
  soon(): void
  stop(): void
}

export interface RefinerOptions {
  readonly workspace: Workspace
  /** Findings of these may have changed. */
  readonly refresh: (paths: readonly string[]) => void
  readonly warn: (message: string) => void
  /** @defaultValue 300 ms without a change */
  readonly quietMs?: number
}

export function createRefiner(options: RefinerOptions): Refiner {
  return new QuietRefiner(options)
}

class QuietRefiner implements Refiner {
  readonly #options: RefinerOptions
  readonly #stopping = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #isRunning = false
  #isAskedAgain = false
  #hasWarned = false

  constructor(options: RefinerOptions) {
    this.#options = options
  }

  soon(): void {
    if (this.#stopping.signal.aborted) return
    if (this.#isRunning) {
      this.#isAskedAgain = true
      return
    }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#refine(), this.#options.quietMs ?? 300)
  }

  stop(): void {
    this.#stopping.abort()
    clearTimeout(this.#timer)
  }

  async #refine(): Promise<void> {
    const { workspace, refresh, warn } = this.#options
    this.#isRunning = true
    try {
      const affected = await workspace.refine(this.#stopping.signal)
      if (!this.#stopping.signal.aborted && affected.length > 0) refresh(affected)
    } catch (error) {
      // Rules have answered without types and go on doing so; once is enough to say it.
      if (!this.#hasWarned) warn(`Types could not be looked up; rules go on without them: ${(error as Error).message}`)
      this.#hasWarned = true
    } finally {
      this.#isRunning = false
    }
    if (!this.#isAskedAgain) return
    this.#isAskedAgain = false
    this.soon()
  }
}
