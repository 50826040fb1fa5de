/** Wakes whoever waits: an event without a payload. Rung while nobody waits, it is remembered once. */
export class Bell {
  #isRung = false
  #waiters: (() => void)[] = []

  ring(): void {
    this.#isRung = this.#waiters.length === 0
    const waiters = this.#waiters
    this.#waiters = []
    for (const wake of waiters) wake()
  }

  wait(): Promise<void> {
    if (this.#isRung) {
      this.#isRung = false
      return Promise.resolve()
    }
    return new Promise(resolve => this.#waiters.push(resolve))
  }
}
