/**
 * Follows a handler statement by statement and writes down what it does: its flow. Calls of functions of the project are
 * entered (to depth 3 and a bounded size), so that a save in a helper two files away stands where it runs.
 */
import type {
  Expression,
  FunctionCode,
  IfStatement,
  LoopStatement,
  Statement,
  SwitchStatement,
} from '../../facts/code.ts'
import { nothing, sequence, untested } from '../../facts/flows.ts'
import type { OutputTable } from '../../facts/libraries/outputTable.ts'
import type { Flow, OffsetLookup, Place, Test } from '../../facts/model.ts'
import { heartbeatFix } from '../fixes/handlerFixes.ts'
import type { Evaluator } from '../values/evaluator.ts'
import type { Closure, Frame, Thunk } from '../values/frames.ts'
import { Origins } from '../values/origins.ts'
import { CallWalker } from './callWalker.ts'
import { commitsLater } from './offsets/commitOrder.ts'
import { lookupOf } from './offsets/lookups.ts'
import { Offsets } from './offsets/offsets.ts'
import { Outputs } from './outputs/outputs.ts'
import { placeOf, samePlace, sourceText } from './places.ts'
import type { Consumed, Entering, Position, Use } from './positions.ts'
import { Buffers } from './remembered/buffers.ts'
import { Dedupe } from './remembered/dedupe.ts'
import { absorbBreaks, bodyOfCase, isValue, keywordOf, loopKind, useOfPart } from './statements.ts'
import { tryFlow } from './tries.ts'
import { KeptPromises } from './waiting/keptPromises.ts'
import { toldArm } from './waiting/told.ts'

/** Calls into one another: deeper is not followed. Layered code has a handler, a service, a use case, a repository and its adapter. */
const depthMax = 6
/** Flow nodes of one handler. */
const nodesMax = 4_000

export class Walker {
  readonly evaluator: Evaluator
  readonly origins: Origins
  readonly offsets: Offsets
  readonly outputs: Outputs
  readonly table: OutputTable
  readonly consumed: Consumed
  readonly lookups: OffsetLookup[] = []
  readonly promises = new KeptPromises()
  readonly buffers: Buffers
  readonly #calls: CallWalker
  readonly #dedupe: Dedupe
  readonly #entered: Set<FunctionCode>
  #nodes = 0
  isWhole = true

  constructor(evaluator: Evaluator, table: OutputTable, entered: Set<FunctionCode>, consumed: Consumed) {
    this.consumed = consumed
    this.#entered = entered
    this.evaluator = evaluator
    this.table = table
    this.origins = new Origins(evaluator)
    this.offsets = new Offsets(evaluator)
    this.outputs = new Outputs(evaluator, this.origins)
    this.buffers = new Buffers(this)
    this.#calls = new CallWalker(this)
    this.#dedupe = new Dedupe(evaluator, this.origins)
  }

  /** Not where it calls itself, and only so deep. */
  canEnter(code: FunctionCode, { entered }: Position): boolean {
    return entered.length < depthMax && !entered.includes(code) && this.#nodes <= nodesMax
  }

  /** The flow of a function called with these arguments. */
  enter(callee: Closure, args: readonly Thunk[], from: Position, call?: Place, how: Entering = {}): Flow {
    const { code } = callee
    if (!this.canEnter(code, from)) {
      this.isWhole = false
      return nothing
    }
    this.#entered.add(code)
    const position: Position = {
      frame: this.evaluator.enter(callee, args),
      calls: call ? [...from.calls, call] : from.calls,
      entered: [...from.entered, code],
      inTransaction: from.inTransaction,
      isExecutor: how.isExecutor ?? false,
      isResultUsed: how.isUsed ?? false,
      isResultKept: how.isCollected ?? false,
      told: how.told,
    }
    return this.#body(code, position, how)
  }

  /** The same for a function that may be one of several. */
  enterAll(callee: Closure, args: readonly Thunk[], from: Position, call?: Place, how: Entering = {}): Flow {
    const arms: Flow[] = []
    for (let one: Closure | undefined = callee; one; one = one.other)
      arms.push(this.enter({ ...one, self: one.self ?? callee.self }, args, from, call, how))
    if (arms.length === 1) return arms[0] as Flow
    const at = call ?? placeOf(callee.frame.module, callee.code.head)
    return { kind: 'branch', at, arms, test: untested() }
  }

