/** From a library call to an output fact: what it is called, whether a repeat does harm, which keys differ on every run. */
import type { Expression } from '../../../facts/code.ts'
import type { Judge } from '../../../facts/libraries/outputs.ts'
import { judgeSql } from '../../../facts/libraries/sql.ts'
import type { Idempotency, Output, OutputKind } from '../../../facts/model.ts'
import { insertFixes } from '../../fixes/outputFixes.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import { freshSource } from '../../values/fresh.ts'
import type { Origins } from '../../values/origins.ts'
import { calleeOf, sourceText } from '../places.ts'
import { addedAgain } from './addedAgain.ts'
import { soundsLikeAsking } from './answers.ts'
import { conditionIn } from './conditions.ts'
import { transactionOf } from './databaseTransactions.ts'
import { harmful, type OutputCall, open, repeatable, type Verdict } from './outputCall.ts'
import { isMadeAnew, keysOf, OutputKeys } from './outputKeys.ts'
import { OutputValues } from './outputValues.ts'
import { readBack, savedBy } from './readBack.ts'
import { judgeRequest } from './requests.ts'
import { isInTransaction } from './transactional.ts'

/** What fails where its key is there already. */
const inserting = /\.(?:create|insert|insertOne|insertMany|createMany)\(\)$/

/** Methods of a chain by which it is called. */
const writing = /^(?:insert|update|upsert|del|delete|increment|decrement)$/

const deadLetters = /dlq|dead.?letter|\bdlt\b|poison|parking.?lot/i

export class Outputs {
  /** The call behind an output, for fixes that write it anew. */
  readonly made = new WeakMap<Output, OutputCall>()
  readonly #evaluator: Evaluator
  readonly #origins: Origins
  readonly #values: OutputValues
  readonly #keys: OutputKeys

  constructor(evaluator: Evaluator, origins: Origins) {
    this.#evaluator = evaluator
    this.#origins = origins
    this.#values = new OutputValues(evaluator)
    this.#keys = new OutputKeys(evaluator, origins, this.#values)
  }

