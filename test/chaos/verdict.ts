import type { GuaranteeChoice } from './settings.ts'

export interface Verdict {
  readonly isKept: boolean
  readonly acknowledged: number
  readonly effects: number
  /** Acknowledged records without an effect. */
  readonly lost: number
  /** Effects beyond the first of a record. */
  readonly doubled: number
  /** Some of either, for a person. */
  readonly examples: readonly string[]
  readonly happened: Readonly<Record<string, number>>
}

/** Exactly once: nothing lost, nothing doubled. At most once: nothing doubled. At least once: nothing lost. */
export function verdictOf(
  guarantee: GuaranteeChoice,
  acknowledged: readonly string[],
  effects: readonly string[],
): Omit<Verdict, 'happened'> {
  const counts = new Map<string, number>()
  for (const id of effects) counts.set(id, (counts.get(id) ?? 0) + 1)
  const lostIds = acknowledged.filter(id => !counts.has(id))
  const doubledIds = [...counts].filter(([, count]) => count > 1).map(([id]) => id)
  const lost = lostIds.length
  const doubled = effects.length - counts.size
  const mayLose = guarantee === 'at-most-once'
  const mayDouble = guarantee === 'at-least-once'
  return {
    isKept: (lost === 0 || mayLose) && (doubled === 0 || mayDouble),
    acknowledged: acknowledged.length,
    effects: effects.length,
    lost,
    doubled,
    examples: [...lostIds.slice(0, 3).map(id => `lost ${id}`), ...doubledIds.slice(0, 3).map(id => `doubled ${id}`)],
  }
}
