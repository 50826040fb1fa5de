/** Options of a consumer as far as they are known, wherever they are written. */
import type { Expression } from '../../facts/code.ts'
import type { Option, PipelineOptions, Text } from '../../facts/model.ts'
import { placeOf, sourceText } from '../walk/places.ts'
import { frameOf } from './activations.ts'
import { lacks } from './defaults.ts'
import type { Evaluator } from './evaluator.ts'
import type { Frame, Made, Value } from './frames.ts'

/** Objects spread into objects: this deep. `options = { ...options, retries: 3 }` spreads itself. */
export const spreadsMax = 12

/** Several objects that hold options together: `consumer({...})`, `subscribe({...})`, `run({...})`. */
export class OptionReader {
  readonly #evaluator: Evaluator
  readonly #objects: readonly Value[]

  constructor(evaluator: Evaluator, objects: readonly (Value | undefined)[]) {
    this.#evaluator = evaluator
    this.#objects = objects.filter(value => value !== undefined)
  }

  /** The value of the first of these options that is set. A dot goes into an object. */
  read(...names: readonly string[]): Option<unknown> | undefined {
    for (const name of names)
      for (const object of this.#objects) {
        const found = this.#find(object, name.split('/'))
        if (found) return found
      }
    return undefined
  }

  #find(object: Value, path: readonly string[], depth = 0): Option<unknown> | undefined {
    const [name, ...rest] = path
    if (object.kind !== 'object' || name === undefined || depth > spreadsMax) return undefined
    const property = [...object.expression.properties].reverse().find(one => one.name === name)
    const stored = storedIn(object, name)
    if (stored) return this.#stored(stored, rest, property !== undefined, depth)
    if (!property) {
      for (const spread of object.expression.properties) {
        if (!spread.isSpread) continue
        const found = this.#find(this.#evaluator.evaluate(spread.value, object.frame), path, depth + 1)
        if (found) return found
      }
      return undefined
    }
    const value = this.#evaluator.evaluate(property.value, object.frame)
    if (rest.length) return this.#find(value, rest)
    const at = placeOf(object.frame.module, property.value)
    const shorthand = property.value.start === property.nameAt.start ? name : undefined
    if (value.kind === 'constant' && !value.isDefault && !this.#isDefault(property.value, object.frame))
      return { at, value: value.value, isKnown: true, shorthand }
    return { at, value: undefined, isKnown: false, shorthand }
  }

  /** What is stored later may be so under a condition: it is known where nothing else was there before. */
  #stored(
    values: readonly Made[],
    rest: readonly string[],
    isSet: boolean,
    depth: number,
  ): Option<unknown> | undefined {
    const [{ expression, frame }] = values as [Made]
    const value = this.#evaluator.evaluate(expression, frame)
    if (rest.length) return this.#find(value, rest, depth + 1)
    const at = placeOf(frame.module, expression)
    const isKnown =
      value.kind === 'constant' &&
      !value.isDefault &&
      values.length === 1 &&
      !isSet &&
      !this.#isDefault(expression, frame)
    return { at, value: isKnown ? value.value : undefined, isKnown }
  }

  /** `options.fromBeginning ?? false`: what is written is only what holds where the caller says nothing. */
  #isDefault(expression: Expression, frame: Frame): boolean {
    if (expression.kind !== 'binary' || !/^(?:\?\?|\|\|)$/.test(expression.operator)) return false
    const { left } = expression
    if (left.kind === 'member' && lacks(this.#evaluator.evaluate(left.of, frame), left.name)) return false
    const given = this.#evaluator.evaluate(left, frame)
    return given.kind === 'unknown' || given.kind === 'foreign' || given.kind === 'typed'
  }

  boolean(...names: readonly string[]): Option<boolean> | undefined {
    return this.#typed<boolean>('boolean', names)
  }

  number(...names: readonly string[]): Option<number> | undefined {
    return this.#typed<number>('number', names)
  }

  text(...names: readonly string[]): Option<string> | undefined {
    return this.#typed<string>('string', names)
  }

  #typed<T>(kind: string, names: readonly string[]): Option<T> | undefined {
    const found = this.read(...names)
    if (!found?.isKnown) return found as Option<T> | undefined
    if (typeof found.value === kind) return found as Option<T>
    return found.value == null ? undefined : { at: found.at, value: undefined, isKnown: false }
  }
}

export const noOptions: PipelineOptions = {
  autoCommit: undefined,
  commitMode: 'unknown',
  autoResolve: undefined,
  runOptions: undefined,
  fromBeginning: undefined,
  resetPolicy: undefined,
  isolation: undefined,
  sessionTimeoutMs: undefined,
  heartbeatIntervalMs: undefined,
  concurrency: undefined,
}

export function textOf(evaluator: Evaluator, made: Made): Text {
  const value = evaluator.evaluate(made.expression, made.frame)
  const isText = value.kind === 'constant' && typeof value.value === 'string'
  // Where the text itself is written, which may be another file.
  const by = isText ? value.by : made
  const { module } = by.frame
  return {
    at: placeOf(module, by.expression),
    value: isText ? (value.value as string) : undefined,
    source: sourceText(made.frame.module, made.expression),
  }
}

/** What is stored in an object under a name after it was made: `options.autoCommit = false`. */
function storedIn({ stored, frame }: Extract<Value, { kind: 'object' }>, name: string): readonly Made[] | undefined {
  const values = (stored?.members?.get(name) ?? []).flatMap((source): Made[] =>
    source.kind === 'expression' && source.path.length === 0
      ? [{ expression: source.from, frame: frameOf(frame, source.inside) }]
      : [],
  )
  return values.length > 0 ? values : undefined
}

/** The expression of a property, in the object itself, what is spread into it, or what is stored in it later. */
export function propertyOf(evaluator: Evaluator, object: Value | undefined, name: string, depth = 0): Made | undefined {
  if (object?.kind !== 'object' || depth > spreadsMax) return undefined
  const stored = storedIn(object, name)
  if (stored) return stored[0]
  for (const property of [...object.expression.properties].reverse()) {
    if (property.name === name) return { expression: property.value, frame: object.frame }
    const spread = property.isSpread
      ? propertyOf(evaluator, evaluator.evaluate(property.value, object.frame), name, depth + 1)
      : undefined
    if (spread) return spread
  }
  return undefined
}
