/** Work that goes one at a time. A user's plain kafkajs program may run on a Node without `Promise.withResolvers`, and steps with this too. */
export class Turns {
  #last: Promise<void> = Promise.resolve()

  /** Resolves when everything before is over. @returns ends the turn. */
  async take(): Promise<() => void> {
    const before = this.#last
    let end = () => {}
    this.#last = new Promise(resolve => {
      end = resolve
    })
    await before
    return end
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    const end = await this.take()
    try {
      return await task()
    } finally {
      end()
    }
  }

  /** Resolves when what has taken a turn by now is over. */
  idle(): Promise<void> {
    return this.#last
  }
}
