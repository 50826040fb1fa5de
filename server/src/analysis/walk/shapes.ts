/** Calls on receivers that are not known: recognised by the form of their arguments, never by a bare name alone. */
import type { CallExpression, Expression } from '../../facts/code.ts'
import { adding, settingOnly } from '../../facts/libraries/outputRow.ts'
import type { Judge, OutputRow } from '../../facts/libraries/outputs.ts'
import { judgeSql } from '../../facts/libraries/sql.ts'
import type { OutputKind } from '../../facts/model.ts'
import type { Value } from '../values/frames.ts'
import { textWithHoles } from '../values/texts.ts'
import type { Position } from './positions.ts'
import type { Walker } from './walker.ts'

export interface Shape {
  readonly row: OutputRow
  readonly type: string
  readonly isCertain: boolean
}

const shape = (type: string, kind: OutputKind, judge: Judge, isCertain = true): Shape => ({
  row: { call: type, kind, judge },
  type,
  isCertain,
})

export function shapeOf(walker: Walker, call: CallExpression, callee: Value, position: Position): Shape | undefined {
  const name =
    call.callee.kind === 'member' ? call.callee.name : call.callee.kind === 'name' ? call.callee.name : undefined
  if (!name || call.isNew) return undefined
  return (
    byText(walker, call, name, position) ??
    byBuilder(call, name) ??
    byProperties(walker, call, name, position) ??
    byIntent(walker, call, callee, name, position)
  )
}

/** `anything.query('INSERT …')`. */
function byText(walker: Walker, call: CallExpression, name: string, position: Position): Shape | undefined {
  const [first] = call.args
  if (!first || !/query|execute|exec|run|raw|sql|none|any|one|task|db|insert/i.test(name)) return undefined
  const text = textWithHoles(walker.evaluator, first, position.frame)
  return text !== undefined && judgeSql(text)?.kind === 'write'
    ? shape(`shape:${name}()`, 'database', 'sql')
    : undefined
}

/** `anything.insert(table).values(row)`, with `.onConflict…()` further down the chain. */
function byBuilder(call: CallExpression, name: string): Shape | undefined {
  const chain = chainOf(call)
  const at = chain.findIndex(([one, next]) => one === 'insert' && next === 'values')
  if (at < 0 || !chain.some(([one]) => one === name)) return undefined
  const type = `shape:${chain.map(([one]) => `.${one}()`).join('')}`
  return shape(type, 'database', {
    once: 'a plain insert',
    unless: /\.onConflictDo|\.onDuplicateKeyUpdate|\.orIgnore|\.orUpdate/,
  })
}

/** Names of a chain with their followers, first call first. */
function chainOf(call: CallExpression): (readonly [string, string | undefined])[] {
  const names: string[] = []
  for (
    let at: CallExpression['callee'] | CallExpression = call;
    at.kind === 'call' && at.callee.kind === 'member';
    at = at.callee.of
  )
    names.unshift(at.callee.name)
  return names.map((name, index) => [name, names[index + 1]] as const)
}

const mongoInserts = new Set(['insertOne', 'insertMany'])
const mongoUpdates = new Set(['updateOne', 'updateMany', 'findOneAndUpdate', 'findByIdAndUpdate', 'bulkWrite'])

function byProperties(walker: Walker, call: CallExpression, name: string, position: Position): Shape | undefined {
  if (call.callee.kind !== 'member') return undefined
  if (mongoInserts.has(name)) return shape(`shape:${name}()`, 'document', 'save')
  if (mongoUpdates.has(name) && call.args.length >= 1) return shape(`shape:${name}()`, 'document', 'mongo-update')
  const first = call.args[0] ? walker.evaluator.evaluate(call.args[0], position.frame) : undefined
  if (first?.kind !== 'object') return undefined
  const has = (property: string): boolean => first.expression.properties.some(one => one.name === property)
  if (name === 'send' && has('topic') && has('messages')) return shape('shape:send()', 'produce', 'produce')
  if (name === 'sendBatch' && has('topicMessages')) return shape('shape:sendBatch()', 'produce', 'produce')
  if (name === 'create' && has('data')) return shape('shape:create()', 'database', { once: 'a plain insert' })
  if (name === 'createMany' && has('data'))
    return shape('shape:createMany()', 'database', { once: 'a plain insert', unless: /skipDuplicates/ })
  if (name === 'upsert' && has('where') && has('create'))
    return shape('shape:upsert()', 'database', adding(settingOnly))
  if ((name === 'update' || name === 'updateMany') && has('where') && has('data'))
    return shape('shape:update()', 'database', adding(settingOnly))
  if (name === 'sendMail' && has('to')) return shape('shape:sendMail()', 'mail', { once: 'a mail sent' })
  return undefined
}

/**
 * A call into a file of this project that is not there, whose name says that it makes something new each time and which is
 * given the record. Less than certain, and reported as such.
 */
