/** Columns that no two rows share, as the code says: decorators of an entity, a model's or schema's definition, an index made for it. */
import type { CallExpression, Expression } from '../../../facts/code.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import { type ClassValue, type Frame, looseFrame, moduleFrame, type Value } from '../../values/frames.ts'
import { holderOf } from '../remembered/holders.ts'
import { argumentsOf, columnKeysOf, has, indexesIn, isTrue, type Keys, textsIn } from './columnKeys.ts'

/** Classes up the chain: this many. */
const hopsMax = 8

/** By the class, repository, model, table or collection on which the call is made. */
export function uniqueKeys(evaluator: Evaluator, call: CallExpression, frame: Frame): Keys {
  const receiver = call.callee.kind === 'member' ? call.callee.of : undefined
  if (!receiver) return []
  const value = evaluator.evaluate(receiver, frame)
  const entity = entityOf(evaluator, call, value, frame)
  if (entity) return new Entity(evaluator, entity).keys()
  const made = value.kind === 'external' ? value.call : undefined
  if (!made) return []
  const [first, second, third] = made.expression.args.map(arg => evaluator.evaluate(arg, made.frame))
  // `sequelize.define('Order', columns, { indexes })`
  if (value.kind === 'external' && value.type === 'sequelize:Model')
    return [...columnKeysOf(evaluator, second), ...indexesIn(evaluator, third)]
  const schema = second && schemaKeys(evaluator, second)
  if (schema) return schema
  // `db.insert(orders)` of a table that is written in TypeScript.
  if (first?.kind === 'external' && /^drizzle-orm\b.*Table\(\)$/.test(first.type) && first.call) {
    const [, columns] = first.call.expression.args
    return columns ? columnKeysOf(evaluator, evaluator.evaluate(columns, first.call.frame)) : []
  }
  return createdIndexes(evaluator, receiver, frame)
}

/** `Order.save(…)`, `database.getRepository(Order).save(…)`, `manager.insert(Order, …)`, `Repository<Order>`, `Model<Order>`. */
function entityOf(
  evaluator: Evaluator,
  { args: [given] }: CallExpression,
  receiver: Value,
  frame: Frame,
): ClassValue | undefined {
  if (receiver.kind === 'class') return receiver
  if (receiver.kind !== 'external') return undefined
  const asked = receiver.call
  const [first] = asked?.expression.args ?? []
  for (const named of [
    asked && first && evaluator.evaluate(first, asked.frame),
    given && evaluator.evaluate(given, frame),
  ])
    if (named?.kind === 'class') return named
  return typedBy(evaluator, receiver, 0)
}

/** `Model<OrderDocument>` with `type OrderDocument = HydratedDocument<Order>`. */
function typedBy(evaluator: Evaluator, value: Value, depth: number): ClassValue | undefined {
  if (value.kind === 'instance') return { kind: 'class', code: value.code, frame: value.frame, by: undefined }
  const given = value.kind === 'external' ? value.typeArguments : undefined
  const [type] = given?.types ?? []
  return given && type && depth < 3 ? typedBy(evaluator, evaluator.typeValue(type, given.module), depth + 1) : undefined
}

class Entity {
  readonly #evaluator: Evaluator
  readonly #entity: ClassValue

  constructor(evaluator: Evaluator, entity: ClassValue) {
    this.#evaluator = evaluator
    this.#entity = entity
  }

