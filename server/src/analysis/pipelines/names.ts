/**
 * Which texts of a file name a topic or a group: what the editor looks up in a cluster, and completes.
 *
 * Found where they are given to a Kafka client, by the names of properties (`topic`, `groupId`) and the few calls that take
 * them bare (`subscribe(['orders'])`); through constants of the file too. Also half-written code: an empty text counts, since
 * that is where a name is to be completed. Accepted misses: names that a wrapper of the project takes as an argument, unless
 * a pipeline of the file is known by them.
 */
import type { CallExpression, Expression, Module } from '../../facts/code.ts'
import type { NameInfo } from '../../protocol.ts'
import type { Project } from '../engine/project.ts'
import { Evaluator } from '../values/evaluator.ts'
import { type Frame, looseFrame } from '../values/frames.ts'
import { textOf } from '../values/options.ts'
import { placeOf } from '../walk/places.ts'

type Kind = NameInfo['kind']

const clients =
  /^(?:kafkajs|@confluentinc\/kafka-javascript|node-rdkafka|@platformatic\/kafka|@tidemark\/runtime|@nestjs\/microservices)(?:\/[^:]*)?:/

const kinds: ReadonlyMap<string, Kind> = new Map([
  ['topic', 'topic'],
  ['topics', 'topic'],
  ['deadLetterTopic', 'topic'],
  ['groupId', 'group'],
  ['group.id', 'group'],
  ['groupIds', 'group'],
  ['consumerGroupId', 'group'],
])

/** Calls that take topics as their first argument, bare or in a list. */
const takesTopics = /#\.(?:subscribe|produce|consume|deadLetterTopic|EventPattern|MessagePattern)$/
/** Decorators of handlers name their topic. */
const decorators = /:(?:EventPattern|MessagePattern)$/

const depthMax = 4
const namesMax = 2_000

export function namesIn(project: Project, module: Module): NameInfo[] {
  const finder = new NameFinder(project, module)
  for (const { call, inside } of module.calls) finder.look(call, looseFrame(module, inside))
  return finder.names()
}

class NameFinder {
  readonly #evaluator: Evaluator
  readonly #module: Module
  readonly #found = new Map<string, NameInfo>()

  constructor(project: Project, module: Module) {
    this.#evaluator = new Evaluator(project)
    this.#module = module
  }

  names(): NameInfo[] {
    return [...this.#found.values()].sort(
      (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
    )
  }

  look(call: CallExpression, frame: Frame): void {
    const callee = this.#evaluator.evaluate(call.callee, frame)
    if (callee.kind !== 'external' || !clients.test(callee.type)) return
    const [first] = call.args
    if (first && (takesTopics.test(callee.type) || decorators.test(callee.type))) this.#texts('topic', first, frame)
    for (const arg of call.args) this.#properties(arg, frame, 0)
  }

  #properties(expression: Expression, frame: Frame, depth: number): void {
    if (depth > depthMax) return
    const value = this.#evaluator.evaluate(expression, frame)
    if (value.kind === 'array')
      for (const item of value.expression.items) this.#properties(item, value.frame, depth + 1)
    if (value.kind !== 'object') return
    for (const property of value.expression.properties) {
      const kind = property.name === undefined ? undefined : kinds.get(property.name)
      if (kind) this.#texts(kind, property.value, value.frame)
      this.#properties(property.value, value.frame, depth + 1)
    }
  }

  /** A text, or a list of texts. */
  #texts(kind: Kind, expression: Expression, frame: Frame): void {
    const value = this.#evaluator.evaluate(expression, frame)
    if (value.kind === 'array') {
      for (const item of value.expression.items) this.#text(kind, item, value.frame)
    } else this.#text(kind, expression, frame)
  }

  /** Where the text is written, and where a constant of it is used: both are looked at by people. */
  #text(kind: Kind, expression: Expression, frame: Frame): void {
    const { value, at } = textOf(this.#evaluator, { expression, frame })
    if (value === undefined) return
    if (frame.module === this.#module && expression.kind === 'name')
      this.#keep({ kind, name: value, range: placeOf(this.#module, expression).range, isText: false })
    if (at.path !== this.#module.path) return
    const { start, end } = at.range
    const quote = this.#module.text[this.#offset(start)] ?? ''
    if (!/['"`]/.test(quote)) return
    // An unfinished text has no closing quote; its end is the line's.
    const closed = this.#module.text[this.#offset(end) - 1] === quote && this.#offset(end) - this.#offset(start) > 1
    const range = {
      start: { line: start.line, character: start.character + 1 },
      end: closed ? { line: end.line, character: end.character - 1 } : end,
    }
    this.#keep({ kind, name: value, range, isText: true })
  }

  #offset({ line, character }: NameInfo['range']['start']): number {
    return (this.#module.lineStarts[line] ?? 0) + character
  }

  #keep(name: NameInfo): void {
    const { line, character } = name.range.start
    if (this.#found.size < namesMax) this.#found.set(`${line}:${character}`, name)
  }
}
