/**
 * Fixtures of rules: real code with carets under what is found.
 *
 *   await save(rows, ranges[index])
 *   //               ^^^^^^^^^^^^^ offset-after-shuffle: the message's beginning
 *   //   ^^^^ related: the evidence's message
 *
 * A marker speaks of the nearest line above that holds code. `*.fixed.*` beside a fixture is what its first fixes make of it;
 * files whose names begin with `_` are helpers that fixtures import.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Finding, TextEdit } from '@tidemark/server/facts/finding'
import { createEngine, type FileSystem } from '@tidemark/server/analysis/engine/engine'

export const fixturesRoot = dirname(fileURLToPath(import.meta.url))

export interface Fixture {
  readonly rule: string
  readonly kind: 'invalid' | 'valid'
  readonly path: string
  /** Below the root, for titles. */
  readonly name: string
  readonly goldenPath: string
}

export interface Marker {
  readonly line: number
  readonly start: number
  readonly end: number
  readonly label: string
  readonly text: string
}

const source = /\.[cm]?[jt]sx?$/

export function allFixtures(): Fixture[] {
  return folders(fixturesRoot).flatMap(rule =>
    (['invalid', 'valid'] as const).flatMap(kind =>
      files(join(fixturesRoot, rule, kind)).map(path => ({
        rule,
        kind,
        path,
        name: relative(fixturesRoot, path),
        goldenPath: path.replace(source, '.fixed$&'),
      })),
    ),
  )
}

function folders(root: string): string[] {
  return readdirSync(root, { withFileTypes: true }).flatMap(entry => (entry.isDirectory() ? [entry.name] : []))
}

function files(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return files(path)
    return source.test(entry.name) && !/\.fixed\./.test(entry.name) && !entry.name.startsWith('_') ? [path] : []
  })
}

/** The real disk, with some files of other text. */
export function disk(overlay: ReadonlyMap<string, string> = new Map()): FileSystem {
  return {
    readFile: path => overlay.get(path) ?? attempt(() => readFileSync(path, 'utf8')),
    stat: path =>
      attempt(() => {
        const stats = statSync(path)
        const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other'
        return { kind, sizeBytes: stats.size, modifiedMs: stats.mtimeMs } as const
      }),
    readDirectory: () => [],
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

export function findingsOf(path: string, rule: string, overlay?: ReadonlyMap<string, string>): readonly Finding[] {
  const engine = createEngine({ fileSystem: disk(overlay) })
  return engine.analyze(path).findings.filter(finding => finding.rule === rule)
}

export function markersOf(text: string): Marker[] {
  const markers: Marker[] = []
  let code = 0
  for (const [line, content] of text.split(/\r?\n/).entries()) {
    const match = /^(\s*\/\/[^^]*)(\^+) ([\w-]+)(?:: (.*))?$/.exec(content)
    if (!match) {
      code = line
      continue
    }
    const [, before = '', carets = '', label = '', message = ''] = match
    markers.push({ line: code, start: before.length, end: before.length + carets.length, label, text: message })
  }
  return markers
}

/** What markers would say of these findings. */
export function markersFor(path: string, text: string, findings: readonly Finding[]): Marker[] {
  const lines = text.split(/\r?\n/)
  const marker = (range: Finding['range'], label: string, message: string): Marker => {
    const { start, end } = range
    const lineEnd = lines[start.line]?.length ?? start.character
    return { line: start.line, start: start.character, end: end.line === start.line ? end.character : lineEnd, label, text: message }
  }
  return findings.flatMap(finding => [
    marker(finding.range, finding.rule, finding.message),
    ...finding.evidence.flatMap(one => (one.path === path ? [marker(one.range, 'related', one.message)] : [])),
  ])
}

export function applyEdits(path: string, text: string, edits: readonly TextEdit[]): string {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  const offset = ({ line, character }: { line: number; character: number }): number => (starts[line] ?? text.length) + character
  const sorted = edits
    .filter(edit => edit.path === path)
    .map(edit => ({ start: offset(edit.range.start), end: offset(edit.range.end), newText: edit.newText }))
    .sort((one, two) => two.start - one.start || two.end - one.end)
  let result = text
  let last = Number.POSITIVE_INFINITY
  for (const { start, end, newText } of sorted) {
    if (end > last) continue
    result = result.slice(0, start) + newText + result.slice(end)
    last = start
  }
  return result
}

/** The text after the first fix of every finding, or undefined where no finding has one. */
export function fixed(path: string, text: string, findings: readonly Finding[]): string | undefined {
  const edits = findings.flatMap(finding => finding.fixes[0]?.edits ?? [])
  const seen = new Set<string>()
  const once = edits.filter(edit => {
    const key = JSON.stringify(edit)
    return seen.has(key) ? false : seen.add(key)
  })
  return once.length ? applyEdits(path, text, once) : undefined
}

/** The fixture's text with markers written anew, each message cut where the old marker cut it. */
export function withMarkers(text: string, markers: readonly Marker[]): string {
  const lines = text.split('\n')
  const out: string[] = []
  for (const [line, content] of lines.entries()) {
    if (/^\s*\/\/[^^]*\^+ [\w-]+/.test(content)) continue
    out.push(content)
    const own = markers.filter(marker => marker.line === line).sort((one, two) => one.start - two.start)
    for (const marker of own) {
      const before = marker.start >= 2 ? `//${' '.repeat(marker.start - 2)}` : '//'
      out.push(`${before}${'^'.repeat(Math.max(1, marker.end - marker.start))} ${marker.label}: ${marker.text}`)
    }
  }
  return out.join('\n')
}
