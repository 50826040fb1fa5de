/** Fixes for a Kafka transaction: the consumed offsets in it, its end when something fails, its name where it is needed. */
import type { Binding, CallExpression, FunctionCode, Module, Statement } from '../../facts/code.ts'
import type { FixSketch, Text, TransactionFixes } from '../../facts/model.ts'
import type { Frame, Made } from '../values/frames.ts'
import { at, placeOf } from '../walk/places.ts'
import type { Consumed } from '../walk/positions.ts'
import { joined, named, payloadOf } from './handlerFixes.ts'
import { firstOf, indentAt, indentUnit, lineStart, linesOf, type Spot, semicolonOf, spotsAt } from './lines.ts'

/** @param begin `producer.transaction()` */
export function transactionFixes(frame: Frame, begin: CallExpression, consumed: Consumed): TransactionFixes {
  const transaction = declaredBy(frame, begin)
  const commit = transaction && commitOf(frame, transaction.binding)
  if (!transaction || !commit) return { offsets: [], abort: [] }
  return {
    offsets: offsetsFix(frame, commit, transaction, consumed),
    abort: abortFix(frame.module, transaction, commit),
  }
}

interface Declared {
  readonly binding: Binding
  readonly spot: Spot
}

/** `const transaction = await producer.transaction()`: by that name, and no other, it is committed. */
function declaredBy({ module, code }: Frame, begin: CallExpression): Declared | undefined {
  const [spot] = spotsAt(code ? code.body : module.body, begin.start)
  const statement = spot?.list[spot.index]
  if (statement?.kind !== 'do' || statement.expression.kind !== 'assign') return undefined
  const { target, value } = statement.expression
  const isBegin = value.kind === 'await' && value.of === begin
  return spot && isBegin && target.kind === 'name' && target.binding ? { binding: target.binding, spot } : undefined
}

/** The one statement that commits it. */
function commitOf({ module, code }: Frame, binding: Binding): { spot: Spot; statement: Statement } | undefined {
  const commits = module.calls.filter(({ call: { callee } }) => {
    const of = callee.kind === 'member' && callee.name === 'commit' ? callee.of : undefined
    return of?.kind === 'name' && of.binding === binding
  })
  const [only] = commits
  if (!only || commits.length > 1 || only.inside !== code) return undefined
  const [spot] = spotsAt(code ? code.body : module.body, only.call.start)
  const statement = spot?.list[spot.index]
  return spot && statement?.kind === 'do' ? { spot, statement } : undefined
}

/** `await transaction.sendOffsets({ … })` before the commit. */
function offsetsFix(
  frame: Frame,
  { statement }: { statement: Statement },
  { binding, spot }: Declared,
  { group, consumer }: Consumed,
): FixSketch[] {
  const { module } = frame
  const payload = payloadOf(frame)
  const [, library, role] =
    /^(kafkajs|@confluentinc\/kafka-javascript):Each(Message|Batch)Payload#$/.exec(payload?.type ?? '') ?? []
  if (!payload || !library || payload.frame.code !== frame.code) return []
  // Whose offsets they are, Kafka is told by the group's name, the Confluent client by the consumer.
  const whose =
    library === 'kafkajs'
      ? optional('consumerGroupId', written(module, group))
      : optional('consumer', reached(frame, consumer))
  if (!whose) return []
  const lines = linesOf(module, statement)
  if (!lines) return []
  const isBatch = role === 'Batch'
  // One transaction a record inside a batch: which record it is cannot be told here.
  if (isBatch && spotsAt(frame.code?.body ?? [], spot.list[spot.index]?.start ?? 0).some(isInLoop)) return []
  const source = named(payload, isBatch ? 'batch' : 'message')
  const [topic, partition] = isBatch
    ? [inBatch(source.text, 'topic'), inBatch(source.text, 'partition')]
    : [named(payload, 'topic'), named(payload, 'partition')]
  const read = isBatch ? `${source.text}.lastOffset()` : `${source.text}.offset`
  const indent = indentAt(module, lines.start)
  const offset = module.fixes.offsetPlusOne(read)
  const semicolon = semicolonOf(module, statement)
  const newText = [
    `await ${binding.name}.sendOffsets({`,
    `${indentUnit(module)}${whose},`,
    `${indentUnit(module)}topics: [{ ${property('topic', topic.text)}, partitions: [{ ${property('partition', partition.text)}, offset: ${offset} }] }],`,
    `})${semicolon}`,
  ]
  const edits = [
    ...joined([...topic.edits, ...partition.edits, ...source.edits]),
    { at: at(module, lines.start), newText: newText.map(line => `${indent}${line}\n`).join('') },
  ]
  return [{ title: 'Put the consumed offsets into the transaction', isSafe: true, edits }]
}

function isInLoop({ owner }: Spot): boolean {
  return owner?.kind === 'loop'
}

function inBatch(batch: string, name: string): { text: string; edits: FixSketch['edits'] } {
  return { text: `${batch}.${name}`, edits: [] }
}

