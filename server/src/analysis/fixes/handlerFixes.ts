/** Fixes that write a handler's code anew: what it waits for, when it commits, by which key it writes. */
import type { CallExpression, Expression, LoopStatement, Module, Parameter, Span, Statement } from '../../facts/code.ts'
import type { FixSketch } from '../../facts/model.ts'
import type { Frame } from '../values/frames.ts'
import { at, placeOf } from '../walk/places.ts'
import { indentOf, lineEnd, statementEnd } from './lines.ts'

/** `list.forEach(async …)` becomes `await Promise.all(list.map(async …))`. */
export function togetherFix({ code, module }: Frame, call: CallExpression): FixSketch[] {
  if (!code?.isAsync || call.callee.kind !== 'member' || !/^(?:forEach|map)$/.test(call.callee.name)) return []
  const edits = [
    { at: at(module, call.start), newText: 'await Promise.all(' },
    ...(call.callee.name === 'forEach' ? [{ at: placeOf(module, call.nameAt), newText: 'map' }] : []),
    { at: at(module, call.end), newText: ')' },
  ]
  return [{ title: 'Await all of them', isSafe: true, edits }]
}

/** `await consumer.stop()` as a statement becomes `setImmediate(() => void consumer.stop())`. */
export function stopLaterFix(module: Module, call: CallExpression): FixSketch[] {
  const before = module.text.slice(Math.max(0, call.start - 200), call.start)
  const awaited = /(?:^|[{};)\n])\s*(await\s+)$/.exec(before)?.[1]
  if (!awaited) return []
  const edits = [
    {
      at: placeOf(module, { start: call.start - awaited.length, end: call.start }),
      newText: 'setImmediate(() => void ',
    },
    { at: at(module, call.end), newText: ')' },
  ]
  return [{ title: 'Stop after the handler has ended', isSafe: true, edits }]
}

/** `await heartbeat()` at the end of the loop's body; taken from the payload where it is not yet. */
export function heartbeatFix(frame: Frame, { body }: LoopStatement): FixSketch[] {
  const { module } = frame
  const payload = payloadOf(frame)
  const last = body.at(-1)
  if (!payload || !last || !frame.code?.isAsync || frame.code !== payload.frame.code) return []
  // Without braces there is no room for another statement.
  if (!/^[\s;]*(?:\/\/[^\n]*\s*)*\}/.test(module.text.slice(last.end, last.end + 400))) return []
  const heartbeat = named(payload, 'heartbeat')
  const indent = indentOf(module, last)
  const semicolon = module.text[last.end - 1] === ';' || module.text[last.end] === ';' ? ';' : ''
  const newText = `\n${indent}await ${heartbeat.text}()${semicolon}`
  const edits = [...heartbeat.edits, { at: at(module, lineEnd(module, last)), newText }]
  return [{ title: 'Beat once for each record', isSafe: true, edits }]
}

/** A statement that commits goes behind the output that stands after it in the same block. */
export function commitLaterFix(module: Module, commit: Statement, output: Statement): FixSketch[] {
  const { text } = module
  const start = text.lastIndexOf('\n', commit.start) + 1
  const end = text.indexOf('\n', statementEnd(module, commit)) + 1
  const isAlone =
    text.slice(start, commit.start).trim() === '' && text.slice(statementEnd(module, commit), end).trim() === ''
  if (!isAlone || end === 0) return []
  const moved = text.slice(commit.start, statementEnd(module, commit))
  const edits = [
    { at: placeOf(module, { start, end }), newText: '' },
    { at: at(module, lineEnd(module, output)), newText: `\n${indentOf(module, output)}${moved}` },
  ]
  return [{ title: 'Commit after the output', isSafe: false, edits }]
}

/** A key that is new on every run becomes the record's place in its topic. */
export function recordKeyFix(frame: Frame, fresh: Expression): FixSketch[] {
  const payload = payloadOf(frame)
  const { module } = frame
  if (!payload || payload.frame.module !== module || !/:EachMessagePayload#$/.test(payload.type)) return []
  const [topic, partition, message] = ['topic', 'partition', 'message'].map(name => named(payload, name))
  if (!topic || !partition || !message) return []
  const key = `\`\${${topic.text}}-\${${partition.text}}-\${${message.text}.offset}\``
  const edits = [...topic.edits, ...partition.edits, ...message.edits, { at: placeOf(module, fresh), newText: key }]
  return [{ title: 'Take topic, partition and offset as the key', isSafe: false, edits: joined(edits) }]
}

// ---- what the client gives the handler ------------------------------------------------------------------------

export interface Payload {
  readonly frame: Frame
  readonly parameter: Parameter
  readonly type: string
}

export function payloadOf(frame: Frame): Payload | undefined {
  for (let one: Frame | undefined = frame; one; one = one.parent) {
    const [arg] = one.args ?? []
    const [parameter] = one.code?.parameters ?? []
    const value = arg && 'value' in arg ? arg.value : undefined
    if (parameter && value?.kind === 'external' && /:Each(?:Batch|Message)Payload#$/.test(value.type))
      return { frame: one, parameter, type: value.type }
  }
  return undefined
}

export interface Named {
  readonly text: string
  readonly edits: FixSketch['edits']
}

/** How a part of the payload is written in the handler: `payload.topic`, `topic`, or `topic` added to the pattern. */
export function named({ frame: { module }, parameter }: Payload, name: string): Named {
  if (parameter.binding) return { text: `${parameter.binding.name}.${name}`, edits: [] }
  const { start, end } = patternIn(module, parameter.at)
  const pattern = module.text.slice(start, end)
  const found = new RegExp(`[{,]\\s*${name}\\s*(?::\\s*([\\w$]+)\\s*)?(?=[,}=])`).exec(pattern)
  if (found) return { text: found[1] ?? name, edits: [] }
  const rest = /\.\.\.\s*([\w$]+)\s*\}$/.exec(pattern)?.[1]
  // Taken apart already, it is not among the rest: `{ batch: { topic }, ...payload }`.
  const isTaken = new RegExp(`[{,]\\s*${name}\\s*:`).test(pattern)
  if (rest && isTaken) return { text: name, edits: [{ at: at(module, start + 1), newText: ` ${name},` }] }
  if (rest) return { text: `${rest}.${name}`, edits: [] }
  const inside = pattern.slice(0, -1).trimEnd()
  const separator = inside.endsWith(',') || inside.endsWith('{') ? ' ' : ', '
  return { text: name, edits: [{ at: at(module, start + inside.length), newText: `${separator}${name}` }] }
}

/** From the brace to the one that closes it: an annotation may follow. */
function patternIn(module: Module, span: Span): Span {
  let depth = 0
  for (let end = span.start; end < span.end; end++) {
    if (module.text[end] === '{') depth++
    if (module.text[end] === '}' && --depth === 0) return { start: span.start, end: end + 1 }
  }
  return span
}

/** Several names added at one place are one insertion. */
export function joined(edits: FixSketch['edits']): FixSketch['edits'] {
  const made: { at: FixSketch['edits'][number]['at']; newText: string }[] = []
  for (const edit of edits) {
    const same = made.find(one => JSON.stringify(one.at) === JSON.stringify(edit.at))
    if (same) same.newText += edit.newText
    else made.push({ ...edit })
  }
  return made
}
