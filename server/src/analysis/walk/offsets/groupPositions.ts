/**
 * Committed positions that belong to one group of a batch's records: `resolveOffset(group.at(-1).offset)` in a loop over groups.
 * The position is followed back, through variables and helpers, to the element of the groups that it was read from. The first
 * record of a group is left alone: groups come in the order of their first records, so it is a low-water mark.
 */
import type { Binding, CallExpression, ChoiceExpression, Expression } from '../../../facts/code.ts'
import type { CommitRow } from '../../../facts/libraries/signals.ts'
import type { GroupPosition } from '../../../facts/model.ts'
import { argumentsOf, frameOf, returnsOf } from '../../values/activations.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { Frame, Made, Thunk } from '../../values/frames.ts'
import type { Origins } from '../../values/origins.ts'
import { placeOf, sourceText } from '../places.ts'
import {
  entriesOf,
  groupAt,
  isView,
  type Level,
  lastRecord,
  only,
  type Part,
  partOf,
  step,
  steps,
  viewOf,
} from './groupLevels.ts'
import { isSorting, lodashName } from './lodash.ts'
import type { Offsets } from './offsets.ts'
import { Regroupings } from './regroupings.ts'
import { Reorderings } from './reorderings.ts'

const depthMax = 30
/** Steps back from one position. */
const stepsMax = 1_000

const sameList = /^(?:filter|sort|toSorted|slice|reverse|toReversed|toArray)$/
const converts = /^global:(?:BigInt|Number|String|parseInt|Number\.parseInt|Math\.max)$/

export class GroupPositions {
  readonly #evaluator: Evaluator
  readonly #offsets: Offsets
  readonly #regroupings: Regroupings
  readonly #reorderings: Reorderings
  #steps = 0

  constructor(evaluator: Evaluator, origins: Origins, offsets: Offsets) {
    this.#evaluator = evaluator
    this.#offsets = offsets
    this.#regroupings = new Regroupings(evaluator, origins)
    this.#reorderings = new Reorderings(evaluator, origins)
  }

