/** Samples of the groups that are looked at; a group that nobody has looked at for a window is forgotten. */
import { LagSamples, PositionSamples } from './samples.ts'

const unseenMaxMs = 15 * 60_000
const groupsMax = 5_000

interface Entry {
  readonly lag: LagSamples
  readonly positions: Map<string, PositionSamples>
  seenAtMs: number
}

export class GroupHistory {
  readonly #groups = new Map<string, Entry>()

  /** The group's samples, to be added to; made when there are none. */
  of(groupId: string, atMs: number): Entry {
    const known = this.#groups.get(groupId)
    const entry = known ?? { lag: new LagSamples(), positions: new Map(), seenAtMs: atMs }
    entry.seenAtMs = atMs
    this.#groups.delete(groupId)
    this.#groups.set(groupId, entry)
    return entry
  }

  /** Least recently seen first. */
  forgetBefore(atMs: number): void {
    for (const [groupId, { seenAtMs }] of this.#groups) {
      if (seenAtMs >= atMs - unseenMaxMs && this.#groups.size <= groupsMax) return
      this.#groups.delete(groupId)
    }
  }
}

/** The samples of one partition of a group. */
export function positionsOf(entry: Entry, name: string): PositionSamples {
  const known = entry.positions.get(name)
  if (known) return known
  const samples = new PositionSamples()
  entry.positions.set(name, samples)
  return samples
}
