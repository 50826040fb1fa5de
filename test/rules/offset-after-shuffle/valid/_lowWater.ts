import type { KafkaMessage } from 'kafkajs'

/** Everything below the lowest record that is not done is done. */
export class LowWater {
  readonly #open: Set<readonly KafkaMessage[]>
  #last = '0'

  constructor(groups: readonly (readonly KafkaMessage[])[]) {
    this.#open = new Set(groups)
  }

  done(group: readonly KafkaMessage[]): void {
    this.#open.delete(group)
    this.#last = group.at(-1)!.offset
  }

  lowest(): string {
    const firsts = [...this.#open].map(([first]) => Number(first!.offset) - 1)
    return firsts.length ? String(Math.min(...firsts)) : this.#last
  }
}

export function nextOf(offset: string): string {
  return (BigInt(offset) + 1n).toString()
}
