/** Which outputs share a transaction of their database: what fails in it undoes the others. */
import type { Binding, CallExpression, Expression, FunctionCode } from '../../../facts/code.ts'
import { frameOf } from '../../values/activations.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { Frame } from '../../values/frames.ts'
import { propertiesIn } from '../../values/texts.ts'
import type { OutputCall } from './outputCall.ts'

/** Functions that are given a transaction by whoever calls them. */
const giving = /^(?:\$?transaction|withTransaction|transact|begin|tx)$/
/** What gives a connection of one's own, or a transaction. */
const opening = /^(?:connect|getConnection|acquire|createQueryRunner|transaction|beginTransaction|startSession)$/
const beginning = /^(?:beginTransaction|startTransaction|begin)$/
/** From a helper's parameter to what its caller gave, so often. */
const hopsMax = 4

/** The same for outputs of one transaction; `undefined` where the output is in none. */
export function transactionOf(evaluator: Evaluator, { call, frame }: OutputCall): string | undefined {
  return ofReceiver(call.callee, frame) ?? ofOption(evaluator, call, frame) ?? ofList(call, frame)
}

/** `prisma.$transaction([prisma.processed.create(…), prisma.outbox.create(…)])` */
function ofList({ start, end }: CallExpression, { module }: Frame): string | undefined {
  for (const { call } of module.calls) {
    const [list] = call.args
    if (call.callee.kind !== 'member' || !giving.test(call.callee.name) || list?.kind !== 'array') continue
    if (list.start < start && end < list.end) return `${module.path}:${call.start}`
  }
  return undefined
}

/** `tx.orders.create(…)`, `client.query(…)`, `tx(orders).insert(…)`. */
function ofReceiver(callee: Expression, frame: Frame): string | undefined {
  let at = callee
  while (at.kind === 'member' || at.kind === 'call') at = at.kind === 'member' ? at.of : at.callee
  return at.kind === 'name' && at.binding ? ofBinding(at.binding, frame, 0) : undefined
}

/** `insertOne(order, { session })`, `create(order, { transaction })`. */
function ofOption(evaluator: Evaluator, { args }: CallExpression, frame: Frame): string | undefined {
  const options = args.at(-1)
  if (!options) return undefined
  for (const { name, value, frame: inside } of propertiesIn(evaluator, options, frame))
    if ((name === 'session' || name === 'transaction') && value.kind === 'name' && value.binding)
      return keyOf(value.binding, frameOf(inside, value.binding.owner))
  return undefined
}

function ofBinding(binding: Binding, frame: Frame, hops: number): string | undefined {
  const [source] = binding.sources
  const home = frameOf(frame, binding.owner)
  if (source?.kind === 'parameter' && source.path.length === 0) {
    const { owner } = binding
    if (owner && isGiven(owner, home)) return keyOf(binding, home)
    const given = home.args?.[source.index]
    if (!given || 'value' in given || given.path.length > 0 || hops >= hopsMax) return undefined
    const { expression } = given
    return expression.kind === 'name' && expression.binding
      ? ofBinding(expression.binding, given.frame, hops + 1)
      : undefined
  }
  return source?.kind === 'expression' && isOpened(source.from) && isBegun(binding, home)
    ? keyOf(binding, home)
    : undefined
}

/** `prisma.$transaction(async tx => …)` */
function isGiven(owner: FunctionCode, { module }: Frame): boolean {
  return module.calls.some(
    ({ call: { callee, args } }) =>
      callee.kind === 'member' &&
      giving.test(callee.name) &&
      args.some(arg => arg.kind === 'function' && arg.code === owner),
  )
}

function isOpened(expression: Expression): boolean {
  const made = expression.kind === 'await' ? expression.of : expression
  return made.kind === 'call' && made.callee.kind === 'member' && opening.test(made.callee.name)
}

/** `client.query('BEGIN')`, `runner.startTransaction()`; what `db.transaction()` gives is one already. */
function isBegun(binding: Binding, { module }: Frame): boolean {
  const [source] = binding.sources
  const from = source?.kind === 'expression' ? source.from : undefined
  const made = from?.kind === 'await' ? from.of : from
  if (made?.kind === 'call' && made.callee.kind === 'member' && made.callee.name === 'transaction') return true
  return module.calls.some(({ call: { callee, args } }) => {
    if (callee.kind !== 'member' || callee.of.kind !== 'name' || callee.of.binding !== binding) return false
    const [first] = args
    const isSql = first?.kind === 'literal' && /^\s*(?:begin|start transaction)\b/i.test(String(first.value))
    return beginning.test(callee.name) || (isSql && /^(?:query|execute|raw)$/.test(callee.name))
  })
}

function keyOf({ at }: Binding, { module }: Frame): string {
  return `${module.path}:${at.start}`
}
