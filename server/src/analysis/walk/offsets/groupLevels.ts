/** Steps from groups of records to a position of one of them, whatever code takes them. */
import type { Regrouping } from '../../../facts/model.ts'
import type { Made } from '../../values/frames.ts'
import type { Dealt } from './regroupings.ts'

/**
 * What a value is to the groups. `member`: what a map gives for each of its own, a pair or a group. A `table` has one record for
 * each key, a `row` is one of its pairs. A list in another order than the log's is a `group`, too.
 */
export type Level =
  | 'map'
  | 'table'
  | 'rows'
  | 'row'
  | 'groups'
  | 'entries'
  | 'keys'
  | 'member'
  | 'entry'
  | 'key'
  | 'group'
  | 'record'
  | 'position'
  | 'positions'

export interface Part {
  readonly level: Level
  readonly regrouping: Regrouping
  /** Loops that the value was taken an element of, from the groups on. */
  readonly loops: number
  /** Where a position was handed to a helper that commits it. */
  readonly given?: Made
}

const elements: Partial<Record<Level, Level>> = {
  map: 'member',
  table: 'row',
  rows: 'row',
  groups: 'group',
  entries: 'entry',
  keys: 'key',
  member: 'record',
  group: 'record',
  positions: 'position',
}

/** `Object.values(groups)`, `groups.values()`. */
const views: Readonly<Record<string, Level>> = { values: 'groups', entries: 'entries', keys: 'keys' }

export function isView(name: string): boolean {
  return Object.hasOwn(views, name)
}

export function partOf({ regrouping, holds }: Dealt): Part {
  return { level: holds === 'lists' ? 'map' : 'table', regrouping, loops: 0 }
}

export function steps(part: Part | undefined, path: readonly string[]): Part | undefined {
  return path.reduce(step, part)
}

/** One step into a value: an element, a place in a pair, a property. */
export function step(part: Part | undefined, name: string): Part | undefined {
  if (!part) return undefined
  const { level } = part
  if (name === '[]') {
    const element = elements[level]
    return element && { ...part, level: element, loops: part.loops + 1 }
  }
  if (name === '[key]') return level === 'map' ? { ...part, level: 'key', loops: part.loops + 1 } : undefined
  if (level === 'entry' || level === 'member') {
    if (name === '[1]') return { ...part, level: 'group' }
    return name === '[0]' && level === 'entry' ? { ...part, level: 'key' } : undefined
  }
  if (level === 'row') return name === '[1]' ? { ...part, level: 'record' } : undefined
  if (level !== 'record') return undefined
  if (name === 'offset') return { ...part, level: 'position' }
  return name === 'message' || name === 'record' ? part : undefined
}

export function only(part: Part | undefined, level: Level): Part | undefined {
  return part?.level === level ? part : undefined
}

export function lastRecord(list: Part | undefined): Part | undefined {
  if (list?.level === 'positions') return { ...list, level: 'position' }
  return list?.level === 'group' || list?.level === 'member' ? { ...list, level: 'record' } : undefined
}

/** What a map gives one after the other. */
export function entriesOf(list: Part | undefined): Part | undefined {
  if (list?.level === 'map') return { ...list, level: 'entries' }
  return list?.level === 'table' ? { ...list, level: 'rows' } : list
}

export function viewOf(list: Part | undefined, name: string): Part | undefined {
  const level = views[name]
  if (list?.level === 'map' && level) return { ...list, level }
  if (list?.level === 'table' && name === 'values') return { ...list, level: 'group' }
  if (list?.level === 'table' && name === 'entries') return { ...list, level: 'rows' }
  if (list?.level === 'groups' && name === 'entries') return { ...list, level: 'entries' }
  return list?.level === 'groups' && name === 'values' ? list : undefined
}

/** `groups.get(key)` with a key of theirs. */
export function groupAt(list: Part, key: Part | undefined): Part | undefined {
  return key?.level === 'key' && key.loops > 0 ? { ...key, regrouping: list.regrouping, level: 'group' } : undefined
}
