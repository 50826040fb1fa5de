/** Runs tasks one after the other: a transactional producer has one transaction at a time. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(task: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(task, task)
    this.#last = mine.catch(() => {})
    return mine
  }
}
