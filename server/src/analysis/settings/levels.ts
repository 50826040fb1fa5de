/** How much a rule matters in a file: its own severity, a team's, or that of the last override whose files hold it. */
import { relative, sep } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import type { Severity } from '../../facts/finding.ts'

export type Level = Severity | 'off'

export interface Override {
  /** Globs as in a .gitignore, relative to the settings' folder. */
  readonly files: readonly string[]
  readonly rules: Readonly<Record<string, Level>>
}

export interface Levels {
  readonly rules: Readonly<Record<string, Level>>
  readonly overrides: readonly Override[]
  /** The settings' folder. */
  readonly folder: string | undefined
}

/** @returns undefined where the rule keeps its own severity */
export function levelAt({ rules, overrides, folder }: Levels, rule: string, path: string): Level | undefined {
  const last = overrides.findLast(one => one.rules[rule] !== undefined && holds(one, folder, path))
  return last?.rules[rule] ?? rules[rule]
}

/** Whether the rule has to run at all. */
export function isOnSomewhere({ rules, overrides }: Levels, rule: string): boolean {
  return rules[rule] !== 'off' || overrides.some(one => (one.rules[rule] ?? 'off') !== 'off')
}

function holds(override: Override, folder: string | undefined, path: string): boolean {
  const below = folder === undefined ? '' : relative(folder, path).split(sep).join('/')
  return below !== '' && !below.startsWith('..') && matcherOf(override).ignores(below)
}

function matcherOf(override: Override): Ignore {
  let matcher = matchers.get(override)
  if (!matcher) {
    matcher = ignore().add(override.files.map(glob => glob.replace(/^(!?)\.\//, '$1')))
    matchers.set(override, matcher)
  }
  return matcher
}

const matchers = new WeakMap<Override, Ignore>()
