/** Dials the editor named by the environment, and gives it a stepper: the same for a processor and for plain kafkajs code. */
import { basename } from 'node:path'
import type { Clock } from '../clock.ts'
import { reasonOf } from '../errors.ts'
import {
  type BatchPhase,
  controlSecondInstanceVariable,
  controlSocketVariable,
  controlTokenVariable,
  type HandlerPlace,
  type HelloParams,
  type IfItDied,
} from '../protocol.ts'
import type { Trace } from '../trace.ts'
import { FaultPlan, type FaultPorts } from './faultPlan.ts'
import { ControlLink, type LinkEvents } from './link.ts'
import { Replayer, type ReplayStage } from './replay.ts'
import { type FoundRecord, matchProblem } from './runTo.ts'
import { BrokerSockets } from './sockets.ts'
import type { Steppable } from './steppable.ts'
import { Stepper } from './stepper.ts'
import { startSecond } from './understudy.ts'

/** Half an hour: the default of the broker's `group.max.session.timeout.ms`. A broker with a lower limit has its way. */
export const standstillMsMax = 1_800_000
/** How long a second instance may take to stop once nobody is there who would end it. */
const endsAloneWithinMs = 3_000

/** What a fault needs of the pipeline that it meets; the rest is the same for all of them. */
export type OwnFaultPorts<U extends Steppable> = Pick<
  FaultPorts<U>,
  'met' | 'isCommitOnWire' | 'isCommitFirst' | 'freezesAt' | 'freeze' | 'deleteRecords'
>

export interface ConnectOptions<U extends Steppable> {
  readonly environment: NodeJS.ProcessEnv
  readonly hello: Pick<
    HelloParams,
    'groupId' | 'guarantee' | 'store' | 'client' | 'capabilities' | 'brokers' | 'standstillMs'
  >
  readonly clock: Clock
  readonly trace: Trace
  readonly faults: (stepper: () => Stepper<U> | undefined) => OwnFaultPorts<U>
  /** One sentence: what would happen if the process died now. */
  ifItDied(unit: U, phase: BatchPhase): IfItDied
  handler(): HandlerPlace | null
  replayStage(): ReplayStage | undefined
  readonly standsWithin?: boolean
  cut?(unit: U, before: FoundRecord | 'eachPartition'): boolean
  stop(deadlineMs: number): void
}

export interface EditorConnection<U extends Steppable> {
  readonly link: ControlLink
  readonly stepper: Stepper<U>
  readonly faults: FaultPlan<U>
  /** The editor has ended the debug run, and not only this process. */
  readonly isFinal: boolean
  /** Ends the instances that a fault has started beside this one. */
  endSeconds(): Promise<void>
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** What only a connected pipeline can answer. */
type PipelineEvents = Pick<LinkEvents, 'onCommand' | 'records' | 'outputs' | 'replay' | 'fault'>

/** Answers `undefined` when the editor cannot be reached or refuses: the run goes on without it, and says so. */
export async function connectEditor<U extends Steppable>(
  options: ConnectOptions<U>,
): Promise<EditorConnection<U> | undefined> {
  const { environment, clock, trace } = options
  const path = environment[controlSocketVariable] ?? ''
  const token = environment[controlTokenVariable] ?? ''
  const isSecond = environment[controlSecondInstanceVariable] !== undefined
  // The token is good for one hello: a child process has no use for it.
  delete environment[controlSocketVariable]
  delete environment[controlTokenVariable]
  const pipeline = basename(process.argv[1] ?? 'pipeline')
  let connection: Writable<EditorConnection<U>> | undefined
  let events: PipelineEvents | undefined
  const known = () => events ?? notYet()
  try {
    const { link, hello } = await ControlLink.dial(
      path,
      { ...options.hello, token, pid: process.pid, pipeline },
      {
        onCommand(command) {
          if (connection && command.kind === 'stop') connection.isFinal = command.isFinal === true && !isSecond
          events?.onCommand(command)
        },
        records: params => known().records(params),
        outputs: params => known().outputs(params),
        checkMatch: ({ expression }) => ({ error: matchProblem(String(expression)) }),
        handler: async () => options.handler(),
        replay: params => known().replay(params),
        fault: params => known().fault(params),
        onClosed(reason) {
          connection?.stepper.detach()
          if (reason !== undefined)
            trace({ kind: 'control', message: `the editor's link broke (${reason}); the pipeline runs on` })
          // Whoever started it is gone; nobody would end it.
          if (isSecond) endAlone(options.stop)
        },
      },
      clock,
    )
    connection = connected(options, link, hello.stopAtStart)
    events = eventsOf(options, connection)
    // Between the hello and here the editor may have died.
    if (!link.isOpen) connection.stepper.detach()
    return connection
  } catch (error) {
    trace({ kind: 'control', message: reasonOf(error) })
    return undefined
  }
}

/** By a stop if it takes one: a client that waits for a dead broker may not. The timer holds up nobody who ends by himself. */
function endAlone(stop: (deadlineMs: number) => void): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), endsAloneWithinMs).unref()
  stop(0)
}

function connected<U extends Steppable>(
  options: ConnectOptions<U>,
  link: ControlLink,
  stopAtStart: boolean,
): EditorConnection<U> {
  const { environment, clock, hello } = options
  const sockets = new BrokerSockets()
  sockets.watch()
  let stepper: Stepper<U> | undefined
  const seconds: (() => Promise<void>)[] = []
  const faults = new FaultPlan<U>({
    ...options.faults(() => stepper),
    offerOf: fault => hello.capabilities[fault],
    nowMs: () => clock.nowMs(),
    tell: params => link.faulted(params),
    tellNow: params => link.faultedNow(params),
    kill: () => void process.kill(process.pid, 'SIGKILL'),
    loseCommitReplies: () => sockets.loseNextReply(),
    cutConnections: () => sockets.cut(),
    startSecond: onProblem => {
      seconds.push(startSecond(environment, ({ error = 'it has ended' }) => onProblem(error)))
    },
    stands: () => stepper?.stands,
  })
  stepper = new Stepper<U>({
    ifItDied: options.ifItDied,
    clock,
    faults,
    stopAtStart,
    tell: state => link.state(state),
    stop: options.stop,
    ...(options.cut ? { cut: options.cut } : {}),
    standsWithin: options.standsWithin ?? false,
  })
  const endSeconds = async () => {
    await Promise.all(seconds.splice(0).map(end => end()))
  }
  return { link, stepper, faults, isFinal: false, endSeconds }
}

function eventsOf<U extends Steppable>(
  { clock, replayStage }: ConnectOptions<U>,
  { stepper, faults }: EditorConnection<U>,
): PipelineEvents {
  const replayer = new Replayer({
    clock,
    memory: stepper.memory,
    exclusively: work => stepper.between(work),
    stage: replayStage,
  })
  return {
    onCommand: command => stepper.command(command),
    records: params => stepper.memory.records(params),
    outputs: params => stepper.memory.outputs(params),
    replay: params => replayer.replay(params),
    fault: params => faults.request(params),
  }
}

function notYet(): never {
  throw new Error('The pipeline is not ready for questions yet.')
}
