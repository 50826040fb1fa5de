/** SQL texts as syntax trees: what `ON CONFLICT … DO UPDATE` and `UPDATE` assign, and under which condition. */
import { createRequire } from 'node:module'
import type { Expr, SetStatement, Statement } from 'pgsql-ast-parser'

export interface Assignments {
  /** Assignments that add to what is stored: `total = total + excluded.total`. */
  readonly adding: readonly string[]
  /** The condition lets a second run change nothing: `WHERE version = $2`, `WHERE last_offset < excluded.last_offset`. */
  readonly isConditional: boolean
}

/** Set where the parser lies beside the bundle. */
declare const sqlParserBeside: string | undefined

/** A parser for PostgreSQL, which is SQLite's dialect as well as far as upserts go. Only loaded when a text asks for it. */
let parser: typeof import('pgsql-ast-parser') | undefined
function loaded(): typeof import('pgsql-ast-parser') {
  const specifier = typeof sqlParserBeside === 'undefined' ? 'pgsql-ast-parser' : sqlParserBeside
  parser ??= createRequire(import.meta.url)(specifier) as typeof import('pgsql-ast-parser')
  return parser
}

const known = new Map<string, Assignments | undefined>()
const knownMax = 500
const textMax = 10_000

/**
 * What an upsert or an update assigns.
 *
 * @returns undefined where the parser cannot read the text: another dialect, a hole where a name should be, no SQL at all
 */
export function assignmentsOf(text: string): Assignments | undefined {
  if (text.length > textMax) return undefined
  if (known.has(text)) return known.get(text)
  const found = read(text)
  if (known.size >= knownMax) known.clear()
  known.set(text, found)
  return found
}

function read(text: string): Assignments | undefined {
  let statements: readonly Statement[]
  try {
    statements = loaded().parse(withParameters(text))
  } catch {
    return undefined
  }
  for (const statement of statements) {
    const inner = statement.type === 'with' ? statement.in : statement
    if (inner.type === 'update') return assignments(inner.sets, inner.where ?? undefined)
    if (inner.type !== 'insert' || !inner.onConflict) continue
    const { do: action, where } = inner.onConflict
    return action === 'do nothing' ? { adding: [], isConditional: false } : assignments(action.sets, where)
  }
  return undefined
}

/** `?`, `:name` and `@name` are this parser's `$1`; texts in quotes keep theirs, and `::text` is a cast. */
function withParameters(text: string): string {
  return text.replace(/'(?:[^']|'')*'|"[^"]*"|::|\?|[:@][a-z_]\w*/gi, part => (/^[?@]|^:\w/.test(part) ? '$1' : part))
}

function assignments(sets: readonly SetStatement[], where: Expr | undefined): Assignments {
  const adding = sets.filter(({ column, value }) => addsTo(value, column.name)).map(({ column }) => column.name)
  const isConditional = sets.some(({ column }) => {
    const compared = comparisonsOf(where, column.name)
    // `balance >= 5` holds again after `balance = balance - 5`; `version = 7` does not after `version + 1`.
    return compared.some(operator => operator === '=' || !adding.includes(column.name))
  })
  return { adding, isConditional }
}

function addsTo(value: Expr, column: string): boolean {
  const isSum = partsOf(value).some(part => part.type === 'binary' && /^(?:[-+*/]|\|\|)$/.test(part.op))
  return isSum && partsOf(value).some(part => isStored(part, column))
}

function comparisonsOf(where: Expr | undefined, column: string): string[] {
  if (!where) return []
  return partsOf(where).flatMap(part =>
    part.type === 'binary' &&
    /^(?:=|<|>|<=|>=|!=)$/.test(part.op) &&
    (isStored(part.left, column) || isStored(part.right, column))
      ? [part.op]
      : [],
  )
}

function isStored(expression: Expr, column: string): boolean {
  return expression.type === 'ref' && expression.name === column && expression.table?.name !== 'excluded'
}

/** An expression and all it is made of. */
function partsOf(value: unknown): Expr[] {
  if (Array.isArray(value)) return value.flatMap(partsOf)
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(partsOf)
  return 'type' in value ? [value as Expr, ...inner] : inner
}
