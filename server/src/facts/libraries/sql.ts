/**
 * What a SQL text does when it runs twice. Upserts and updates are parsed; what the parser does not know, such as MySQL's
 * `ON DUPLICATE KEY` or a table whose name is a hole, is read word by word.
 */
import { assignmentsOf } from './sqlSyntax.ts'

export interface SqlVerdict {
  readonly kind: 'read' | 'write' | 'other'
  /** `INSERT INTO totals`. */
  readonly name: string
  readonly target: string | undefined
  readonly isRepeatable: boolean
  readonly reason: string
  /** An insert without a conflict clause: a unique key makes its repeat fail. */
  readonly isPlainInsert?: boolean
}

/** What a SELECT asks, as written. */
export function selectedTable(text: string): string | undefined {
  return /\bfrom\s+["'`]?([\w.]+)/i.exec(text)?.[1]
}

/** Columns of `INSERT INTO t (a, b) VALUES ($1, now())` with what is written into them; none where they are not listed. */
export function insertedColumns(text: string): { readonly name: string; readonly value: string | undefined }[] {
  const insert = /insert\s+(?:\w+\s+)*?into\s+[^\s(]+\s*\(([^)]*)\)(?:\s*values\s*\()?/i.exec(text)
  if (!insert) return []
  const values = partsUntilClosed(text.slice(insert.index + insert[0].length))
  return (insert[1] as string)
    .split(',')
    .map((column, index) => ({ name: column.trim().replace(/["'`]/g, ''), value: values[index]?.trim() }))
}

/** `$1, coalesce($2, 0))` in its parts, up to the bracket that closes them. */
function partsUntilClosed(text: string): string[] {
  const parts = ['']
  let depth = 0
  for (const char of text) {
    if (char === '(') depth++
    else if (char === ')' && depth-- === 0) break
    if (char === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts
}

/** @returns undefined where the text is no SQL. */
export function judgeSql(text: string): SqlVerdict | undefined {
  const words = sqlWords(text)
  const written = words[0] === 'WITH' ? words.findIndex((word, at) => writes.has(word) && words[at - 1] !== 'FOR') : -1
  const first = written < 0 ? words.findIndex(word => statements.has(word)) : written
  if (first < 0 || first > (words[0] === 'WITH' ? words.length : 0)) return undefined
  const verb = words[first] as string
  const rest = words.slice(first)
  // Prose begins with these words as well.
  const asked = required[verb]
  if (asked && !asked.some(word => rest.includes(word))) return undefined
  if (verb === 'SELECT') return other('read', 'SELECT')
  if (verb === 'INSERT' || verb === 'REPLACE') return judgeInsert(verb, rest, text)
  if (verb === 'UPDATE') return judgeUpdate(rest, text)
  if (verb === 'MERGE') return write('MERGE', targetAfter(rest, 'INTO'), true, 'MERGE matches on a key')
  if (verb === 'DELETE') return write('DELETE FROM', targetAfter(rest, 'FROM'), true, 'deleting twice changes nothing')
  return other('other', verb)
}

const writes = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

const required: Readonly<Record<string, readonly string[]>> = {
  UPDATE: ['SET'],
  DELETE: ['FROM'],
  INSERT: ['INTO', 'VALUES', 'SELECT'],
}

const statements = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'REPLACE',
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  'CREATE',
  'ALTER',
  'DROP',
  'TRUNCATE',
])

function judgeInsert(verb: string, words: readonly string[], source: string): SqlVerdict {
  const target = targetAfter(words, 'INTO')
  const text = ` ${words.join(' ')} `
  if (verb === 'REPLACE' || text.startsWith(' INSERT OR REPLACE '))
    return write('REPLACE INTO', target, true, 'REPLACE overwrites the row')
  const guard = ['ON CONFLICT', 'ON DUPLICATE KEY', 'INSERT IGNORE', 'INSERT OR IGNORE', 'WHERE NOT EXISTS'].find(
    clause => text.includes(` ${clause} `),
  )
  if (!guard) return { ...write('INSERT INTO', target, false, 'no ON CONFLICT clause'), isPlainInsert: true }
  const assignment = guard.startsWith('ON ') ? addedTo(words, source) : undefined
  if (assignment) return write('INSERT INTO', target, false, `${assignment} adds to the stored value again on a repeat`)
  return write('INSERT INTO', target, true, guard)
}

function judgeUpdate(words: readonly string[], source: string): SqlVerdict {
  const target = words[1] === 'ONLY' ? words[2] : words[1]
  const assignment = addedTo(words, source)
  if (assignment) return write('UPDATE', target, false, `${assignment} adds to the stored value again on a repeat`)
  return write('UPDATE', target, true, 'sets the same values again')
}

/** The assignment that a repeat makes again with effect, as a message calls it. */
function addedTo(words: readonly string[], source: string): string | undefined {
  if (!words.some(word => /^(?:[-+*/]|\|\|)$/.test(word))) return undefined
  const written = selfAssignment(words)
  const parsed = assignmentsOf(source)
  if (!parsed) {
    // A compare on the old value in WHERE lets the update happen once.
    const where = words.indexOf('WHERE')
    const isVersioned = words[0] === 'UPDATE' && where > 0 && words.slice(where).includes('VERSION')
    return written && !isVersioned ? `'${written}'` : undefined
  }
  if (parsed.adding.length === 0 || parsed.isConditional) return undefined
  return written ? `'${written}'` : `what is assigned to '${parsed.adding[0]}'`
}

/** `total = total + 5`, `total = orders.total + excluded.total`, `total = COALESCE(total, 0) + …` */
function selfAssignment(words: readonly string[]): string | undefined {
  const end = words.lastIndexOf('WHERE') > words.lastIndexOf('SET') ? words.lastIndexOf('WHERE') : words.length
  const start = Math.max(words.lastIndexOf('SET'), words.lastIndexOf('UPDATE'))
  for (let at = start + 1; start >= 0 && at < end - 1; at++) {
    if (words[at + 1] !== '=') continue
    const name = (words[at] as string).split('.').pop() as string
    let next = at + 2
    while (next < end && words[next + 1] !== '=') next++
    const value = words.slice(at + 2, next)
    const own = value.some(
      word => !word.startsWith('EXCLUDED.') && word !== 'EXCLUDED' && word.split('.').pop() === name,
    )
    if (own && value.some(word => word === '+' || word === '-' || word === '||'))
      return `${name.toLowerCase()} = ${value
        .filter(word => word !== ',')
        .join(' ')
        .toLowerCase()}`
  }
  return undefined
}

function targetAfter(words: readonly string[], word: string): string | undefined {
  const at = words.indexOf(word)
  return at < 0
    ? words.find((one, index) => index > 0 && !['OR', 'IGNORE', 'REPLACE', 'LOW_PRIORITY'].includes(one))
    : words[at + 1]
}

function write(verb: string, target: string | undefined, isRepeatable: boolean, reason: string): SqlVerdict {
  const name = target ? `${verb} ${target.toLowerCase()}` : verb
  return { kind: 'write', name, target: target?.toLowerCase(), isRepeatable, reason }
}

function other(kind: 'read' | 'other', name: string): SqlVerdict {
  return { kind, name, target: undefined, isRepeatable: true, reason: '' }
}

/** Words and signs in capitals; strings, comments and quotes around names are gone. */
function sqlWords(text: string): string[] {
  const clean = text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ').replace(/'(?:[^']|'')*'/g, ' ? ')
  const words =
    clean.match(
      /[`"[]?[\p{L}_][\p{L}\p{N}_$]*[`"\]]?(?:\.[`"[]?[\p{L}_][\p{L}\p{N}_$]*[`"\]]?)*|\$\d+|::?\w+|\d+(?:\.\d+)?|\|\||[=+\-*/(),?]/gu,
    ) ?? []
  return words.slice(0, 400).map(word => word.replace(/[`"[\]]/g, '').toUpperCase())
}
