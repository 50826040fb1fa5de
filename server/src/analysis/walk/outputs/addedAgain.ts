/** Columns that are read, added to and written back: a redelivery finds the sum already there, and adds to it once more. */
import type { CallExpression, Expression } from '../../../facts/code.ts'
import { judgeSql, selectedTable } from '../../../facts/libraries/sql.ts'
import { frameOf } from '../../values/activations.ts'
import type { CallMade, Frame } from '../../values/frames.ts'
import type { Origins } from '../../values/origins.ts'
import { propertiesIn, textWithHoles } from '../../values/texts.ts'
import { testsIn } from '../tests.ts'
import { type Change, isMadeOf, lookUpOf, savedBy, storedIn } from './readBack.ts'

/** What counts tries or changes is meant to count each of them. */
const counters = /version|revision|attempt|retr(?:y|ies)|tries/i
/** Conditions by which a write happens once for each event. */
const guards = /version|revision|event|message|offset|sequence|processed|dedup|idempot/i

const depthMax = 6

/**
 * `row.total += cents; save(row)`, `update({ data: { total: row.total + cents } })`, `UPDATE … SET total = $1` with such a sum.
 *
 * Not where the row is of another table, nor where something else of the row is looked at before: that may be what tells a
 * repeat. A test of the column itself tells none.
 *
 * @returns the column
 */
export function addedAgain(origins: Origins, call: CallExpression, type: string, frame: Frame): string | undefined {
  return new AddedAgain(origins, call, frame).column(type)
}

class AddedAgain {
  readonly #origins: Origins
  readonly #call: CallExpression
  readonly #frame: Frame

  constructor(origins: Origins, call: CallExpression, frame: Frame) {
    this.#origins = origins
    this.#call = call
    this.#frame = frame
  }

