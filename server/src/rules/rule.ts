/** A rule: what it finds, how it says it, what it offers to do. One file a rule, one export, registered in `index.ts`. */
import type { Confidence, Severity } from '../facts/finding.ts'
import type { Facts, FixSketch, LibraryId, Place } from '../facts/model.ts'

export interface RuleMeta {
  /** Also the name of its file, its fixtures and its page. */
  readonly id: string
  readonly severity: Severity
  /** In test files, where what it finds is mostly meant, or matters to nobody. @defaultValue the same */
  readonly severityInTests?: Severity | 'off'
  readonly title: string
  /** The sequence of events by which data is lost or doubled, one a line. Shown on the page, in the hover, in the timeline. */
  readonly why: readonly string[]
  /** What it knowingly does not find. */
  readonly misses: readonly string[]
  /** Where it offers no quick fix, and why none would be safe. Shown on the page. */
  readonly unfixed?: readonly string[]
  /** When to turn it off. */
  readonly whenNotToUse: string
  readonly libraries?: readonly LibraryId[]
}

/** A match carries its place and whatever `explain` and `fix` need. */
export interface Match {
  readonly at: Place
}

export interface Explanation {
  /** What, why, what to do: one or two sentences each. */
  readonly message: string
  readonly related?: readonly { readonly at: Place; readonly message: string }[]
  /** Overrides for this one finding. @defaultValue the rule's severity; 'certain' */
  readonly severity?: Severity
  readonly confidence?: Confidence
}

export interface RuleDefinition<M extends Match> {
  readonly meta: RuleMeta
  detect(facts: Facts): Iterable<M>
  explain(match: M): Explanation
  /** Best fix first. */
  fix?(match: M): readonly FixSketch[]
}

/** A rule with its match type closed over, so that rules of any match type make one list. */
export interface Rule {
  readonly meta: RuleMeta
  run(facts: Facts): Iterable<RuleResult>
}

export interface RuleResult {
  readonly at: Place
  readonly explanation: Explanation
  readonly fixes: readonly FixSketch[]
}

/**
 * @example
 * export const offsetAfterShuffle = defineRule({ meta: { id: 'offset-after-shuffle', ... }, *detect(facts) { ... }, explain: ... })
 */
export function defineRule<M extends Match>(definition: RuleDefinition<M>): Rule {
  return {
    meta: definition.meta,
    *run(facts) {
      for (const match of definition.detect(facts)) {
        yield { at: match.at, explanation: definition.explain(match), fixes: definition.fix?.(match) ?? [] }
      }
    },
  }
}
