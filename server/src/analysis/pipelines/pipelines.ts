/** Finds consumers and their handlers in a file: by the library's calls, through wrappers, base classes and decorators. */
import type { CallExpression, ClassCode, FunctionCode, Module } from '../../facts/code.ts'
import { hasWork, within } from '../../facts/flows.ts'
import type { OutputTable } from '../../facts/libraries/outputTable.ts'
import type { FixSketch, Handler, HandlerRole, Output, Pipeline, Place } from '../../facts/model.ts'
import type { CustomConsumer } from '../engine/contract.ts'
import type { Project } from '../engine/project.ts'
import { transactionFix } from '../fixes/throughTransactionFix.ts'
import { TypedReceivers } from '../types/typedReceivers.ts'
import { argumentsOf } from '../values/activations.ts'
import { Evaluator } from '../values/evaluator.ts'
import { type Frame, looseFrame, type Made, moduleFrame, selfOf, type Thunk, type Value } from '../values/frames.ts'
import { isWithin } from '../walk/calls.ts'
import type { OutputCall } from '../walk/outputs/outputCall.ts'
import { placeOf } from '../walk/places.ts'
import type { Consumed } from '../walk/positions.ts'
import { Walker } from '../walk/walker.ts'
import { isChosenHere } from './chosen.ts'
import { consumerAdapters } from './consumers/index.ts'
import { nestPipelines } from './consumers/nest.ts'
import { ownConsumer } from './consumers/own.ts'
import { typedPipelines } from './consumers/typed.ts'
import { inferGuarantee } from './inference.ts'
import { StartedPipelines } from './started.ts'

/** A function that gets records, before it is followed. */
export interface FoundHandler {
  readonly closure: Extract<Value, { kind: 'closure' }>
  readonly args: readonly Thunk[]
  readonly role: HandlerRole
  readonly isAwaited: boolean
  readonly isCalledOutOfSight?: boolean
  readonly at: Place
  readonly parametersEnd?: Place | undefined
}

export interface FoundPipeline extends Omit<Pipeline, 'handlers' | 'inferred' | 'rewrites'> {
  /** What `guarantee:` is, where the library has such a thing. */
  readonly guarantee?: Value | undefined
  /** What `run` is called on, where it has a name. */
  readonly consumer?: Made | undefined
  readonly handlers: readonly FoundHandler[]
}

/** One library's way to start consuming. */
export interface ConsumerAdapter {
  /** Whether a callee of this type starts a consumer. */
  starts(calleeType: string): boolean
  find(
    finder: Finder,
    call: CallExpression,
    callee: Extract<Value, { kind: 'external' }>,
    frame: Frame,
  ): FoundPipeline | undefined
}

/** Wrappers around wrappers: this deep. */
const wrapperDepthMax = 3
/** Calls inside of wrappers that are looked through for one file: functions that call each other are as many ways as calls, to the depth. */
const wrappedCallsMax = 5_000

export class Finder {
  readonly evaluator: Evaluator
  readonly table: OutputTable
  readonly module: Module
  readonly #adapters: readonly ConsumerAdapter[]
  readonly #started: StartedPipelines
  /** Places that stand for a consumer started in another file, with nothing that this file decides. */
  readonly #foreign = new WeakSet<Place>()
  /** Functions that some handler has led to. */
  readonly #entered = new Set<FunctionCode>()
  readonly #made = new WeakMap<Output, OutputCall>()
  #wrappedCalls = 0
  readonly #typed: TypedReceivers

  constructor(project: Project, module: Module, table: OutputTable, own: readonly CustomConsumer[] = []) {
    this.#adapters = [...consumerAdapters, ...own.map(ownConsumer)]
    this.evaluator = new Evaluator(project)
    this.#started = new StartedPipelines(this.evaluator)
    this.#typed = new TypedReceivers(this.evaluator, table)
    this.module = module
    this.table = table
  }