  keys(): Keys {
    const keys: (readonly string[])[] = []
    const primary: string[] = []
    for (let at: ClassValue | undefined = this.#entity, hops = 0; at && hops < hopsMax; hops++) {
      for (const decorator of at.code.decorators) keys.push(...this.#ofClass(decorator, at))
      for (const [name, { decorators }] of at.code.fields)
        for (const decorator of decorators) {
          const is = this.#ofColumn(decorator, at)
          if (is === 'primary') primary.push(name)
          else if (is === 'unique') keys.push([name])
        }
      const base: Value | undefined = at.code.base && this.#evaluator.evaluate(at.code.base, at.frame)
      at = base?.kind === 'class' ? base : undefined
    }
    if (primary.length > 0) keys.push(primary)
    return [...keys, ...this.#initialised(), ...this.#indexed()]
  }

  #ofColumn(decorator: Expression, at: ClassValue): 'primary' | 'unique' | undefined {
    const value = this.#decorator(decorator, at)
    if (value.kind !== 'external') return undefined
    if (/^(?:typeorm:PrimaryColumn\(\)|sequelize:PrimaryKey)$/.test(value.type)) return 'primary'
    if (/^(?:sequelize|typeorm):Unique(?:\(\))?$/.test(value.type)) return 'unique'
    if (!/^(?:(?:typeorm|sequelize):(?:Column|Index)|@nestjs\/mongoose:Prop)\(\)$/.test(value.type)) return undefined
    const options = argumentsOf(this.#evaluator, value.call)
    if (options.some(one => isTrue(this.#evaluator, one, 'primaryKey'))) return 'primary'
    const isUnique = options.some(
      one =>
        isTrue(this.#evaluator, one, 'unique') ||
        isTrue(this.#evaluator, this.#evaluator.member(one, 'index', undefined), 'unique'),
    )
    return isUnique ? 'unique' : undefined
  }

  /** `@Unique(['topic', 'offset'])`, `@Index(['event'], { unique: true })`, `@Table({ indexes })` */
  *#ofClass(decorator: Expression, at: ClassValue): Generator<readonly string[]> {
    const value = this.#decorator(decorator, at)
    if (value.kind !== 'external') return
    const args = argumentsOf(this.#evaluator, value.call)
    const isIndex = value.type === 'typeorm:Index()' && args.some(arg => isTrue(this.#evaluator, arg, 'unique'))
    if (value.type === 'typeorm:Unique()' || isIndex)
      for (const arg of args) {
        const columns = textsIn(this.#evaluator, arg)
        if (columns.length > 0) yield columns
      }
    if (value.type === 'sequelize:Table()') for (const arg of args) yield* indexesIn(this.#evaluator, arg)
  }

  #decorator(decorator: Expression, { frame, code }: ClassValue): Value {
    return this.#evaluator.evaluate(decorator, looseFrame(frame.module, code.owner))
  }

  /** `Order.init(columns, { indexes })` */
  *#initialised(): Generator<readonly string[]> {
    const { module } = this.#entity.frame
    for (const { call, inside } of module.calls) {
      if (call.callee.kind !== 'member' || call.callee.name !== 'init') continue
      const frame = looseFrame(module, inside)
      const of = this.#evaluator.evaluate(call.callee.of, frame)
      if (of.kind !== 'class' || of.code !== this.#entity.code) continue
      const [columns, options] = call.args.map(arg => this.#evaluator.evaluate(arg, frame))
      yield* columnKeysOf(this.#evaluator, columns)
      yield* indexesIn(this.#evaluator, options)
    }
  }

  /** `OrderSchema.index({ event: 1 }, { unique: true })` of `SchemaFactory.createForClass(Order)` */
  *#indexed(): Generator<readonly string[]> {
    yield* indexCalls(this.#evaluator, moduleFrame(this.#entity.frame.module), 'index', (of, frame) => {
      const schema = this.#evaluator.evaluate(of, frame)
      if (schema.kind !== 'external' || !/^@nestjs\/mongoose:SchemaFactory\.createForClass\(\)$/.test(schema.type))
        return false
      const [named] = argumentsOf(this.#evaluator, schema.call)
      return named?.kind === 'class' && named.code === this.#entity.code
    })
  }
}

/** Of `new Schema({ event: { type: String, unique: true } })`, and of the indexes that are made for it where it is made. */
function schemaKeys(evaluator: Evaluator, schema: Value): Keys | undefined {
  if (schema.kind !== 'external' || schema.type !== 'mongoose:Schema#' || !schema.call) return undefined
  const { expression, frame } = schema.call
  const indexes = indexCalls(evaluator, moduleFrame(frame.module), 'index', (of, own) => {
    const value = evaluator.evaluate(of, own)
    return value.kind === 'external' && value.call?.expression === expression
  })
  return [...columnKeysOf(evaluator, argumentsOf(evaluator, schema.call)[0]), ...indexes]
}

/** `orders.createIndex({ event: 1 }, { unique: true })` */
function createdIndexes(evaluator: Evaluator, receiver: Expression, frame: Frame): Keys {
  const holder = holderOf(receiver, frame.module)
  if (holder === undefined) return []
  return [
    ...indexCalls(evaluator, moduleFrame(frame.module), 'createIndex', of => holderOf(of, frame.module) === holder),
  ]
}

function* indexCalls(
  evaluator: Evaluator,
  { module }: Frame,
  name: string,
  isMeant: (of: Expression, frame: Frame) => boolean,
): Generator<readonly string[]> {
  for (const { call, inside } of module.calls) {
    if (call.callee.kind !== 'member' || call.callee.name !== name) continue
    const frame = looseFrame(module, inside)
    const [columns, options] = call.args.map(arg => evaluator.evaluate(arg, frame))
    if (columns?.kind !== 'object' || !options || !isTrue(evaluator, options, 'unique')) continue
    // Rows outside of a partial index may repeat.
    if (has(options, 'partialFilterExpression')) continue
    if (isMeant(call.callee.of, frame)) yield columns.expression.properties.flatMap(({ name: column }) => column ?? [])
  }
}
