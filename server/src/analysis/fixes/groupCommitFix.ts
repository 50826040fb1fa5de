/** A commit in a loop over groups of a batch's records becomes one commit of the whole batch behind the loop. */
import type { CallExpression } from '../../facts/code.ts'
import type { Commit, FixSketch } from '../../facts/model.ts'
import type { Frame } from '../values/frames.ts'
import { at, placeOf } from '../walk/places.ts'
import { named, payloadOf } from './handlerFixes.ts'
import { indentAt, lineStart, linesOf, spotsAt } from './lines.ts'

/** Safe where the loop is the last thing the handler does: whatever fails in it then fails before the commit. */
export function groupCommitFix(frame: Frame, call: CallExpression, commit: Commit['commit']): FixSketch[] {
  const { module, code } = frame
  const payload = payloadOf(frame)
  if (!payload || !code || payload.frame.code !== code || !/:EachBatchPayload#$/.test(payload.type)) return []
  const [inner, outer, ...more] = spotsAt(code.body, call.start)
  const loop = inner?.owner
  if (!inner || !outer || more.length || loop?.kind !== 'loop' || loop.isAwait || outer.index !== outer.list.length - 1)
    return []
  const statement = inner.list[inner.index]
  const lines = statement?.kind === 'do' ? linesOf(module, statement) : undefined
  const loopLines = linesOf(module, loop)
  if (!statement || !lines || !loopLines || isLeft(module.text.slice(loop.start, loop.end))) return []
  const batch = named(payload, 'batch')
  const last = `${batch.text}.lastOffset()`
  const callee = module.text.slice(call.callee.start, call.callee.end)
  const isAwaited = module.text.slice(lines.start, call.start).trim() === 'await'
  const argument =
    commit === 'resolve'
      ? last
      : `[{ topic: ${batch.text}.topic, partition: ${batch.text}.partition, offset: ${module.fixes.offsetPlusOne(last)} }]`
  if (commit !== 'resolve' && (!isAwaited || !/\.commitOffsets$/.test(callee))) return []
  const semicolon =
    module.text[lines.end - 2] === ';' || /;\s*$/.test(module.text.slice(lines.start, lines.end)) ? ';' : ''
  const indent = indentAt(module, lineStart(module, loop.start))
  const newText = `${indent}${isAwaited ? 'await ' : ''}${callee}(${argument})${semicolon}\n`
  const edits = [
    ...batch.edits,
    { at: placeOf(module, lines), newText: '' },
    { at: at(module, loopLines.end), newText },
  ]
  return [{ title: 'Commit once, after the loop', isSafe: true, edits }]
}

/** A loop that may be left early, or passes over failures, has not done all groups when it ends. */
function isLeft(text: string): boolean {
  return /\b(?:break|return|continue|catch)\b/.test(text)
}
