/** Arguments, activations and returns of functions. */
import type { CallExpression, Expression, FunctionCode } from '../../facts/code.ts'
import { type Frame, looseFrame, moduleFrame, selfOf, type Thunk } from './frames.ts'

export function argumentsOf(call: CallExpression, frame: Frame): Thunk[] {
  return call.args.map(expression => ({ expression, frame, path: [] }))
}

/** The activation of `owner` as seen from `frame`. Outside of it: a loose one, where parameters are known by type only. */
export function frameOf(frame: Frame, owner: FunctionCode | undefined): Frame {
  for (let at: Frame | undefined = frame; at; at = at.parent) {
    if (at.code === owner) return at
    if (!at.parent && !owner) return at.code ? moduleFrame(frame.module) : at
  }
  return looseFrame(frame.module, owner)
}

/** The activation of a function of the same file, with what is known around the place that asks. */
export function frameIn(from: Frame, inside: FunctionCode | undefined): Frame {
  const loose = looseFrame(from.module, inside)
  const self = selfOf(from)
  if (!inside) return loose
  const parent = inside.parent ? frameOf(from, inside.parent) : loose.parent
  return { ...loose, parent, self: inside.owner && self?.kind === 'instance' ? self : loose.self }
}

export function returnsOf(code: FunctionCode): readonly Expression[] {
  let found = returnsCache.get(code)
  if (!found) {
    found = returnsIn(code.body)
    returnsCache.set(code, found)
  }
  return found
}

const returnsCache = new WeakMap<FunctionCode, readonly Expression[]>()

function returnsIn(body: FunctionCode['body']): Expression[] {
  return body.flatMap((statement): Expression[] => {
    switch (statement.kind) {
      case 'return':
        return statement.value ? [statement.value] : []
      case 'if':
        return [...returnsIn(statement.whenTrue), ...returnsIn(statement.whenFalse)]
      case 'loop':
      case 'block':
        return returnsIn(statement.body)
      case 'try':
        return [
          ...returnsIn(statement.block),
          ...returnsIn(statement.handler?.body ?? []),
          ...returnsIn(statement.cleanup ?? []),
        ]
      case 'switch':
        return statement.cases.flatMap(one => returnsIn(one.body))
      default:
        return []
    }
  })
}

export function sameArgs(one: readonly Thunk[] | undefined, two: readonly Thunk[]): boolean {
  return one?.length === two.length && one.every((arg, index) => sameThunk(arg, two[index] as Thunk))
}

function sameThunk(one: Thunk, two: Thunk): boolean {
  if ('value' in one || 'value' in two) return 'value' in one && 'value' in two && one.value === two.value
  return one.expression === two.expression && one.frame === two.frame && one.path.join() === two.path.join()
}
