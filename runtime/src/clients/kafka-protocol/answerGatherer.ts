/**
 * Puts the answers on a connection together from the pieces in which they arrive: a length of four bytes, then so many bytes.
 *
 * Each piece is copied into its place at once. Keeping the pieces until the answer is whole and copying them together then, as client
 * libraries do, holds every answer twice; with megabytes on the way, the pieces live through collections meant for what dies young,
 * and stay for long.
 */
import { WireError } from './wire.ts'

const prefixBytes = 4
/** The number that says which request is answered. */
const answerBytesMin = 4
/** Made room for at once; more only as it comes, since a length may be no length at all (something else than Kafka answers). */
const roomBytesFirst = 32 << 20

export class AnswerGatherer {
  readonly #prefix = Buffer.alloc(prefixBytes)
  #prefixFilled = 0
  #answer: Buffer | undefined
  #answerBytes = 0
  #filled = 0

  /** Between two answers. */
  get isEmpty(): boolean {
    return this.#prefixFilled === 0
  }

  /**
   * @returns how many bytes of the piece were taken: up to the end of the first answer that it completes.
   * @throws WireError a length that no answer has. Nothing more on the connection can be understood.
   */
  take(piece: Buffer, from: number): number {
    let at = from
    if (!this.#answer) {
      at += piece.copy(this.#prefix, this.#prefixFilled, at, at + prefixBytes - this.#prefixFilled)
      this.#prefixFilled += at - from
      if (this.#prefixFilled < prefixBytes) return at - from
      this.#answerBytes = this.#prefix.readInt32BE(0)
      if (this.#answerBytes < answerBytesMin) throw new WireError(`an answer of ${this.#answerBytes} bytes`)
      // Memory of its own, not a slice of the pool: what outlives the others would keep all of the pool.
      this.#answer = Buffer.allocUnsafeSlow(Math.min(this.#answerBytes, roomBytesFirst))
      this.#filled = 0
    }
    const end = Math.min(piece.length, at + this.#answerBytes - this.#filled)
    piece.copy(this.#withRoom(this.#answer, this.#filled + end - at), this.#filled, at, end)
    this.#filled += end - at
    return end - from
  }

  /** The answer, once it is whole; the next one begins. */
  whole(): Buffer | undefined {
    const answer = this.#answer
    if (!answer || this.#filled < this.#answerBytes) return undefined
    this.#answer = undefined
    this.#prefixFilled = 0
    return answer
  }

  #withRoom(answer: Buffer, neededBytes: number): Buffer {
    if (neededBytes <= answer.length) return answer
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#answerBytes, Math.max(answer.length * 2, neededBytes)))
    answer.copy(larger, 0, 0, this.#filled)
    this.#answer = larger
    return larger
  }
}
