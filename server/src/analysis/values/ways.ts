/** What a value may be, where it is one of several: `a ?? b`, a default of a parameter, a name that is stored twice. */
import type { Expression, Source } from '../../facts/code.ts'
import { frameOf } from './activations.ts'
import type { Evaluator } from './evaluator.ts'
import type { Frame, Made } from './frames.ts'
import { propertyOf } from './options.ts'

/** Names that stand for names: this far. */
const hopsMax = 5

/** Each of them, or the expression itself. A default that the caller has replaced is none. */
export function waysOf(evaluator: Evaluator, expression: Expression, frame: Frame, hops = 0): readonly Made[] {
  const all = (parts: readonly Expression[]): readonly Made[] =>
    parts.flatMap(part => waysOf(evaluator, part, frame, hops))
  switch (expression.kind) {
    case 'await':
    case 'cast':
      return all([expression.of])
    case 'choice':
      return all([expression.whenTrue, expression.whenFalse])
    case 'binary':
      return /^(?:\?\?|\|\|)$/.test(expression.operator)
        ? all([expression.left, expression.right])
        : [{ expression, frame }]
    case 'name': {
      if (hops >= hopsMax) return [{ expression, frame }]
      const { sources = [], owner } = expression.binding ?? {}
      const made = sources.flatMap(source => storedBy(evaluator, source, frameOf(frame, owner)) ?? [])
      const isReplaced = made.some(one => one.isGiven)
      const kept = made.filter(one => one.isGiven || !isReplaced)
      const ways = kept.flatMap(one => (one.isOpen ? [one] : waysOf(evaluator, one.expression, one.frame, hops + 1)))
      return ways.length > 1 || isReplaced ? ways : [{ expression, frame }]
    }
    case 'literal':
      // What stands for nothing is no way to a value.
      return expression.value ? [{ expression, frame }] : []
    default:
      return [{ expression, frame }]
  }
}

interface Stored extends Made {
  /** By a caller that is seen: what stands beside it does not hold. */
  readonly isGiven?: boolean
  /** Not followed further. */
  readonly isOpen?: boolean
}

function storedBy(evaluator: Evaluator, source: Source, home: Frame): readonly Stored[] | undefined {
  if (source.kind === 'import') return undefined
  if (source.kind === 'expression') {
    const { from, path } = source
    return [{ expression: from, frame: frameOf(home, source.inside), isOpen: path.length > 0 }]
  }
  const { index, path } = source
  const arg = home.args?.[index]
  const initial = home.code?.parameters[index]?.initial
  const defaults: readonly Stored[] = initial && path.length === 0 ? [{ expression: initial, frame: home }] : []
  if (!arg) return home.args ? defaults : [{ ...nothingKnown(home), isOpen: true }, ...defaults]
  if ('value' in arg || arg.path.length > 0) return [{ ...nothingKnown(home), isOpen: true }]
  const [name, ...rest] = path
  if (name === undefined) return [{ expression: arg.expression, frame: arg.frame, isGiven: true }]
  const object = evaluator.thunk(arg)
  if (rest.length > 0 || object.kind !== 'object') return [{ ...nothingKnown(home), isOpen: true }]
  const given = propertyOf(evaluator, object, name)
  return given ? [{ ...given, isGiven: true }] : []
}

function nothingKnown(frame: Frame): Made {
  return { expression: { kind: 'literal', value: undefined, start: 0, end: 0 }, frame }
}
