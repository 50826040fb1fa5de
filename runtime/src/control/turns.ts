/** Work that goes one at a time. Written for the Node of a user's plain kafkajs program, which may be one without `Promise.withResolvers`. */
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

  /** Resolves when what has taken a turn by now is over. */
  idle(): Promise<void> {
    return this.#last
  }
}
