/** A consumer that is disconnected when the process is told to end. */
import type { CallExpression, Span } from '../../facts/code.ts'
import type { FixSketch, LibraryId } from '../../facts/model.ts'
import type { Frame } from '../values/frames.ts'
import { at } from '../walk/places.ts'
import { indentAt, indentUnit, lineEnd, lineStart, semicolonOf, spotsAt } from './lines.ts'

/**
 * Not safe: a process that other parts of the program end in their own way would end when this consumer has stopped.
 *
 * @param call `consumer.run(…)`, `consumer.on(…)`, `consumer.consume(…)`
 */
export function stopFix(
  { module, code }: Frame,
  call: CallExpression,
  library: LibraryId,
  isCallback = false,
): FixSketch[] {
  const owner = call.callee.kind === 'member' ? call.callee.of : undefined
  if (owner?.kind !== 'name' || !owner.binding?.isConstant || owner.binding.sources.length !== 1) return []
  const isGlobal = owner.binding.owner === undefined
  if (!isGlobal && owner.binding.owner !== code) return []
  const spots = spotsAt(isGlobal || !code ? module.body : code.body, call.start)
  const spot = isGlobal ? spots.at(-1) : spots[0]
  const statement = spot?.list[spot.index]
  // What stands behind a loop over the stream, or behind a return, would not run.
  if (statement && statement.kind !== 'do') return []
  if (!statement && !isGlobal) return []
  const span: Span = statement ?? { start: module.text.length, end: module.text.length }
  const own = statement ? indentAt(module, lineStart(module, span.start)) : ''
  const unit = indentUnit(module)
  const exits = 'process.exit()'
  const stop = isCallback
    ? `${owner.name}.disconnect(() => ${exits})`
    : library === '@platformatic/kafka'
      ? `void Promise.resolve(${owner.name}.close(true)).finally(() => ${exits})`
      : `void ${owner.name}.disconnect().finally(() => ${exits})`
  const end = lineEnd(module, span)
  const newText = `\n${own}for (const signal of ['SIGINT', 'SIGTERM'])\n${own}${unit}process.once(signal, () => ${stop})${semicolonOf(module, span)}`
  return [{ title: 'Stop it on SIGINT and SIGTERM', isSafe: false, edits: [{ at: at(module, end), newText }] }]
}
