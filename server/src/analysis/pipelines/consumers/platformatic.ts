/** `@platformatic/kafka`: `stream.on('data', f)` of what `consumer.consume({...})` gives, and `for await` over it. */
import type { CallExpression, FunctionCode, LoopStatement, Module, Statement } from '../../../facts/code.ts'
import type { CommitMode } from '../../../facts/model.ts'
import { commitInLoopFix } from '../../fixes/autoCommitFix.ts'
import { stopFix } from '../../fixes/stopFix.ts'
import { type Frame, looseFrame, type Value } from '../../values/frames.ts'
import { noOptions, OptionReader, propertyOf, textOf } from '../../values/options.ts'
import { placeOf } from '../../walk/places.ts'
import type { ConsumerAdapter, Finder, FoundHandler } from '../pipelines.ts'
import { stopsGracefully } from './surroundings.ts'

const library = '@platformatic/kafka'

export const platformaticConsumer: ConsumerAdapter = {
  starts: type => type === `${library}:Consumer#.consume`,
  find(finder, call, callee, frame) {
    const { evaluator } = finder
    const consume = call.args[0] ? evaluator.evaluate(call.args[0], frame) : undefined
    const made = callee.call
    const config = made?.expression.args[0] ? evaluator.evaluate(made.expression.args[0], made.frame) : undefined
    const options = new OptionReader(evaluator, [consume, config])
    const group = propertyOf(evaluator, config, 'groupId') ?? propertyOf(evaluator, consume, 'groupId')
    const topics = propertyOf(evaluator, consume, 'topics')
    const autoCommit = options.boolean('autocommit')
    const found = readers(finder, call, frame)
    const followed = found.flatMap(reader => reader.followed)
    const loops = found.flatMap(reader => reader.loops)
    const [only] = loops
    const list = topics ? evaluator.evaluate(topics.expression, topics.frame) : undefined
    return {
      at: placeOf(frame.module, call.nameAt),
      library,
      groupId: group ? textOf(evaluator, group) : undefined,
      topics:
        list?.kind === 'array'
          ? list.expression.items.map(item => textOf(evaluator, { expression: item, frame: list.frame }))
          : [],
      options: {
        ...noOptions,
        autoCommit,
        commitMode: commitMode(options),
        sessionTimeoutMs: options.number('sessionTimeout'),
        heartbeatIntervalMs: options.number('heartbeatInterval'),
        resetPolicy: options.text('fallbackMode'),
      },
      declared: undefined,
      handlers: [...followed, ...loops.map(one => one.handler)],
      stopsGracefully: stopsGracefully(finder, frame.module, made?.frame.module === frame.module),
      stopFixes: stopFix(frame, call, library),
      isGroupReused: false,
      manualCommitFixes:
        only && loops.length === 1 && followed.length === 0
          ? commitInLoopFix(frame.module, only.loop, consume, autoCommit)
          : [],
    }
  },
}

function commitMode(options: OptionReader): CommitMode {
  const autoCommit = options.read('autocommit')
  if (!autoCommit) return 'before-handler'
  if (!autoCommit.isKnown) return 'unknown'
  return autoCommit.value === false ? 'manual' : 'before-handler'
}

/** Functions in which the stream may be read: the one that asks for it, or, where that does not, others of the file. */
function readers(finder: Finder, call: CallExpression, frame: Frame): readonly Reader[] {
  const here = readerOf(finder, frame, () => true)
  if (here.followed.length + here.loops.length > 0) return [here]
  const isOnly = frame.module.calls.filter(({ call: other }) => isConsume(other)).length === 1
  const owner = ownerOf(frame.code)
  return frame.module.functions.flatMap(code => {
    if (code === frame.code) return []
    return readerOf(finder, looseFrame(frame.module, code), stream =>
      // By its type alone it may be another one's.
      stream.call ? stream.call.expression === call : isOnly || (owner !== undefined && ownerOf(code) === owner),
    )
  })
}

interface Reader {
  readonly followed: readonly FoundHandler[]
  readonly loops: readonly { readonly handler: FoundHandler; readonly loop: LoopStatement }[]
}

type Stream = Extract<Value, { kind: 'external' }>

function isConsume({ callee }: CallExpression): boolean {
  return callee.kind === 'member' && callee.name === 'consume'
}

function ownerOf(code: FunctionCode | undefined): FunctionCode['owner'] {
  return code?.owner ?? (code?.parent && ownerOf(code.parent))
}

function readerOf(finder: Finder, frame: Frame, isOurs: (stream: Stream) => boolean): Reader {
  return { followed: listeners(finder, frame, isOurs), loops: loopsOf(finder, frame, isOurs) }
}

function listeners(finder: Finder, frame: Frame, isOurs: (stream: Stream) => boolean): FoundHandler[] {
  return frame.module.calls.flatMap(({ call, inside }): FoundHandler[] => {
    if (inside !== frame.code || call.callee.kind !== 'member' || call.callee.name !== 'on') return []
    const stream = finder.evaluator.evaluate(call.callee.of, frame)
    const event = call.args[0]
    if (!isStream(stream) || !isOurs(stream)) return []
    if (event?.kind !== 'literal' || event.value !== 'data' || !call.args[1]) return []
    const handler = finder.handler(
      finder.evaluator.evaluate(call.args[1], frame),
      [`${library}:Message#`],
      'data-event',
      false,
    )
    return handler ? [handler] : []
  })
}

/** The body of the loop is the handler; it awaits by being a loop. */
function loopsOf(finder: Finder, frame: Frame, isOurs: (stream: Stream) => boolean): Reader['loops'] {
  const body = frame.code ? frame.code.body : frame.module.body
  return [...loopsIn(body)].flatMap((loop): { handler: FoundHandler; loop: LoopStatement }[] => {
    const stream = loop.isAwait && loop.over ? finder.evaluator.evaluate(loop.over, frame) : undefined
    if (!loop.over || !stream || !isStream(stream) || !isOurs(stream)) return []
    const head = { start: loop.start, end: loop.over.end + 1 }
    const code: FunctionCode = loopCode(frame.module, frame.code, loop)
    const closure: Value = { kind: 'closure', code, frame, self: undefined, by: undefined }
    const handler = finder.handler(closure, [], 'message', true)
    return handler ? [{ loop, handler: { ...handler, at: placeOf(frame.module, head) } }] : []
  })
}

function loopCode(module: Module, parent: FunctionCode | undefined, loop: LoopStatement): FunctionCode {
  void module
  return {
    kind: 'code',
    name: undefined,
    head: { start: loop.start, end: loop.start + 3 },
    parameters: [],
    body: loop.body,
    isAsync: true,
    isGenerator: false,
    isArrow: true,
    parent,
    owner: undefined,
    returns: undefined,
    decorators: [],
    isExpression: false,
    start: loop.start,
    end: loop.end,
  }
}

function isStream(value: Value): value is Stream {
  return value.kind === 'external' && value.type === `${library}:MessagesStream#`
}

function* loopsIn(body: readonly Statement[]): Generator<LoopStatement> {
  for (const statement of body) {
    if (statement.kind === 'loop') {
      yield statement
      yield* loopsIn(statement.body)
    } else if (statement.kind === 'if') yield* loopsIn([...statement.whenTrue, ...statement.whenFalse])
    else if (statement.kind === 'block') yield* loopsIn(statement.body)
    else if (statement.kind === 'try')
      yield* loopsIn([...statement.block, ...(statement.handler?.body ?? []), ...(statement.cleanup ?? [])])
  }
}