function byIntent(
  walker: Walker,
  call: CallExpression,
  callee: Value,
  name: string,
  position: Position,
): Shape | undefined {
  if (callee.kind !== 'foreign') return undefined
  const makes = /^(?:create|insert)(?:[A-Z]|$)|^send\w*(?:Notification|Mail|Email|Sms|SMS|Push)\b/.test(name)
  if (!makes || /^create\w*(?:Client|Consumer|Producer|Logger|Error|Instance|Context|Hash|Hmac|Key|Id)$/.test(name))
    return undefined
  if (!call.args.some(arg => walker.origins.isFromRecord(arg, position.frame))) return undefined
  const kind: OutputKind = name.startsWith('send') ? 'push' : 'custom'
  return shape(
    `shape:${name}()`,
    kind,
    { once: name.startsWith('send') ? 'a message sent' : 'something new each time' },
    false,
  )
}

/** `logger.info(…)`, `this.log.warn(…)`, `metrics.increment(…)`: only ever makes us say less. */
export function isLog(call: CallExpression): boolean {
  if (call.callee.kind === 'name') return /^(?:log|debug|warn|trace)$/.test(call.callee.name)
  if (call.callee.kind !== 'member') return false
  const owner = ownerName(call.callee.of)
  if (/^(?:trace|debug|info|log|warn|warning|error|fatal|verbose|silly|http|notice)$/.test(call.callee.name))
    return owner !== undefined && /log|console|debug|trace|winston|pino|print/i.test(owner)
  return (
    owner !== undefined &&
    /metric|telemetry|stats|counter|histogram|gauge|span|tracer|sentry|newrelic|apm|prometheus|^logger$|^log$|^console$/i.test(
      owner,
    )
  )
}

function ownerName(expression: CallExpression['callee']): string | undefined {
  if (expression.kind === 'name') return expression.name
  if (expression.kind === 'member') return expression.name
  if (expression.kind === 'call') return ownerName(expression.callee)
  return undefined
}

const builtIns =
  /^(?:push|pop|shift|unshift|slice|splice|concat|join|includes|indexOf|has|get|set|add|delete|clear|keys|values|entries|toString|toISOString|toJSON|toFixed|split|trim|replace|replaceAll|match|test|exec|startsWith|endsWith|toLowerCase|toUpperCase|charAt|substring|substr|padStart|padEnd|parse|stringify|getTime|now|sort|reverse|fill|flat|at|from|of|bind|call|apply|next|emit|on|once|off|addListener|removeListener|removeAllListeners|then|catch|finally|subscribe|unsubscribe|pipe|assign|freeze|equals|readUInt8|readInt32BE|resolve|reject|valueOf|isNaN|cancel|unref|ref|start|end|setHeader|increment|decrement|observe|inc|dec|validate|isValid|decode|encode|deserialize|serialize|connect|disconnect|close|release|quit|map|filter|reduce|some|every|flatMap|forEach|commit|commitOffsets?|commitMessage|commitSync|subscribeToResponseOf|isRunning|isStale|uncommittedOffsets|assignments|abs|max|min|toNumber|toArray|toObject|min|isAvailable)$/

/** Said of functions that make something out of something. */
const pureNames =
  /^(?:format|build|map|to|as|parse|convert|transform|normali[sz]e|compute|calculate|generate|extract|stringify|describe|compare|plainTo|instanceTo)(?=[A-Z]|$)/

/** Calls that change nothing outside, by what they are called on. */
/** `rethrow(error)`, `errors.rethrowDatabaseError(error)`, `throwError(error)` of a library: it is taken at its word. */
export function isThrowing({ callee, args }: CallExpression): boolean {
  const name = callee.kind === 'member' || callee.kind === 'name' ? callee.name : ''
  return args.length > 0 && /^(?:rethrow|throw)(?:[A-Z]\w*)?$/.test(name)
}

export function isHarmlessCall(call: CallExpression, callee: Value): boolean {
  if (
    callee.kind === 'external' &&
    /^(?:lodash|moment|dayjs|date-fns|zod|joi|ajv|class-transformer|class-validator|uuid|crypto|path|os|util|rxjs|ramda|buffer|url|querystring|superjson|avsc|protobufjs|snappy|zlib|chalk|(?:node:)?assert|chai|vitest|@jest\/globals)[:/]/.test(
      callee.type,
    )
  )
    return true
  if (asserts(call.callee)) return true
  if (call.callee.kind === 'member') return builtIns.test(call.callee.name) || pureNames.test(call.callee.name)
  if (call.callee.kind === 'name' && pureNames.test(call.callee.name)) return true
  return (
    call.callee.kind === 'this' ||
    (call.callee.kind === 'name' &&
      /^(?:resolve|reject|sleep|delay|wait|timeout|clearTimeout|clearInterval|require|import|next|done|cb)$/.test(
        call.callee.name,
      ))
  )
}

/** `assert.ok(…)`, `expect(…).to.equal(…)`: of a test, which ends with it. */
function asserts(callee: Expression): boolean {
  if (callee.kind === 'name') return callee.name === 'assert' || callee.name === 'expect'
  if (callee.kind === 'member') return asserts(callee.of)
  return callee.kind === 'call' && asserts(callee.callee)
}

/** `await sleep(…)` of a helper that cannot be followed. */
export function isDelay(call: CallExpression): boolean {
  const name = call.callee.kind === 'name' ? call.callee.name : call.callee.kind === 'member' ? call.callee.name : ''
  return (
    /^(?:sleep|delay|wait|timeout|pause|setTimeout|backoff|waitFor|sleepMs|snooze)(?:Ms|Seconds|For)?$/.test(name) &&
    call.args.length <= 2
  )
}