  #body(code: FunctionCode, position: Position, how: Entering): Flow {
    const steps: Flow[] = []
    for (const parameter of code.parameters)
      if (parameter.initial) this.expression(parameter.initial, position, 'value', steps)
    steps.push(this.statements(code.body, position, how.returned ?? 'returned'))
    const at = position.calls.at(-1)
    if (!at) return sequence(steps)
    return {
      kind: 'helper',
      at,
      name: code.name ?? 'a function',
      body: sequence(steps),
      isUsed: position.isResultUsed,
      isCollected: how.isCollected ?? false,
    }
  }

  statements(statements: readonly Statement[], position: Position, returned: Use): Flow {
    const steps: Flow[] = []
    const starts: number[] = []
    for (const statement of statements) {
      starts.push(steps.length)
      this.#statement(statement, position, returned, steps)
      // What stands after an unconditional exit never runs.
      if (steps.at(-1)?.kind === 'exit') break
    }
    return sequence(commitsLater(position, statements, steps, starts))
  }

  #statement(statement: Statement, position: Position, returned: Use, out: Flow[]): void {
    this.#nodes++
    const exit = { kind: 'exit', at: placeOf(position.frame.module, statement), calls: position.calls } as const
    switch (statement.kind) {
      case 'do':
        this.expression(statement.expression, position, 'floating', out)
        return
      case 'return':
        if (statement.value) this.expression(statement.value, position, returned, out)
        // The client waits for what its handler returns.
        if (statement.value && position.calls.length === 0) this.promises.await(statement.value, position, out)
        out.push({ ...exit, exit: 'return', hasValue: isValue(statement.value) })
        return
      case 'throw':
        this.expression(statement.value, position, 'value', out)
        out.push({ ...exit, exit: 'throw', hasValue: true })
        return
      case 'jump':
        out.push({ ...exit, exit: statement.jump, hasValue: false })
        return
      case 'if':
        this.#if(statement, position, returned, out)
        return
      case 'loop':
        this.#loop(statement, position, returned, out)
        return
      case 'try':
        out.push(tryFlow(statement, position.frame, body => this.statements(body, position, returned)))
        return
      case 'switch':
        this.#switch(statement, position, returned, out)
        return
      case 'block':
        out.push(this.statements(statement.body, position, returned))
    }
  }

  #if(statement: IfStatement, position: Position, returned: Use, out: Flow[]): void {
    this.expression(statement.test, position, 'value', out)
    const told = toldArm(statement.test, position.told) ?? this.#givenArm(statement.test, position.frame)
    if (told !== undefined) {
      out.push(this.statements(told === 0 ? statement.whenTrue : statement.whenFalse, position, returned))
      return
    }
    const arms = [statement.whenTrue, statement.whenFalse].map(arm => [this.statements(arm, position, returned)])
    this.buffers.tested(statement, position, arms)
    out.push({
      kind: 'branch',
      at: placeOf(position.frame.module, statement.test),
      arms: arms.map(sequence),
      test: this.test(statement.test, position.frame),
    })
  }

  /** `if (onError) await onError(error)` of a caller that gives it. */
  #givenArm(test: Expression, frame: Frame): 0 | undefined {
    const isParameter = test.kind === 'name' && test.binding?.sources.every(({ kind }) => kind === 'parameter')
    return isParameter && this.evaluator.evaluate(test, frame).kind === 'closure' ? 0 : undefined
  }

  test(expression: Expression, frame: Frame): Test {
    const found = this.#dedupe.look(expression, frame)
    return {
      dedupe: found?.memory,
      lookupAt: found?.at,
      repeatArm: found?.repeatArm,
      ...(found && { claimAt: found.claimAt, asked: found.asked }),
      source: sourceText(frame.module, expression),
    }
  }

  #switch(statement: SwitchStatement, position: Position, returned: Use, out: Flow[]): void {
    this.expression(statement.on, position, 'value', out)
    const arms = statement.cases.map((_, index) =>
      absorbBreaks(this.statements(bodyOfCase(statement, index), position, returned)),
    )
    if (!statement.cases.some(one => one.isDefault)) arms.push(nothing)
    const { module } = position.frame
    const test = untested(sourceText(module, statement.on))
    out.push({ kind: 'branch', at: placeOf(module, statement.on), arms, test })
  }

  #loop(statement: LoopStatement, position: Position, returned: Use, out: Flow[]): void {
    for (const expression of statement.head) this.expression(expression, position, 'value', out)
    if (statement.over) this.expression(statement.over, position, 'value', out)
    if (statement.over && statement.isAwait) this.promises.await(statement.over, position, out)
    const body: Flow[] = []
    if (statement.test) this.expression(statement.test, position, 'value', body)
    body.push(this.statements(statement.body, position, returned))
    out.push({
      kind: 'loop',
      at: placeOf(position.frame.module, keywordOf(statement, position.frame.module)),
      body: sequence(body),
      over: loopKind(this, statement, position.frame),
      heartbeatFixes: heartbeatFix(position.frame, statement),
    })
    this.buffers.looped(statement, sequence(body), position, out)
  }

  // ---- expressions --------------------------------------------------------------------------------------------

  expression(expression: Expression, position: Position, use: Use, out: Flow[]): void {
    switch (expression.kind) {
      case 'await':
        this.expression(expression.of, position, use === 'floating' || use === 'void' ? 'awaited' : 'consumed', out)
        this.promises.await(expression.of, position, out)
        return
      case 'call':
        this.#calls.call(expression, position, use, out)
        return
      case 'cast':
        this.expression(expression.of, position, use, out)
        return
      case 'assign':
        this.#assign(expression, position, out)
        return
      case 'choice':
        this.expression(expression.test, position, 'value', out)
        this.#choice(expression.test, [expression.whenTrue, expression.whenFalse], position, use, out)
        return
      case 'binary':
        this.#binary(expression, position, use, out)
        return
      case 'other':
        this.#other(expression, position, use, out)
        return
      case 'index':
        this.noteLookup(expression, position)
        this.expression(expression.of, position, 'value', out)
        this.expression(expression.index, position, 'value', out)
        return
      case 'member':
        this.expression(expression.of, position, 'value', out)
        return
      case 'object':
        for (const property of expression.properties) this.expression(property.value, position, 'value', out)
        return
      case 'array':
      case 'template':
        for (const part of expression.kind === 'array' ? expression.items : expression.values)
          this.expression(part, position, 'value', out)
    }
  }

  #assign(expression: Extract<Expression, { kind: 'assign' }>, position: Position, out: Flow[]): void {
    const { target } = expression
    if (target.kind === 'member' || target.kind === 'index') this.expression(target, position, 'value', out)
    // A promise put into a name that nobody reads is not waited for.
    const isUnread = target.kind === 'name' && target.binding?.references === 0
    const steps: Flow[] = []
    this.expression(expression.value, position, isUnread ? 'floating' : 'stored', steps)
    if (expression.value.kind === 'call' && this.promises.isDropped(target, expression.value, steps, position)) {
      out.push(this.#calls.detached('floating', expression.value, sequence(steps), position))
      return
    }
    out.push(...steps)
    if (!isUnread) this.promises.keep(target, expression.value, steps, position, out)
    this.buffers.assigned(expression, position, out)
  }

  #binary(expression: Extract<Expression, { kind: 'binary' }>, position: Position, use: Use, out: Flow[]): void {
    this.expression(expression.left, position, 'value', out)
    if (!['&&', '||', '??'].includes(expression.operator)) {
      this.expression(expression.right, position, 'value', out)
      return
    }
    this.#choice(
      expression.left,
      expression.operator === '&&' ? [expression.right, undefined] : [undefined, expression.right],
      position,
      use,
      out,
    )
  }

  #choice(
    test: Expression,
    ways: readonly (Expression | undefined)[],
    position: Position,
    use: Use,
    out: Flow[],
  ): void {
    const told = toldArm(test, position.told)
    const arms = (told === undefined ? ways : [ways[told]]).map(way => {
      const steps: Flow[] = []
      if (way) this.expression(way, position, use, steps)
      return sequence(steps)
    })
    if (arms.every(arm => arm.kind === 'sequence' && arm.steps.length === 0)) return
    out.push({ kind: 'branch', at: placeOf(position.frame.module, test), arms, test: this.test(test, position.frame) })
  }

  #other(expression: Extract<Expression, { kind: 'other' }>, position: Position, use: Use, out: Flow[]): void {
    for (const part of expression.parts) this.expression(part, position, useOfPart(expression, part, use), out)
  }

  noteLookup(expression: Expression, position: Position): void {
    const lookup = lookupOf(this.evaluator, expression, position.frame, position.calls)
    if (lookup && !this.lookups.some(one => samePlace(one.at, lookup.at))) this.lookups.push(lookup)
  }
}
