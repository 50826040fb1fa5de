/** Samples of the groups that are looked at; a group that nobody has looked at for a window is forgotten. */
import { LagSamples, PositionSamples } from './samples.ts'
import type { GroupEvent, GroupMember, LagSample } from './snapshot.ts'

const unseenMaxMs = 15 * 60_000
const groupsMax = 5_000
const eventsMax = 20
const eventNamesMax = 3
/** Rows of all groups together that are saved; about a megabyte of JSON. */
const savedRowsMax = 20_000

interface Entry {
  readonly lag: LagSamples
  readonly positions: Map<string, PositionSamples>
  events: readonly GroupEvent[]
  /** Client ids by member id, as last seen; `undefined`: never asked for. */
  members: ReadonlyMap<string, string> | undefined
  seenAtMs: number
}

/** What is worth keeping while no monitor runs: plain JSON. */
export interface SavedHistory {
  readonly version: 1
  /** Whose it is; another cluster at the same address takes none of it. */
  readonly clusterId: string | undefined
  readonly groups: readonly {
    readonly key: string
    /** Time, readable records (-1: not counted), offsets behind. */
    readonly lag: readonly (readonly [atMs: number, readable: number, offsetsBehind: number])[]
    readonly events: readonly GroupEvent[]
  }[]
}

export class GroupHistory {
  readonly #groups = new Map<string, Entry>()

  /** The group's samples, to be added to; made when there are none. */
  of(groupId: string, atMs: number): Entry {
    const known = this.#groups.get(groupId)
    const entry = known ?? {
      lag: new LagSamples(),
      positions: new Map(),
      events: [],
      members: undefined,
      seenAtMs: atMs,
    }
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

  /** Groups that were looked at in detail come first: their charts are the ones that were seen. */
  save(clusterId: string | undefined): SavedHistory {
    const newest = [...this.#groups].reverse()
    const wanted = [...newest.filter(([, { members }]) => members), ...newest.filter(([, { members }]) => !members)]
    const groups: SavedHistory['groups'][number][] = []
    let rowsLeft = savedRowsMax
    for (const [key, { lag, events }] of wanted) {
      const rows = lag.list()
      if (rows.length === 0 || rows.length > rowsLeft) continue
      rowsLeft -= rows.length
      const packed = rows.map(
        ({ atMs, readable, offsetsBehind }) => [atMs, Number(readable ?? -1n), Number(offsetsBehind)] as const,
      )
      groups.push({ key, lag: packed, events })
    }
    return { version: 1, clusterId, groups }
  }

  /** What was saved, as far as it is understood and belongs here; a group that is known already keeps what it has. */
  load(saved: unknown, clusterId: string | undefined): void {
    if (!isSaved(saved) || saved.clusterId !== clusterId) return
    for (const { key, lag, events } of saved.groups.toReversed().slice(-groupsMax)) {
      if (this.#groups.has(key)) continue
      const entry = this.of(key, lag.at(-1)?.[0] ?? 0)
      for (const row of lag) entry.lag.add(sampleOf(row))
      entry.events = events.slice(-eventsMax)
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

/** Who came and who went since the last look. The first look is no arrival. */
export function noteMembers(entry: Entry, members: readonly GroupMember[], atMs: number): void {
  const now = new Map(members.map(({ memberId, clientId }) => [memberId, clientId]))
  const before = entry.members
  entry.members = now
  if (!before) return
  const joined = [...now].filter(([memberId]) => !before.has(memberId)).map(([, clientId]) => clientId)
  const left = [...before].filter(([memberId]) => !now.has(memberId)).map(([, clientId]) => clientId)
  noteEvent(entry, 'left', left, atMs)
  noteEvent(entry, 'joined', joined, atMs)
}

export function noteEvent(entry: Entry, kind: GroupEvent['kind'], names: readonly string[], atMs: number): void {
  if (names.length === 0) return
  const event = { atMs, kind, names: names.slice(0, eventNamesMax), count: names.length }
  entry.events = [...entry.events, event].slice(-eventsMax)
}

function sampleOf([atMs, readable, offsetsBehind]: readonly [number, number, number]): LagSample {
  return { atMs, readable: readable < 0 ? undefined : BigInt(readable), offsetsBehind: BigInt(offsetsBehind) }
}

/** It comes from a file that anybody may have written. */
function isSaved(saved: unknown): saved is SavedHistory {
  const { version, groups } = (saved ?? {}) as Partial<SavedHistory>
  if (version !== 1 || !Array.isArray(groups)) return false
  const isRow = (row: unknown): boolean =>
    Array.isArray(row) && row.length === 3 && row.every(Number.isSafeInteger) && row[0] >= 0 && row[2] >= 0
  const isEvent = ({ atMs, kind, names, count }: Partial<GroupEvent>): boolean =>
    Number.isFinite(atMs) &&
    ['joined', 'left', 'rewound'].includes(kind ?? '') &&
    Number.isSafeInteger(count) &&
    Array.isArray(names) &&
    names.every(name => typeof name === 'string')
  return groups.every(
    ({ key, lag, events }) =>
      typeof key === 'string' &&
      Array.isArray(lag) &&
      lag.every(isRow) &&
      Array.isArray(events) &&
      events.every(isEvent),
  )
}
