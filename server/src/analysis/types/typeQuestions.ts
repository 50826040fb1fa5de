/** What one analysis asks of a type checker: answered from what is known, and written down for the next time types are looked up. */
import type { Expression, FunctionCode, Module } from '../../facts/code.ts'
import type { TypeAnswer, TypeQuestion } from '../../facts/typeOracle.ts'

/** Answers by question; kept through edits until newer ones come, so that findings do not flicker while someone types. */
export type TypeAnswers = ReadonlyMap<string, TypeAnswer>

/** Most questions of one file's analysis: more are left open, as all are where no checker is at hand. */
const questionsMax = 200

export class TypeQuestions {
  /** By the key under which the answer is looked up. */
  readonly asked = new Map<string, TypeQuestion>()
  readonly #known: TypeAnswers

  constructor(known: TypeAnswers) {
    this.#known = known
  }

  answer(module: Module, expression: Expression, inside: FunctionCode | undefined): TypeAnswer | undefined {
    const key = keyOf(module, expression, inside)
    if (this.asked.size < questionsMax && !this.asked.has(key))
      this.asked.set(key, { path: module.path, start: expression.start, end: expression.end })
    return this.#known.get(key)
  }
}

/**
 * Its words and the function they stand in, not its position, which every keystroke above would move.
 * Accepted miss: two functions of one name in one class or file share the answer of the first.
 */
function keyOf(module: Module, { start, end }: Expression, inside: FunctionCode | undefined): string {
  const words = module.text.slice(start, Math.min(end, start + 300))
  return [module.path, inside?.owner?.name ?? '', inside?.name ?? '', words].join('\0')
}