  pipelines(): Pipeline[] {
    this.#calls(this.module, undefined, looseFrames(this.module), 0, undefined)
    for (const code of this.module.classes) this.#inherited(code)
    const found = [...this.#started.all(), ...nestPipelines(this)]
      .map(pipeline => this.#finish(pipeline))
      .filter(pipeline => this.#isOwn(pipeline))
    const typed = typedPipelines(this, this.#entered).map(pipeline => this.#finish(pipeline))
    return [...found, ...typed.filter(pipeline => pipeline.handlers.some(handler => hasWork(handler.flow)))]
  }

  /** Looks through the calls of a file, or of one function of it. */
  #calls(
    module: Module,
    around: FunctionCode | undefined,
    frameOfCall: (inside: FunctionCode | undefined) => Frame,
    depth: number,
    anchor: Place | undefined,
  ): void {
    for (const { call, inside } of module.calls) {
      if (around && (!isWithin(inside, around) || this.#wrappedCalls++ > wrappedCallsMax)) continue
      const frame = frameOfCall(inside)
      const seen = this.evaluator.evaluate(call.callee, frame)
      const callee = givesHandlers(call) ? this.#typed.callee(call, seen, frame) : seen
      if (callee.kind === 'external') this.#start(call, callee, frame, anchor)
      else if (
        callee.kind === 'closure' &&
        depth < wrapperDepthMax &&
        mayWrap(callee.frame.module, this.module, callee.code)
      )
        this.#wrapper(callee, call, frame, depth, anchor ?? placeOf(module, call.nameAt))
    }
  }

  #start(
    call: CallExpression,
    callee: Extract<Value, { kind: 'external' }>,
    frame: Frame,
    anchor: Place | undefined,
  ): void {
    for (const adapter of this.#adapters) {
      if (!adapter.starts(callee.type)) continue
      const found = adapter.find(this, call, callee, frame)
      if (!found) continue
      const pipeline = frame.module === this.module || !anchor ? found : { ...found, at: anchor }
      if (pipeline !== found && !isChosenHere(this.evaluator, selfOf(frame), this.module))
        this.#foreign.add(pipeline.at)
      this.#started.add(pipeline, call.start, frame, anchor)
    }
  }

  /** A function of the project that may start a consumer, called with what only this caller knows. */
  #wrapper(
    callee: Extract<Value, { kind: 'closure' }>,
    call: CallExpression,
    frame: Frame,
    depth: number,
    anchor: Place,
  ): void {
    const inner = this.evaluator.enter(callee, argumentsOf(call, frame))
    const { module } = callee.frame
    this.#calls(module, callee.code, inside => innerFrame(inner, module, inside), depth + 1, anchor)
  }

  /** A class of this file whose base class, in another file, starts the consumer and calls back. */
  #inherited(code: ClassCode): void {
    const self: Value = {
      kind: 'instance',
      code,
      frame: looseFrame(this.module, code.owner),
      args: undefined,
      by: undefined,
    }
    let base = code.base ? this.evaluator.evaluate(code.base, self.frame) : undefined
    for (let hops = 0; base?.kind === 'class' && hops < 4; hops++) {
      const { module } = base.frame
      const methods = new Set(base.code.methods.values())
      for (const method of methods) {
        const entered: Frame = { module, code: method, parent: base.frame, args: undefined, self }
        this.#calls(module, method, inside => innerFrame(entered, module, inside), 1, placeOf(this.module, code.head))
      }
      base = base.code.base ? this.evaluator.evaluate(base.code.base, base.frame) : undefined
    }
  }

  #finish(pipeline: FoundPipeline): Pipeline {
    const { groupId, consumer, guarantee: _, ...others } = pipeline
    const handlers = pipeline.handlers.map(handler => this.#follow(handler, { group: groupId, consumer }))
    const rest = { ...others, groupId }
    const facts = { ...rest, handlers, rewrites: this.#rewrites(pipeline, handlers) }
    return { ...facts, inferred: inferGuarantee(facts) }
  }

  /** Started in another file: ours only where something of it comes from here. */
  #isOwn(pipeline: Pipeline): boolean {
    const { path } = this.module
    const isHere = (place: Place | undefined): boolean => place?.path === path
    if (!this.#foreign.has(pipeline.at)) return true
    if (isHere(pipeline.groupId?.at) || pipeline.topics.some(topic => isHere(topic.at))) return true
    return pipeline.handlers.some(
      handler => isHere(handler.at) || [...within(handler.flow)].some(part => 'at' in part && isHere(part.at)),
    )
  }

  #rewrites(pipeline: FoundPipeline, handlers: readonly Handler[]): ReadonlyMap<Output, FixSketch> {
    const found = new Map<Output, FixSketch>()
    if (!pipeline.guarantee) return found
    for (const [index, { closure }] of pipeline.handlers.entries()) {
      const outputs = [...within((handlers[index] as Handler).flow)].flatMap(part => {
        const call = part.kind === 'output' ? this.#made.get(part) : undefined
        return part.kind === 'output' && call ? [{ output: part, call }] : []
      })
      const rewrite = transactionFix(this.evaluator, pipeline.guarantee, closure, outputs)
      for (const output of rewrite?.moved ?? []) found.set(output, (rewrite as { fix: FixSketch }).fix)
    }
    return found
  }

  #follow(found: FoundHandler, consumed: Consumed): Handler {
    const walker = new Walker(this.evaluator, this.table, this.#entered, consumed)
    const position = {
      frame: moduleFrame(found.closure.frame.module),
      calls: [],
      entered: [],
      inTransaction: false,
      isExecutor: false,
      isResultUsed: false,
    }
    const flow = walker.enterAll(found.closure, found.args, position)
    for (const part of within(flow)) {
      const call = part.kind === 'output' ? walker.outputs.made.get(part) : undefined
      if (part.kind === 'output' && call) this.#made.set(part, call)
    }
    return {
      at: found.at,
      parametersEnd: found.parametersEnd,
      role: found.role,
      isAwaited: found.isAwaited,
      ...(found.isCalledOutOfSight && { isCalledOutOfSight: true }),
      flow,
      offsetLookups: walker.lookups,
      isWhole: walker.isWhole,
    }
  }

  /** The function a value is, with the place by which it is known in the file. */
  handler(value: Value, args: readonly string[], role: HandlerRole, isAwaited: boolean): FoundHandler | undefined {
    if (value.kind !== 'closure') return undefined
    const thunks = args.map((type): Thunk => ({ value: { kind: 'external', type, by: undefined, call: undefined } }))
    const { module } = value.frame
    const at = placeOf(module, value.code.head)
    return { closure: value, args: thunks, role, isAwaited, at, parametersEnd: parametersEnd(module, value.code) }
  }
}

function parametersEnd(module: Module, { isArrow, name, head, parameters }: FunctionCode): Place | undefined {
  if (isArrow || name === undefined) return undefined
  const end = module.text.indexOf(')', parameters.at(-1)?.at.end ?? head.end) + 1
  return end > 0 ? placeOf(module, { start: end, end }) : undefined
}

/** `anything.run({ eachMessage })`: a consumer is started, whoever made it. */
function givesHandlers({ args: [first] }: CallExpression): boolean {
  return first?.kind === 'object' && first.properties.some(({ name }) => name === 'eachMessage' || name === 'eachBatch')
}

function looseFrames(module: Module): (inside: FunctionCode | undefined) => Frame {
  const frames = new Map<FunctionCode | undefined, Frame>()
  const frame = (inside: FunctionCode | undefined): Frame => {
    const known = frames.get(inside)
    if (known) return known
    const made = inside ? { ...looseFrame(module, inside), parent: frame(inside.parent) } : moduleFrame(module)
    frames.set(inside, made)
    return made
  }
  return frame
}

/** Frames of functions inside an entered one: loose, but with it as their parent. */
function innerFrame(entered: Frame, module: Module, inside: FunctionCode | undefined): Frame {
  if (!inside || inside === entered.code) return entered
  return { module, code: inside, parent: innerFrame(entered, module, inside.parent), args: undefined, self: undefined }
}

function mayWrap(target: Module, own: Module, code: FunctionCode): boolean {
  if (target === own && !code.parameters.length) return false
  let may = wrapping.get(target)
  if (may === undefined) {
    may = ['kafka', 'Kafka', 'tidemark', '.run(', '.consume('].some(word => target.text.includes(word))
    wrapping.set(target, may)
  }
  return may
}

/** Asked once for every call of a file. */
const wrapping = new WeakMap<Module, boolean>()
