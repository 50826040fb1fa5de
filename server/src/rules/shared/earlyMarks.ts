/**
 * Records that are noted as processed before the work on them. Where that fails, or the process dies between the two, the
 * record comes again and is passed over: in effect it was committed too early.
 */
import { within } from '../../facts/flows.ts'
import { outputsOf } from '../../facts/guards.ts'
import type { Flow, Handler, OpaqueCall, Output, Place, Test } from '../../facts/model.ts'
import { isReading, keyOf } from './handlers.ts'
import { once } from './once.ts'
import { explore } from './paths.ts'

export interface EarlyMark {
  readonly at: Place
  readonly mark: Output
  readonly work: Output | OpaqueCall
  /** Where a record that is noted is passed over. */
  readonly lookupAt: Place
}

export const earlyMarks = once(function* (_, { flow }: Handler): Generator<EarlyMark> {
  const tests = within(flow).flatMap(part => (part.kind === 'branch' && asksWhetherDone(part.test) ? [part.test] : []))
  if (tests.length === 0) return
  const guards = new Map([...outputsOf(flow)].map(({ output, guardedBy }) => [output, guardedBy]))
  const found = new Map<string, EarlyMark>()
  explore<Output | undefined>(flow, [undefined], {
    key: mark => keyOf(mark?.at),
    event: (event, mark) => {
      if (event.kind !== 'output' && event.kind !== 'call') return mark
      if (event.kind === 'output' && isMark(event, tests, flow)) return mark ?? event
      const guard = guards.get(event)
      const lookupAt = guard && tests.includes(guard) ? guard.lookupAt : undefined
      if (mark && lookupAt && isWork(event) && !found.has(keyOf(mark.at)))
        found.set(keyOf(mark.at), { at: mark.at, mark, work: event, lookupAt })
      return mark
    },
  })
  yield* found.values()
})

/** A look-up that lasts. One that asks how far the work has come is told by more than that something is noted. */
function asksWhetherDone({ dedupe, lookupAt, source }: Test): boolean {
  return dedupe === 'durable' && lookupAt !== undefined && !/status|state|done|complete|finish|At\b/i.test(source)
}

/** What makes the look-up find the record; not where a transaction or the code undoes it when the work fails. */
function isMark(output: Output, tests: readonly Test[], flow: Flow): boolean {
  if (output.databaseTransaction !== undefined || /lock|lease|mutex/i.test(`${output.name} ${output.target}`))
    return false
  return tests.some(test => isNotedBy(test, output)) && !within(flow).some(part => isUndone(output, part))
}

/** Whether this is what makes the look-up find the record the next time. */
export function isNotedBy({ claimAt, asked }: Test, { at, name, target, output }: Output): boolean {
  if (claimAt) return keyOf(claimAt) === keyOf(at)
  if (!asked || /\.(?:del|delete|remove|update)/i.test(name)) return false
  const table = /^INSERT /.test(name) ? target : /^(\w+)\.insert$/.exec(name)?.[1]
  if (asked.table !== undefined && table?.toLowerCase() === asked.table) return true
  const isSame = asked.receiver !== undefined && name.startsWith(`${asked.receiver}.`)
  return isSame && (output !== 'cache' || asked.argument === target)
}

function isUndone({ target, name }: Output, part: Flow): boolean {
  if (part.kind !== 'output' || !/^DELETE|\.(?:del|unlink|delete|remove|destroy)/i.test(part.name)) return false
  return part.target === target || part.name.split('.')[0] === name.split('.')[0]
}

function isWork(event: Output | OpaqueCall): boolean {
  return event.kind === 'output' ? !event.isDeadLetter : event.takesRecord && event.isAwaited && !isReading(event)
}