  /** @returns undefined where the call turns out to be none: a SELECT, a GET. */
  output(call: OutputCall, kind: OutputKind, judge: Judge, isCertain: boolean): Output | undefined {
    const verdict = this.#verdict(call, judge)
    if (!verdict) return undefined
    const { module } = call.frame
    const target = verdict.target ?? this.#topic(call)
    const { idempotency, freshKeys } = this.#keys.judge(call, kind, verdict.idempotency)
    const output: Output = {
      kind: 'output',
      at: calleeOf(module, call.call),
      calls: call.calls,
      output: kind,
      name: verdict.name,
      target,
      idempotency,
      inTransaction: isInTransaction(this.#evaluator, call),
      ...(/^(?:database|document)$/.test(kind) && { databaseTransaction: transactionOf(this.#evaluator, call) }),
      freshKeys,
      fixes: idempotency.verdict === 'not-repeatable' ? this.#fixes(call, judge) : [],
      isCertain: isCertain && !(verdict.isAnswered && soundsLikeAsking(this.#evaluator, call.call, call.frame)),
      ...(verdict.isAnswered && { isAnswered: true }),
      isDeadLetter:
        deadLetters.test(`${target ?? ''} ${sourceText(module, call.call.callee)}`) || /\.error/i.test(target ?? ''),
    }
    this.made.set(output, call)
    return output
  }

  /** The same output, its promise kept to be awaited with others. */
  collected(output: Output): Output {
    const kept: Output = { ...output, isCollected: true }
    const made = this.made.get(output)
    if (made) this.made.set(kept, made)
    return kept
  }

  #verdict(call: OutputCall, judge: Judge): Verdict | undefined {
    const verdict = this.#judge(call, judge)
    if (!verdict || verdict.idempotency.verdict === 'not-repeatable') return verdict
    const column = addedAgain(this.#origins, call.call, call.type, call.frame)
    return column === undefined
      ? verdict
      : { ...verdict, idempotency: harmful(`adds to the '${column}' that was read`) }
  }

  #judge(call: OutputCall, judge: Judge): Verdict | undefined {
    const name = this.#name(call)
    if (judge === 'sql') return this.#sql(call)
    if (judge === 'repeatable') return { name, idempotency: repeatable('sets the same again') }
    if (judge === 'produce') return this.#produce(call, name)
    if (judge === 'http') return judgeRequest(this.#evaluator, call, name, [...this.#values.properties(call)])
    if (judge === 'file') return this.#file(call, name)
    if (judge === 'save') return this.#save(call, name)
    if (judge === 'mongo-update') return this.#mongoUpdate(call, name)
    if (judge === 'builder-set') return { name, idempotency: this.#builderSet(call) }
    if (judge === 'request') return { name, idempotency: open('a request; the other side decides') }
    if (judge === 'redis-set') return { name, idempotency: repeatable('sets the same value again') }
    const chain = `${call.type} ${this.#argumentText(call)}`
    if (judge.unless?.test(chain))
      return { name, idempotency: repeatable(`guarded by ${judge.unless.exec(chain)?.[0] || 'its form'}`) }
    const key = judge.adds ? undefined : this.#keys.identity(call)
    if (key) return { name, idempotency: keyed(`'${key}' of the record`, inserting.test(call.type)) }
    const condition = judge.adds && conditionIn(this.#evaluator, this.#values.properties(call))
    if (condition) return { name, idempotency: repeatable(`only where '${condition}' says it has not been done`) }
    return { name, idempotency: harmful(judge.once) }
  }

  #sql(call: OutputCall): Verdict | undefined {
    const source = this.#values.sql(call)
    if (!source) return undefined
    const { text } = source
    if (text === undefined) return { name: this.#name(call), idempotency: open('the SQL text is not known here') }
    const sql = judgeSql(text)
    if (sql?.kind !== 'write') return undefined
    if (sql.isRepeatable) return { name: sql.name, target: sql.target, idempotency: repeatable(sql.reason) }
    // A key that the table already holds makes a plain insert fail; an upsert goes on and adds.
    if (sql.isPlainInsert) {
      const column = keysOf(text).find(key => !isMadeAnew(key))
      if (column && this.#argumentsFromRecord(call))
        return { name: sql.name, target: sql.target, idempotency: keyed(`'${column.name}'`, true) }
    }
    return { name: sql.name, target: sql.target, idempotency: harmful(sql.reason) }
  }

  #builderSet(call: OutputCall): Idempotency {
    for (const { name, value, frame } of this.#values.properties(call))
      if (this.#evaluator.evaluate(value, frame).kind === 'closure')
        return open(`what the database makes of '${name}' is not known here`)
    return repeatable('sets the same again')
  }

  /** Some argument comes from the record and none is made anew on every run. */
  #argumentsFromRecord({ call, frame }: OutputCall): boolean {
    const args = call.args.slice(call.callee.kind === 'member' && call.callee.name === 'run' ? 0 : 1)
    const from = [...args, ...(call.args[0]?.kind === 'template' ? call.args[0].values : [])]
    return (
      from.some(arg => this.#origins.isFromRecord(arg, frame)) &&
      !from.some(arg => freshSource(this.#origins, arg, frame))
    )
  }

  #produce(call: OutputCall, name: string): Verdict {
    if (isInTransaction(this.#evaluator, call)) return { name, idempotency: repeatable('in a Kafka transaction') }
    for (const property of this.#values.properties(call))
      if (
        /idempot|dedup|event-?id|message-?id/i.test(property.name) &&
        this.#origins.isFromRecord(property.value, property.frame)
      )
        return { name, idempotency: repeatable(`carries '${property.name}' of the record`) }
    return { name, idempotency: harmful('produced outside a transaction') }
  }

  #file(call: OutputCall, name: string): Verdict {
    const flag = [...this.#values.properties(call)].some(
      property => property.name === 'flag' || property.name === 'flags',
    )
    const isAppend = /append/.test(call.type) || flag
    return { name, idempotency: isAppend ? harmful('an append') : repeatable('overwrites the file') }
  }

  #save(call: OutputCall, name: string): Verdict {
    const key = this.#keys.identity(call)
    if (key) return { name, idempotency: keyed(`'${key}' of the record`, inserting.test(call.type)) }
    const saved = savedBy(this.#evaluator, call.call, call.frame)
    const row = saved && readBack(this.#origins, saved, call.frame)
    if (row === 'set') return { name, idempotency: repeatable('sets the same again in the row that was read') }
    if (row === 'changed')
      return { name, idempotency: open('a row that was read; what becomes of it is not known here') }
    const known = [...this.#values.properties(call)].length > 0
    return {
      name,
      idempotency: known ? harmful('no key taken from the record') : open('what is saved is not known here'),
    }
  }

  #mongoUpdate(call: OutputCall, name: string): Verdict {
    for (const property of this.#values.properties(call)) {
      if (!/^\$(?:inc|push|mul)$/.test(property.name)) continue
      const condition = conditionIn(this.#evaluator, this.#values.properties(call))
      return {
        name,
        idempotency: condition
          ? repeatable(`only where '${condition}' says it has not been done`)
          : harmful(`${property.name} adds again on a repeat`),
      }
    }
    return { name, idempotency: repeatable('sets the same values again') }
  }

  #argumentText(call: OutputCall): string {
    return (
      [...this.#values.properties(call)].map(property => property.name).join(' ') +
      call.call.args.map(arg => sourceText(call.frame.module, arg)).join(' ')
    )
  }

  #topic({ call, frame }: OutputCall): string | undefined {
    const [first] = call.args
    if (!first) return undefined
    const whole = this.#evaluator.evaluate(first, frame)
    const topic = whole.kind === 'object' ? this.#evaluator.member(whole, 'topic', undefined) : whole
    if (topic.kind === 'constant' && typeof topic.value === 'string') return topic.value.slice(0, 80)
    return topic.by ? sourceText(topic.by.frame.module, topic.by.expression) : undefined
  }

  /** By the first call of a chain: `db.insert`, whatever follows it. */
  #name({ call, frame }: OutputCall): string {
    let first = call
    const methods: string[] = []
    for (let at: Expression = call.callee; ; ) {
      if (at.kind === 'member') {
        methods.push(at.name)
        at = at.of
      } else if (at.kind === 'call') {
        first = at
        at = at.callee
      } else break
    }
    if (first.callee.kind !== 'member') {
      // `db('orders').insert(…)`
      const [table] = first.args
      const method = methods.find(one => writing.test(one))
      return method && table?.kind === 'literal'
        ? `${table.value}.${method}`
        : sourceText(frame.module, first.callee, 30)
    }
    const { of, name } = first.callee
    const [collection] = name === 'collection' && call.callee.kind === 'member' ? first.args : []
    if (collection && call.callee.kind === 'member')
      return `${sourceText(frame.module, collection, 30).replace(/['"`]/g, '')}.${call.callee.name}`
    const owner = of.kind === 'member' || of.kind === 'name' ? of.name : undefined
    return owner ? `${owner}.${name}` : name
  }

  #fixes(call: OutputCall, judge: Judge): Output['fixes'] {
    const source = judge === 'sql' ? this.#values.sql(call) : undefined
    if (!source) return []
    // On such a key no conflict ever happens.
    if (source.text && keysOf(source.text).some(isMadeAnew)) return []
    return insertFixes(
      this.#evaluator,
      source.expression,
      source.frame,
      /^mysql/.test(call.type) ? 'mysql' : 'standard',
    )
  }
}

/** @param refuses - a repeat fails on the key */
function keyed(by: string, refuses: boolean): Idempotency {
  return { ...repeatable(`keyed by ${by}`), ...(refuses && { refuses }) }
}
