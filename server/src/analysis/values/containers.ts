/**
 * What containers of dependency injection are told stands for a token: providers of NestJS, `bind` of inversify, `register`
 * of tsyringe, `set` and `@Service` of typedi. By their form, and by the token, which is looked up: whoever made the container.
 */
import type { CallExpression, ClassCode, Expression, FunctionCode, Module, ObjectExpression } from '../../facts/code.ts'
import { returnsOf } from './activations.ts'
import type { Evaluator } from './evaluator.ts'
import { looseFrame, looseInstance, type Made, unknown, type Value } from './frames.ts'

/** How a service comes about: an instance of a class, what a function returns, the value itself, whatever another token stands for. */
export type Provision = 'class' | 'factory' | 'value' | 'token'

export interface ContainerEntry {
  readonly token: Made
  readonly how: Provision
  readonly given: Made
}

const provisions: Readonly<Record<string, Provision>> = {
  // NestJS, tsyringe
  useClass: 'class',
  useFactory: 'factory',
  useValue: 'value',
  useExisting: 'token',
  useToken: 'token',
  // inversify
  to: 'class',
  toConstantValue: 'value',
  toDynamicValue: 'factory',
  toService: 'token',
  // tsyringe and typedi
  registerSingleton: 'class',
  registerType: 'class',
  registerInstance: 'value',
  set: 'value',
}

export function entriesIn(module: Module): readonly ContainerEntry[] {
  let entries = known.get(module)
  if (!entries) {
    entries = [
      ...module.objects.flatMap(({ object, inside }) => provided(module, object, inside)),
      ...module.calls.flatMap(({ call, inside }) => told(module, call, inside)),
      ...module.classes.flatMap(code => decorated(module, code)),
    ]
    known.set(module, entries)
  }
  return entries
}

const known = new WeakMap<Module, readonly ContainerEntry[]>()

/** `{ provide: ORDERS, useClass: PgOrders }` */
function provided(module: Module, object: ObjectExpression, inside: FunctionCode | undefined): ContainerEntry[] {
  const token = object.properties.find(({ name }) => name === 'provide')
  return token ? inOptions(token.value, object, looseFrame(module, inside)) : []
}

/** `@Service(ORDERS) class PgOrders`, `@Service({ id: 'orders' })`: of several under one token, each is given. */
function decorated(module: Module, code: ClassCode): ContainerEntry[] {
  const frame = looseFrame(module, code.owner)
  const given: Made = { expression: { kind: 'class', code, start: code.start, end: code.end }, frame }
  return code.decorators.flatMap((decorator): ContainerEntry[] => {
    if (decorator.kind !== 'call' || decorator.callee.kind !== 'name' || decorator.callee.name !== 'Service') return []
    const [first] = decorator.args
    const options = first?.kind === 'object' ? first.properties : undefined
    const token = options ? options.find(({ name }) => name === 'id')?.value : first
    const isOne = !options?.some(({ name }) => name === 'multiple')
    return token && isOne ? [{ token: { expression: token, frame }, how: 'class', given }] : []
  })
}

function inOptions(token: Expression, object: ObjectExpression, frame: Made['frame']): ContainerEntry[] {
  return object.properties.flatMap(({ name, value }): ContainerEntry[] => {
    const how = name?.startsWith('use') ? provisions[name] : undefined
    return how ? [{ token: { expression: token, frame }, how, given: { expression: value, frame } }] : []
  })
}

/** `bind(ORDERS).to(PgOrders)`, `register(ORDERS, { useClass: PgOrders })`, `registerSingleton(ORDERS, PgOrders)` */
function told(
  module: Module,
  { callee, args: [first, second] }: CallExpression,
  inside: FunctionCode | undefined,
): ContainerEntry[] {
  if (callee.kind !== 'member' || !first) return []
  const frame = looseFrame(module, inside)
  if (callee.name === 'register') return second?.kind === 'object' ? inOptions(first, second, frame) : []
  const how = provisions[callee.name]
  if (!how) return []
  const isRegistration = /^(?:register|set$)/.test(callee.name)
  const token = isRegistration ? first : boundBy(callee.of)
  const given = isRegistration ? second : first
  return token && given ? [{ token: { expression: token, frame }, how, given: { expression: given, frame } }] : []
}

/** `container.bind<Orders>(ORDERS)`, `bind(ORDERS)` in a module that is given it. */
function boundBy(expression: Expression): Expression | undefined {
  if (expression.kind !== 'call') return undefined
  const { callee } = expression
  const name = callee.kind === 'member' || callee.kind === 'name' ? callee.name : ''
  return name === 'bind' || name === 'rebind' ? expression.args[0] : undefined
}

/** All that an entry may give, also what is not known: each side of a choice, each return of a factory. */
export function* valuesOf(evaluator: Evaluator, { how, given }: ContainerEntry): Generator<Value> {
  for (const expression of sidesOf(given.expression)) {
    const value = evaluator.evaluate(expression, given.frame)
    if (how === 'factory') yield* returned(evaluator, value)
    else if (how === 'value') yield value
    else yield value.kind === 'class' ? looseInstance(value.code, value.frame) : unknown
  }
}

function* returned(evaluator: Evaluator, factory: Value): Generator<Value> {
  if (factory.kind !== 'closure') {
    yield unknown
    return
  }
  const frame = evaluator.enter(factory, [])
  for (const expression of returnsOf(factory.code))
    for (const side of sidesOf(expression)) yield evaluator.evaluate(side, frame)
}

function sidesOf(expression: Expression): readonly Expression[] {
  return expression.kind === 'choice'
    ? [...sidesOf(expression.whenTrue), ...sidesOf(expression.whenFalse)]
    : [expression]
}