  /** The position a commit is given, where it was read from one group only. */
  position(call: CallExpression, row: CommitRow, frame: Frame): GroupPosition | undefined {
    const [argument] = call.args
    if (!argument) return undefined
    if (row.commit === 'resolve') return this.#grouped({ expression: argument, frame }, 'position')
    const { offset, partition } = this.#offsets.madeOf(
      argument,
      row.offsetAt === 'none' ? 'topics' : row.offsetAt,
      frame,
    )
    return this.#grouped(partition, 'key') ?? this.#grouped(offset, 'position')
  }

  #grouped(made: Made | undefined, level: Level): GroupPosition | undefined {
    this.#steps = 0
    const part = made && this.#part(made.expression, made.frame, 0)
    if (!made || part?.level !== level || part.loops === 0) return undefined
    const { expression, frame } = part.given ?? made
    return {
      at: placeOf(frame.module, expression),
      source: sourceText(frame.module, expression),
      what: level === 'key' ? 'partition' : 'offset',
      regrouping: part.regrouping,
      loops: part.loops,
      fixes: [],
    }
  }

  #part(expression: Expression, frame: Frame, depth: number): Part | undefined {
    if (depth > depthMax || this.#steps++ > stepsMax) return undefined
    const next = (of: Expression | undefined): Part | undefined => of && this.#part(of, frame, depth + 1)
    switch (expression.kind) {
      case 'name':
        return this.#name(expression, frame, depth)
      case 'await':
      case 'cast':
        return next(expression.of)
      case 'member':
        return step(next(expression.of), expression.name)
      case 'index':
        return this.#index(expression, next)
      case 'call':
        return this.#call(expression, frame, depth)
      case 'array':
        return this.#spread(expression.items, next)
      case 'binary':
        if (expression.operator === '??' || expression.operator === '||') return next(expression.left)
        return expression.operator === '+' ? only(next(expression.left), 'position') : undefined
      case 'template':
        return expression.texts.every(text => text === '') ? only(next(expression.values[0]), 'position') : undefined
      case 'other':
        return expression.what === 'unary' ? only(next(expression.parts[0]), 'position') : undefined
      default:
        return undefined
    }
  }

  #name({ binding }: Extract<Expression, { kind: 'name' }>, frame: Frame, depth: number): Part | undefined {
    if (!binding) return undefined
    const dealt = this.#regroupings.ofBinding(binding, frame)
    if (dealt) return partOf(dealt)
    const part = this.#held(binding, frame, depth)
    if (part) return part
    const regrouping = this.#reorderings.sortedInPlace(binding, frame)
    return regrouping && { level: 'group', regrouping, loops: 0 }
  }

  #held(binding: Binding, frame: Frame, depth: number): Part | undefined {
    const [source] = binding.sources
    if (!source || binding.sources.length > 1) return undefined
    if (source.kind === 'expression')
      return binding.isConstant
        ? steps(this.#part(source.from, frameOf(frame, source.inside), depth + 1), source.path)
        : undefined
    if (source.kind !== 'parameter') return undefined
    const { args } = frameOf(frame, binding.owner)
    const arg = args?.[source.index]
    if (arg) return steps(this.#thunk(arg, depth), source.path)
    // `groups.map((group, index) => …)`
    const [element] = args ?? []
    if (source.index !== 1 || !element || 'value' in element || element.path.join() !== '[]') return undefined
    const list = this.#part(element.expression, element.frame, depth + 1)
    const isGroups = list && /^(?:map|groups|entries)$/.test(list.level)
    return isGroups ? { ...list, level: 'key', loops: list.loops + 1 } : undefined
  }

  #thunk(thunk: Thunk, depth: number): Part | undefined {
    if ('value' in thunk) return undefined
    const part = steps(this.#part(thunk.expression, thunk.frame, depth + 1), thunk.path)
    return part?.level === 'position' && !part.given ? { ...part, given: thunk } : part
  }

  #index(
    { of, index }: Extract<Expression, { kind: 'index' }>,
    next: (of: Expression) => Part | undefined,
  ): Part | undefined {
    const list = next(of)
    if (!list) return undefined
    if (isLastIndex(index)) return lastRecord(list)
    if (index.kind === 'literal') return step(list, `[${index.value}]`)
    return list.level === 'map' || list.level === 'groups' ? groupAt(list, next(index)) : undefined
  }

  /** `[...groups.values()]`; pairs, where it is a map. */
  #spread(items: readonly Expression[], next: (of: Expression | undefined) => Part | undefined): Part | undefined {
    const [item] = items
    if (items.length !== 1 || item?.kind !== 'other' || item.what !== 'spread') return undefined
    const list = next(item.parts[0])
    return entriesOf(list)
  }

  #call(call: CallExpression, frame: Frame, depth: number): Part | undefined {
    const dealt = this.#regroupings.ofCall(call, frame)
    if (dealt) return partOf(dealt)
    const part = this.#called(call, frame, depth)
    if (part) return part
    const sorted = this.#reorderings.sorted(call, frame)
    if (sorted) return { level: 'group', regrouping: sorted, loops: 0 }
    // The loop is the one that goes through what is compared.
    const picked = this.#reorderings.picked(call, frame)
    return picked && { level: 'group', regrouping: picked, loops: 1 }
  }

  #called(call: CallExpression, frame: Frame, depth: number): Part | undefined {
    const next = (of: Expression | undefined): Part | undefined => of && this.#part(of, frame, depth + 1)
    const callee = this.#evaluator.evaluate(call.callee, frame)
    const [first] = call.args
    if (callee.kind === 'closure') {
      const returned = returnsOf(callee.code)
      const inner = this.#evaluator.enter(callee, argumentsOf(call, frame))
      return returned.length === 1 ? this.#part(returned[0] as Expression, inner, depth + 1) : undefined
    }
    if (callee.kind === 'external') {
      const lodash = lodashName(callee.type)
      const view = /^global:Object\.(\w+)$/.exec(callee.type)?.[1] ?? lodash
      if (isView(view)) return viewOf(next(first), view)
      if (callee.type === 'global:Array.from') return call.args.length === 1 ? entriesOf(next(first)) : undefined
      if (lodash === 'last' || lodash === 'maxby') return lastRecord(next(first))
      if (isSorting(lodash)) return next(first)
      if (converts.test(callee.type)) return this.#converted(call.args, next)
    }
    return call.callee.kind === 'member'
      ? this.#method(call, call.callee.of, call.callee.name, frame, depth)
      : undefined
  }

  /** `BigInt(offset)`; `Math.max(...offsets)` is at least as high as any of them. */
  #converted(args: readonly Expression[], next: (of: Expression | undefined) => Part | undefined): Part | undefined {
    for (const arg of args) {
      const isSpread = arg.kind === 'other' && arg.what === 'spread'
      const found = isSpread ? step(only(next(arg.parts[0]), 'positions'), '[]') : only(next(arg), 'position')
      // A spread is no loop around the commit.
      if (found) return isSpread ? { ...found, loops: found.loops - 1 } : found
    }
    return undefined
  }

  #method(call: CallExpression, of: Expression, name: string, frame: Frame, depth: number): Part | undefined {
    const list = this.#part(of, frame, depth + 1)
    const [first] = call.args
    if (!list) return undefined
    if (list.level === 'position') return /^(?:toString|toFixed|add)$/.test(name) ? list : undefined
    if (isView(name) && call.args.length === 0) return viewOf(list, name)
    if (name === 'get' && list.level === 'map') return groupAt(list, first && this.#part(first, frame, depth + 1))
    if (name === 'at') return first && isMinusOne(first, frame) ? lastRecord(list) : undefined
    if (name === 'pop' || name === 'findLast') return lastRecord(list)
    if (sameList.test(name) && list.level !== 'map') return list
    if (name === 'reduce') return first && this.#highest(list, first, of, frame, depth)
    if (name !== 'map' || !first || (list.level !== 'group' && list.level !== 'member')) return undefined
    const made = this.#evaluator.evaluate(first, frame)
    if (made.kind !== 'closure') return undefined
    const inner = this.#evaluator.enter(made, [{ expression: of, frame, path: ['[]'] }])
    const [returned] = returnsOf(made.code)
    const position = returned && this.#part(returned, inner, depth + 1)
    return position?.level === 'position' ? { ...list, level: 'positions' } : undefined
  }

  /** `group.reduce((a, b) => (b.offset > a ? b.offset : a), 0)`: the highest of the group; a lowest one is let alone. */
  #highest(list: Part, reducer: Expression, of: Expression, frame: Frame, depth: number): Part | undefined {
    const made = this.#evaluator.evaluate(reducer, frame)
    if (made.kind !== 'closure' || (list.level !== 'group' && list.level !== 'member')) return undefined
    const element: Thunk = { expression: of, frame, path: ['[]'] }
    const inner = this.#evaluator.enter(
      made,
      made.code.parameters.map(() => element),
    )
    const [returned] = returnsOf(made.code)
    const parts =
      returned?.kind === 'choice' && isHigher(returned, inner) ? [returned.whenTrue, returned.whenFalse] : []
    for (const part of returned?.kind === 'call' ? [returned] : parts) {
      const found = this.#part(part, inner, depth + 1)
      if (found?.level === 'record' || found?.level === 'position') return { ...list, level: found.level }
    }
    return undefined
  }
}

/** `b > a ? b : a` */
function isHigher({ test, whenTrue, whenFalse }: ChoiceExpression, { module }: Frame): boolean {
  const textOf = ({ start, end }: Expression): string => module.text.slice(start, end)
  if (test.kind !== 'binary') return false
  const higher = test.operator.startsWith('>') ? test.left : test.operator.startsWith('<') ? test.right : undefined
  const lower = higher === test.left ? test.right : test.left
  return higher !== undefined && textOf(higher).includes(textOf(whenTrue)) && textOf(lower).includes(textOf(whenFalse))
}

function isLastIndex(index: Expression): boolean {
  return (
    index.kind === 'binary' &&
    index.operator === '-' &&
    index.left.kind === 'member' &&
    index.left.name === 'length' &&
    index.right.kind === 'literal' &&
    index.right.value === 1
  )
}

function isMinusOne(expression: Expression, { module }: Frame): boolean {
  return module.text.slice(expression.start, expression.end) === '-1'
}
