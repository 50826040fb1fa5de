/** What can be typed while a pipeline is stepped. */
import { type ControlCommand, type FaultKind, faultKinds, type ReplayMode, replayModes } from '../../protocol.ts'
import { UsageError } from '../command.ts'

export type Step =
  | { readonly kind: 'command'; readonly command: ControlCommand; readonly waits: boolean }
  | { readonly kind: 'records' | 'outputs'; readonly from: number; readonly count: number }
  | { readonly kind: 'replay'; readonly batch: number | undefined; readonly mode: ReplayMode | undefined }
  | { readonly kind: 'fault'; readonly fault: FaultKind | null }
  | { readonly kind: 'wait' | 'status' | 'offers' | 'handler' | 'restart' | 'account' | 'quit' | 'help' }

export const commandHelp = `  batch | phase | partition        step; waits until the pipeline stands again
  continue | pause                 let it run, stop it at its next phase
  to offset TOPIC/PARTITION N      run to a record, and wait for it
  to time 2026-01-31T12:00:00Z     ... to the first record of that time
  to match EXPRESSION              ... to the first for which it is true; it sees topic partition offset timestampMs key value headers
  to throw                         ... to the next record whose handling throws
  records [FROM [COUNT]]           records of the batch
  outputs [FROM [COUNT]]           what came of them so far
  replay [NUMBER] [MODE]           an earlier batch again (the last one): rolledBack, recorded or written; tells what differs
  fault NAME | fault none          ${faultKinds.slice(0, 4).join(', ')},
                                   ${faultKinds.slice(4).join(', ')}
  account                          what became of the batch that a fault met, record by record
  restart                          start the program again (after an edit, or its death)
  wait                             until it stands, ends or dies
  status | offers | handler        where it stands; what it can be asked for, and why not the rest; where its handler begins
  quit`

const simple: Readonly<Record<string, Step>> = {
  batch: { kind: 'command', command: { kind: 'stepBatch' }, waits: true },
  phase: { kind: 'command', command: { kind: 'stepPhase' }, waits: true },
  partition: { kind: 'command', command: { kind: 'stepPartition' }, waits: true },
  continue: { kind: 'command', command: { kind: 'continue' }, waits: false },
  pause: { kind: 'command', command: { kind: 'pause' }, waits: false },
  wait: { kind: 'wait' },
  status: { kind: 'status' },
  offers: { kind: 'offers' },
  handler: { kind: 'handler' },
  restart: { kind: 'restart' },
  account: { kind: 'account' },
  quit: { kind: 'quit' },
  help: { kind: 'help' },
}

/** `undefined`: an empty line or a comment. @throws {UsageError} it is no command. */
export function readStep(line: string): Step | undefined {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return undefined
  const [verb = '', ...rest] = text.split(/\s+/)
  if (Object.hasOwn(simple, verb) && rest.length === 0) return simple[verb]
  if (verb === 'to') return readTarget(rest, text)
  if (verb === 'records' || verb === 'outputs')
    return { kind: verb, from: whole(rest[0] ?? '0'), count: whole(rest[1] ?? '20') }
  if (verb === 'replay') return readReplay(rest)
  if (verb === 'fault') return readFault(rest[0])
  throw new UsageError(`'${text.slice(0, 80)}' is no command of step`)
}

function readTarget(words: readonly string[], text: string): Step {
  const run = (target: Extract<ControlCommand, { kind: 'runTo' }>['target']): Step => ({
    kind: 'command',
    command: { kind: 'runTo', target },
    waits: true,
  })
  const [what, ...rest] = words
  if (what === 'throw' && rest.length === 0) return run({ kind: 'throw' })
  if (what === 'match' && rest.length > 0)
    return run({ kind: 'match', expression: text.slice(text.indexOf('match') + 'match'.length).trim() })
  if (what === 'time') {
    const timestampMs = Date.parse(rest.join(' '))
    if (Number.isNaN(timestampMs)) throw new UsageError(`'${rest.join(' ')}' is no time, such as 2026-01-31T12:00:00Z`)
    return run({ kind: 'time', timestampMs })
  }
  const [, topic, partition] = /^(.+)\/(\d+)$/.exec(rest[0] ?? '') ?? []
  if (what !== 'offset' || topic === undefined || !/^\d+$/.test(rest[1] ?? ''))
    throw new UsageError('to takes: offset TOPIC/PARTITION N, time T, match EXPRESSION, or throw')
  return run({ kind: 'offset', topic, partition: Number(partition), offset: rest[1] ?? '0' })
}

function readReplay(words: readonly string[]): Step {
  const number = words.find(word => /^\d+$/.test(word))
  const other = words.find(word => !/^\d+$/.test(word))
  const mode = replayModes.find(each => each === other)
  if (other !== undefined && mode === undefined)
    throw new UsageError(`replay takes ${replayModes.join(', ')}, not '${other}'`)
  return { kind: 'replay', batch: number === undefined ? undefined : Number(number), mode }
}

function readFault(name: string | undefined): Step {
  if (name === 'none') return { kind: 'fault', fault: null }
  const fault = faultKinds.find(each => each === name)
  if (fault === undefined) throw new UsageError(`fault takes none, ${faultKinds.join(', ')}`)
  return { kind: 'fault', fault }
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`'${text}' is no whole number`)
  return Number(text)
}
