/**
 * Committed positions that belong to one group of a batch's records: `resolveOffset(group.at(-1).offset)` in a loop over groups.
 * The position is followed back, through variables and helpers, to the element of the groups that it was read from. The first
 * record of a group is left alone: groups come in the order of their first records, so it is a low-water mark.
 */
import type { CallExpression, Expression } from '../../facts/code.ts'
import type { CommitRow } from '../../facts/libraries/signals.ts'
import type { GroupPosition, Regrouping } from '../../facts/model.ts'
import { argumentsOf, frameOf, returnsOf } from '../values/activations.ts'
import type { Evaluator } from '../values/evaluator.ts'
import type { Frame, Made, Thunk } from '../values/frames.ts'
import type { Origins } from '../values/origins.ts'
import type { Offsets } from './offsets.ts'
import { placeOf, sourceText } from './places.ts'
import { Regroupings } from './regroupings.ts'

/** What a value is to the groups. `member`: what a map gives for each of its own, a pair or a group. */
type Level =
  | 'map'
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

interface Part {
  readonly level: Level
  readonly regrouping: Regrouping
  /** Loops that the value was taken an element of, from the groups on. */
  readonly loops: number
  /** Where a position was handed to a helper that commits it. */
  readonly given?: Made
}

const depthMax = 30
/** Steps back from one position. */
const stepsMax = 1_000

const elements: Partial<Record<Level, Level>> = {
  map: 'member',
  groups: 'group',
  entries: 'entry',
  keys: 'key',
  member: 'record',
  group: 'record',
  positions: 'position',
}

/** `Object.values(groups)`, `groups.values()`. */
const views: Readonly<Record<string, Level>> = { values: 'groups', entries: 'entries', keys: 'keys' }
const sameList = /^(?:filter|sort|toSorted|slice|reverse|toReversed|toArray)$/
const lastOf = /^(?:lodash|lodash-es|underscore):last$/
const converts = /^global:(?:BigInt|Number|String|parseInt|Number\.parseInt|Math\.max)$/

export class GroupPositions {
  readonly #evaluator: Evaluator
  readonly #offsets: Offsets
  readonly #regroupings: Regroupings
  #steps = 0

  constructor(evaluator: Evaluator, origins: Origins, offsets: Offsets) {
    this.#evaluator = evaluator
    this.#offsets = offsets
    this.#regroupings = new Regroupings(evaluator, origins)
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
    const regrouping = this.#regroupings.ofBinding(binding, frame)
    if (regrouping) return { level: 'map', regrouping, loops: 0 }
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
    return list?.level === 'map' ? { ...list, level: 'entries' } : list
  }

  #call(call: CallExpression, frame: Frame, depth: number): Part | undefined {
    const regrouping = this.#regroupings.ofCall(call, frame)
    if (regrouping) return { level: 'map', regrouping, loops: 0 }
    const next = (of: Expression | undefined): Part | undefined => of && this.#part(of, frame, depth + 1)
    const callee = this.#evaluator.evaluate(call.callee, frame)
    const [first] = call.args
    if (callee.kind === 'closure') {
      const returned = returnsOf(callee.code)
      const inner = this.#evaluator.enter(callee, argumentsOf(call, frame))
      return returned.length === 1 ? this.#part(returned[0] as Expression, inner, depth + 1) : undefined
    }
    if (callee.kind === 'external') {
      const view = /^(?:global:Object|lodash:|lodash-es:)\.?(values|entries|keys)$/.exec(callee.type)?.[1]
      if (view) return viewOf(next(first), view)
      if (callee.type === 'global:Array.from')
        return call.args.length === 1 ? this.#fromIterable(next(first)) : undefined
      if (lastOf.test(callee.type)) return lastRecord(next(first))
      if (converts.test(callee.type)) return this.#converted(call.args, next)
    }
    return call.callee.kind === 'member'
      ? this.#method(call, call.callee.of, call.callee.name, frame, depth)
      : undefined
  }

  #fromIterable(list: Part | undefined): Part | undefined {
    return list?.level === 'map' ? { ...list, level: 'entries' } : list
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
    if (views[name] && call.args.length === 0) return viewOf(list, name)
    if (name === 'get' && list.level === 'map') return groupAt(list, first && this.#part(first, frame, depth + 1))
    if (name === 'at') return first && isMinusOne(first, frame) ? lastRecord(list) : undefined
    if (name === 'pop' || name === 'findLast') return lastRecord(list)
    if (sameList.test(name) && list.level !== 'map') return list
    if (name !== 'map' || !first || (list.level !== 'group' && list.level !== 'member')) return undefined
    const made = this.#evaluator.evaluate(first, frame)
    if (made.kind !== 'closure') return undefined
    const inner = this.#evaluator.enter(made, [{ expression: of, frame, path: ['[]'] }])
    const [returned] = returnsOf(made.code)
    const position = returned && this.#part(returned, inner, depth + 1)
    return position?.level === 'position' ? { ...list, level: 'positions' } : undefined
  }
}

function steps(part: Part | undefined, path: readonly string[]): Part | undefined {
  return path.reduce(step, part)
}

/** One step into a value: an element, a place in a pair, a property. */
function step(part: Part | undefined, name: string): Part | undefined {
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
  if (level !== 'record') return undefined
  if (name === 'offset') return { ...part, level: 'position' }
  return name === 'message' || name === 'record' ? part : undefined
}

function only(part: Part | undefined, level: Level): Part | undefined {
  return part?.level === level ? part : undefined
}

function lastRecord(list: Part | undefined): Part | undefined {
  if (list?.level === 'positions') return { ...list, level: 'position' }
  return list?.level === 'group' || list?.level === 'member' ? { ...list, level: 'record' } : undefined
}

function viewOf(list: Part | undefined, name: string): Part | undefined {
  const level = views[name]
  if (list?.level === 'map' && level) return { ...list, level }
  if (list?.level === 'groups' && name === 'entries') return { ...list, level: 'entries' }
  return list?.level === 'groups' && name === 'values' ? list : undefined
}

/** `groups.get(key)` with a key of theirs. */
function groupAt(list: Part, key: Part | undefined): Part | undefined {
  return key?.level === 'key' && key.loops > 0 ? { ...key, regrouping: list.regrouping, level: 'group' } : undefined
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