function property(name: string, text: string): string {
  return name === text ? name : `${name}: ${text}`
}

function optional(name: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : property(name, text)
}

/** The consumer as the handler can write it: a constant around it, or a field of the object whose method it is part of. */
function reached({ module, code }: Frame, consumer: Made | undefined): string | undefined {
  if (!code || consumer?.frame.module !== module) return undefined
  const { expression, frame } = consumer
  const functions = aroundUpTo(code, frame.code)
  if (!functions) return undefined
  if (expression.kind === 'member' && expression.of.kind === 'this')
    return functions.every(one => one.isArrow) ? `this.${expression.name}` : undefined
  if (expression.kind !== 'name' || !expression.binding?.isConstant) return undefined
  // Another thing of that name inside would be taken instead.
  const isHidden = functions.some(one => hides(module, one, expression.name))
  return isHidden ? undefined : expression.name
}

function hides({ text }: Module, { start, end, parameters }: FunctionCode, name: string): boolean {
  const escaped = name.replaceAll('$', '\\$')
  const declared = new RegExp(`\\b(?:const|let|var|function|class)\\s+${escaped}(?![\\w$])`)
  const named = new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`)
  return (
    declared.test(text.slice(start, end)) ||
    parameters.some(({ at: parameter }) => named.test(text.slice(parameter.start, parameter.end)))
  )
}

/** A function and those around it, up to the one in which the consumer is run; undefined where it is not inside that one. */
function aroundUpTo(code: FunctionCode, outer: FunctionCode | undefined): FunctionCode[] | undefined {
  const functions: FunctionCode[] = []
  let at: FunctionCode | undefined = code
  for (; at && at !== outer; at = at.parent) functions.push(at)
  return at === outer ? functions : undefined
}

/** The group as it can be written in this file: the text itself, or a constant of the file's top level. */
function written(module: Module, group: Text | undefined): string | undefined {
  if (group?.value === undefined || group.at.path !== module.path) return undefined
  if (/^(?:'[^'\\\n…]*'|"[^"\\\n…]*")$/.test(group.source)) return group.source
  const isName = /^[A-Za-z_$][\w$]*$/.test(group.source)
  return isName && new RegExp(`^(?:export )?const ${group.source.replaceAll('$', '\\$')}\\b`, 'm').test(module.text)
    ? group.source
    : undefined
}

/** What stands between begin and commit, both in one block, goes into a `try` that aborts. */
function abortFix(
  module: Module,
  { spot, binding }: Declared,
  commit: { spot: Spot; statement: Statement },
): FixSketch[] {
  const begin = linesOf(module, spot.list[spot.index] as Statement)
  const end = linesOf(module, commit.statement)
  const isLast = commit.spot.list === spot.list && commit.spot.index === spot.list.length - 1
  if (!begin || !end || !isLast || commit.spot.index === spot.index) return []
  const inside = module.text.slice(begin.end, end.end)
  // A line break inside a text must stay as it is.
  if (/`/.test(inside)) return []
  const indent = indentAt(module, begin.start)
  const unit = indentUnit(module)
  const semicolon = semicolonOf(module, commit.statement)
  const starts = [...inside.matchAll(/^(?=[^\r\n])/gm)].map(match => begin.end + match.index)
  const tail = [
    `${indent}} catch (error) {`,
    `${indent}${unit}await ${binding.name}.abort()${semicolon}`,
    `${indent}${unit}throw error${semicolon}`,
    `${indent}}`,
  ]
  const edits = [
    ...starts.map((start, index) => ({
      at: at(module, start),
      newText: index === 0 ? `${indent}try {\n${unit}` : unit,
    })),
    { at: at(module, end.end), newText: `${tail.join('\n')}\n` },
  ]
  return [{ title: 'Abort the transaction when something fails', isSafe: true, edits }]
}

/** `const transaction = …` goes from the beginning of the `try` to before it. */
export function beginEarlierFix({ module, code }: Frame, abort: CallExpression): FixSketch[] {
  const name = abort.callee.kind === 'member' && abort.callee.of.kind === 'name' ? abort.callee.of.name : undefined
  for (const { owner } of spotsAt(code ? code.body : module.body, abort.start)) {
    if (owner?.kind !== 'try') continue
    const [first] = owner.block
    const target = first?.kind === 'do' && first.expression.kind === 'assign' ? first.expression.target : undefined
    const lines = first && linesOf(module, first)
    if (!lines || target?.kind !== 'name' || target.name !== name) continue
    const start = lineStart(module, owner.start)
    const indent = module.text.slice(start, owner.start)
    if (indent.trim() !== '') continue
    const moved = module.text.slice(firstOf(module, lines.start), lines.end)
    const edits = [
      { at: at(module, owner.start), newText: `${moved}${indent}` },
      { at: placeOf(module, lines), newText: '' },
    ]
    return [{ title: 'Begin the transaction before the try', isSafe: true, edits }]
  }
  return []
}
