/** What an expression takes out of a list or map that is known by its holder, and what a test says of how full it is. */
import { childrenOf } from '../../../facts/calls.ts'
import type { CallExpression, Expression } from '../../../facts/code.ts'
import type { Frame } from '../../values/frames.ts'
import { type Held, holderOf } from './holders.ts'

/** Names that stand for names: this far. */
const hopsMax = 4

/** Whether something of what it holds is in the value. A number of elements is not, nor is one that is looked up by its key. */
export function takesFrom(held: Held, expression: Expression, frame: Frame, hops = 0): boolean {
  const { module } = frame
  if (holderOf(expression, module) === held.holder) return true
  switch (expression.kind) {
    case 'name':
      return (
        hops < hopsMax &&
        (expression.binding?.sources ?? []).some(
          source => source.kind === 'expression' && takesFrom(held, source.from, frame, hops + 1),
        )
      )
    case 'member':
      return !isSize(expression) && takesFrom(held, expression.of, frame, hops)
    case 'index':
      // `cache[id]` looks one up; `buffer[0]` and `buffer[i]` go through it.
      return (held.isNested || isPosition(expression.index)) && takesFrom(held, expression.of, frame, hops)
    case 'call':
      if (looksUp(expression, held.isNested)) return false
      return childrenOf(expression).some(child => takesFrom(held, child, frame, hops))
    case 'function':
    case 'class':
      return false
    default:
      return childrenOf(expression).some(child => takesFrom(held, child, frame, hops))
  }
}

/** The key of the one list that is taken: `batches.get(customer)`. None where a loop goes through the keys, or a caller may. */
export function keyTakenBy(held: Held, expression: Expression, frame: Frame, hops = 0): Expression | undefined {
  if (hops > hopsMax || expression.kind === 'function') return undefined
  const { module } = frame
  const next = (one: Expression): Expression | undefined => keyTakenBy(held, one, frame, hops + 1)
  if (expression.kind === 'name') {
    const [source, ...others] = expression.binding?.sources ?? []
    const isOne = source?.kind === 'expression' && source.path.length === 0 && others.length === 0
    return isOne ? next(source.from) : undefined
  }
  if (expression.kind === 'index' && holderOf(expression.of, module) === held.holder) return ownKey(expression.index)
  if (expression.kind === 'call' && expression.callee.kind === 'member') {
    const { name, of } = expression.callee
    if (name === 'get' && holderOf(of, module) === held.holder) return expression.args[0] && ownKey(expression.args[0])
  }
  for (const child of childrenOf(expression)) {
    const found = next(child)
    if (found) return found
  }
  return undefined
}

function ownKey(key: Expression): Expression | undefined {
  const sources = key.kind === 'name' ? (key.binding?.sources ?? []) : []
  const isGiven = sources.some(source => source.kind !== 'expression' || source.path[0] === '[]')
  return isGiven ? undefined : key
}

/** The arm of an `if` in which the list is empty: 0 where the test holds. */
export function emptyArm(held: Held, test: Expression, frame: Frame): 0 | 1 | undefined {
  if (test.kind === 'member') return isSize(test) && takesFrom(held, test.of, frame) ? 1 : undefined
  if (test.kind === 'other' && test.what === 'not' && test.parts[0]) {
    const inner = emptyArm(held, test.parts[0], frame)
    return inner === undefined ? undefined : inner === 1 ? 0 : 1
  }
  if (test.kind !== 'binary') return undefined
  const { operator, left, right } = test
  if (operator === '||' || operator === '&&') {
    const wanted = operator === '||' ? 0 : 1
    return [left, right].some(one => emptyArm(held, one, frame) === wanted) ? wanted : undefined
  }
  if (right.kind !== 'literal' || emptyArm(held, left, frame) !== 1) return undefined
  const compared = `${operator}${String(right.value)}`
  if (/^(?:>0|>=1|!==?0)$/.test(compared)) return 1
  return /^(?:===?0|<1|<=0)$/.test(compared) ? 0 : undefined
}

/** Whether how long a loop runs is told by what the list holds. */
export function runsThrough(held: Held, expression: Expression, frame: Frame): boolean {
  return takesFrom(held, expression, frame) || emptyArm(held, expression, frame) === 1
}

function isSize(expression: Expression): boolean {
  return expression.kind === 'member' && /^(?:length|size)$/.test(expression.name)
}

function looksUp({ callee }: CallExpression, isNested: boolean): boolean {
  if (callee.kind !== 'member') return false
  return /^(?:has|includes|indexOf)$/.test(callee.name) || (callee.name === 'get' && !isNested)
}

function isPosition(index: Expression): boolean {
  if (index.kind === 'literal') return typeof index.value === 'number'
  return index.kind === 'name' && /^[ijk]$|index|position|^at$/i.test(index.name)
}
