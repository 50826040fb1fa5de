import { within } from '../facts/flows.ts'
import type { Flow, Handler, OpaqueCall, Output, Pipeline, Place } from '../facts/model.ts'
import { defineRule } from './rule.ts'
import { handlers, isWork } from './shared/handlers.ts'

/** Clients that take a record for done when they hand it out. */
export const autoCommitBeforeOutput = defineRule({
  meta: {
    id: 'auto-commit-before-output',
    severity: 'warning',
    title: 'Auto-commit counts a record as done before its output',
    why: [
      'the client hands order 18,201 to the handler and stores offset 18,202 as done',
      'its timer commits offset 18,202',
      'crash, while the row of order 18,201 is being written',
      'reading goes on at 18,202',
      'order 18,201 is lost',
    ],
    misses: ['configuration that is read at run time'],
    unfixed: [
      'listeners of `data` events: several run at once, and the later record may commit before the earlier one is done. Commit by hand up to the first that is not done, or read one record at a time',
      'work that outlives the handler: await it first',
      'options that are spread, or written in another file',
    ],
    whenNotToUse: 'Where losing records in a crash is accepted on purpose: at-most-once delivery.',
    libraries: ['node-rdkafka', '@confluentinc/kafka-javascript', '@platformatic/kafka'],
  },

  *detect(facts): Generator<EarlyAutoCommit> {
    for (const { pipeline, handler } of handlers(facts)) {
      if (pipeline.options.commitMode !== 'before-handler') continue
      const work = firstWork(handler)
      if (!work) continue
      const at = pipeline.options.autoCommit?.at ?? handler.at
      yield { at, pipeline, work, isInOrder: !within(handler.flow).some(outlives) }
    }
  },

  explain: ({ pipeline, work }) => ({
    message: `${pipeline.library} stores a record's offset before the handler has run, so auto-commit may commit it before '${work.name}' has. Turn auto-commit off and commit after the output.`,
    confidence: work.kind === 'output' && work.isCertain ? 'certain' : 'likely',
    related: [{ at: work.at, message: 'may not have run when the offset is committed' }],
  }),

  fix: ({ pipeline, isInOrder }) => (isInOrder ? (pipeline.manualCommitFixes ?? []) : []),
})

interface EarlyAutoCommit {
  readonly at: Place
  readonly pipeline: Pipeline
  readonly work: Output | OpaqueCall
  /** All work of a record is done when its handler ends. */
  readonly isInOrder: boolean
}

/** Not done when the handler ends, or done when it ends without a commit. */
function outlives(flow: Flow): boolean {
  if (flow.kind === 'detached') return true
  if (flow.kind === 'pending') return flow.is === 'begun'
  return (flow.kind === 'output' || flow.kind === 'helper') && flow.isCollected === true
}

function firstWork(handler: Handler): Output | OpaqueCall | undefined {
  for (const part of within(handler.flow)) if (isWork(part)) return part
  return undefined
}