  column(type: string): string | undefined {
    for (const { name: column, value, frame } of this.#changes(type)) {
      if (counters.test(column)) continue
      const row = this.#sumOf(column, value, frame, 0)
      if (row && this.#isWrittenBack(type, row) && !this.#isGuarded(column, row)) return column
    }
    return undefined
  }

  *#changes(type: string): Generator<Change> {
    if (/\.save\(\)$/.test(type)) {
      const saved = savedBy(this.#origins.evaluator, this.#call, this.#frame)
      if (saved) yield* this.#saved(saved)
    } else if (/\.(?:update\w*|findOneAndUpdate|findByIdAndUpdate|set)\(\)/.test(type))
      yield* this.#properties(this.#call, this.#frame)
    else yield* this.#assigned()
  }

  /** `save(row)`, `save({ ...row, total })` */
  *#saved(saved: Expression): Generator<Change> {
    yield* storedIn(saved, this.#frame)
    const object = this.#origins.evaluator.evaluate(saved, this.#frame)
    if (object.kind !== 'object' || !object.expression.properties.some(({ isSpread }) => isSpread)) return
    for (const { name, value } of object.expression.properties)
      if (name !== undefined) yield { name, value, frame: object.frame }
  }

  /** `UPDATE accounts SET total = $1`: what stands for `$1`. */
  *#assigned(): Generator<Change> {
    const [first, second] = this.#call.args
    const text = this.#updateText()
    const set = text === undefined ? undefined : /\bset\b([\s\S]*?)(?:\bwhere\b|$)/i.exec(text)
    if (!first || !set) return
    const list = second && this.#origins.evaluator.evaluate(second, this.#frame)
    const { items, frame } =
      list?.kind === 'array'
        ? { items: list.expression.items, frame: list.frame }
        : { items: first.kind === 'template' && !second ? first.values : [], frame: this.#frame }
    let holes = (text as string).slice(0, set.index).split('?').length - 1
    for (const [, column = '', place] of (set[1] as string).matchAll(/(?:["'`]?(\w+)["'`]?\s*=\s*)?(?:\$(\d+)|\?)/g)) {
      const value = items[place ? Number(place) - 1 : holes++]
      if (column && value) yield { name: column, value, frame }
    }
  }

  *#properties(call: CallExpression, frame: Frame): ReturnType<typeof propertiesIn> {
    for (const { args } of chainOf(call))
      for (const arg of args) yield* propertiesIn(this.#origins.evaluator, arg, frame)
  }

  #updateText(): string | undefined {
    const text = this.#textOf(this.#call, this.#frame)
    return text !== undefined && /^UPDATE /.test(judgeSql(text)?.name ?? '') ? text : undefined
  }

  #textOf({ args: [first] }: CallExpression, frame: Frame): string | undefined {
    return first && textWithHoles(this.#origins.evaluator, first, frame)
  }

  // ---- sums ---------------------------------------------------------------------------------------------------

  /** The look-up that gave the row to whose column something is added. */
  #sumOf(column: string, expression: Expression, frame: Frame, depth: number): CallMade | undefined {
    if (depth > depthMax) return undefined
    const inner = (one: Expression): CallMade | undefined => this.#sumOf(column, one, frame, depth + 1)
    const own = (one: Expression): CallMade | undefined => this.#held(column, one, frame, depth + 1)
    switch (expression.kind) {
      case 'binary':
        if (!/^[-+*/]$/.test(expression.operator)) return undefined
        return own(expression.left) ?? own(expression.right) ?? inner(expression.left) ?? inner(expression.right)
      case 'array': {
        const spread = expression.items.find(item => item.kind === 'other' && item.what === 'spread')
        return spread?.kind === 'other' && spread.parts[0] ? own(spread.parts[0]) : undefined
      }
      case 'call': {
        const { callee, args } = expression
        if (callee.kind === 'member' && /^(?:plus|minus|add|sub|subtract|times|mul|multiply|concat)$/.test(callee.name))
          return own(callee.of) ?? inner(callee.of)
        const wrapped = callee.kind === 'member' && args.length === 0 ? callee.of : conversion(expression)
        return wrapped && inner(wrapped)
      }
      case 'cast':
        return inner(expression.of)
      default:
        return this.#behind(expression, frame, (from, path, inside) =>
          path.length === 0 ? this.#sumOf(column, from, inside, depth + 1) : undefined,
        )
    }
  }

  /** `row.total`, `Number(row.total ?? 0)`: what the column held. */
  #held(column: string, expression: Expression, frame: Frame, depth: number): CallMade | undefined {
    if (depth > depthMax) return undefined
    const inner = (one: Expression): CallMade | undefined => this.#held(column, one, frame, depth + 1)
    switch (expression.kind) {
      case 'member':
        return expression.name === column ? this.#rowOf(expression.of, [], frame) : undefined
      case 'binary':
        return /^(?:\?\?|\|\|)$/.test(expression.operator) ? inner(expression.left) : undefined
      case 'cast':
        return inner(expression.of)
      case 'other':
        return expression.what === 'unary' && expression.parts[0] ? inner(expression.parts[0]) : undefined
      case 'call': {
        const { callee, args } = expression
        const wrapped = callee.kind === 'member' && args.length === 0 ? callee.of : conversion(expression)
        return wrapped && inner(wrapped)
      }
      default:
        return this.#behind(expression, frame, (from, path, inside) => {
          if (path.length === 0) return this.#held(column, from, inside, depth + 1)
          return path.at(-1) === column ? this.#rowOf(from, path.slice(0, -1), inside) : undefined
        })
    }
  }

  /** What a name stands for. */
  #behind(
    expression: Expression,
    frame: Frame,
    look: (from: Expression, path: readonly string[], frame: Frame) => CallMade | undefined,
  ): CallMade | undefined {
    const [source, ...others] = expression.kind === 'name' ? (expression.binding?.sources ?? []) : []
    if (source?.kind !== 'expression' || others.length > 0) return undefined
    return look(source.from, source.path, frameOf(frame, source.inside))
  }

  #rowOf(expression: Expression, path: readonly string[], frame: Frame): CallMade | undefined {
    return lookUpOf(this.#origins.evaluator.thunk({ expression, frame, path }))
  }

  // ---- the same row, and nothing that tells a repeat ------------------------------------------------------------

  #isWrittenBack(type: string, row: CallMade): boolean {
    if (/\.save\(\)$/.test(type)) return true
    const { callee } = this.#call
    // `row.update({ total })`
    if (callee.kind === 'member' && this.#rowOf(callee.of, [], this.#frame)) return true
    const text = this.#updateText()
    const asked = text === undefined ? undefined : this.#textOf(row.expression, row.frame)
    const table = selectedTable(asked ?? '')
    if (text !== undefined) return table !== undefined && judgeSql(text)?.target === table.toLowerCase()
    const target = tableOf(this.#call, this.#frame)
    return target !== undefined && target === tableOf(row.expression, row.frame)
  }

  #isGuarded(column: string, row: CallMade): boolean {
    const text = this.#updateText()
    if (text !== undefined && guards.test(/\bwhere\b([\s\S]*)/i.exec(text)?.[1] ?? '')) return true
    const calls = [
      { expression: this.#call, frame: this.#frame },
      { expression: row.expression, frame: row.frame },
    ]
    for (const { expression, frame } of calls)
      for (const { name, value, frame: own } of this.#properties(expression, frame))
        if (guards.test(name) && this.#origins.isFromRecord(value, own)) return true
    return calls.some(({ frame }) =>
      [...testsIn(frame.code?.body ?? [])].some(test => this.#tells(test, column, row, frame)),
    )
  }

  /** Something of the row is asked about, other than whether there is one, and other than the column. */
  #tells(test: Expression, column: string, row: CallMade, frame: Frame): boolean {
    if (test.kind === 'other' && test.what === 'not' && test.parts[0])
      return this.#tells(test.parts[0], column, row, frame)
    if (test.kind === 'binary')
      return this.#tells(test.left, column, row, frame) || this.#tells(test.right, column, row, frame)
    if (this.#held(column, test, frame, 0) || this.#rowOf(test, [], frame)) return false
    return isMadeOf(this.#origins, test, frame, row.expression)
  }
}

/** `Number(x)`, `new Decimal(x)`: what is converted. */
function conversion({ callee, args, isNew }: CallExpression): Expression | undefined {
  if (args.length !== 1 || callee.kind !== 'name') return undefined
  return isNew || /^(?:Number|BigInt|String|parseInt|parseFloat|Decimal|Big|BigNumber)$/.test(callee.name)
    ? args[0]
    : undefined
}

/** What a call is made for, as written: `accounts.update(…)`, `knex('accounts')…`, `db.update(accounts)…`, `manager.update(Account, …)`. */
function tableOf(call: CallExpression, { module }: Frame): string | undefined {
  for (const { callee, args } of chainOf(call)) {
    const [first] = args
    const name = callee.kind === 'member' ? callee.name : ''
    const isTable = callee.kind === 'name' || /^(?:from|collection|model|getRepository)$/.test(name)
    const isTyped = args.length > 1 && first?.kind === 'name' && /^[A-Z]/.test(first.name)
    if ((isTable || isTyped || (name === 'update' && args.length === 1)) && isNamed(first))
      return module.text.slice(first.start, first.end)
    if (callee.kind === 'member' && isNamed(callee.of)) return callee.of.kind === 'literal' ? undefined : callee.of.name
  }
  return undefined
}

function isNamed(
  expression: Expression | undefined,
): expression is Extract<Expression, { kind: 'name' | 'member' | 'literal' }> {
  return expression?.kind === 'name' || expression?.kind === 'member' || expression?.kind === 'literal'
}

/** `db.update(accounts).set({ … })`: each call of it, the last first. */
function* chainOf(call: CallExpression): Generator<CallExpression> {
  for (
    let at: Expression | undefined = call;
    at?.kind === 'call';
    at = at.callee.kind === 'member' ? at.callee.of : undefined
  )
    yield at
}
