/** How fast the machine is now, beside how fast it has been: a neighbour on the same core slows every step, and no step is to blame. */
import ts from 'typescript'

/** Statements enough that parsing them takes some milliseconds, like a step. */
const work = Array.from({ length: 2_000 }, (_none, index) => `const name${index} = { value: call(${index}) }\n`).join(
  '',
)
const samples = 3

export class Pace {
  #bestMs = Number.POSITIVE_INFINITY

  /** The same work as ever, done now: how many times longer it takes than it took at its best. At least 1. */
  slowdown(): number {
    const tookMs = Math.min(...Array.from({ length: samples }, () => parsed()))
    this.#bestMs = Math.min(this.#bestMs, tookMs)
    return tookMs / this.#bestMs
  }
}

function parsed(): number {
  const before = performance.now()
  ts.createSourceFile('work.ts', work, ts.ScriptTarget.Latest)
  return performance.now() - before
}
