/** One at a time, in the order asked: a connection that holds a transaction must not be used by anybody else meanwhile. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** How many tasks run or wait. */
  get size(): number {
    return this.#waiting
  }

  /** Runs `task` when all earlier ones have ended, however they ended. What waits is bounded by the callers: a task a partition. */
  run<T>(task: () => Promise<T> | T): Promise<T> {
    this.#waiting++
    const result = this.#last.then(task).finally(() => this.#waiting--)
    this.#last = result.catch(() => {})
    return result
  }
}
