/** Names of scratch groups: made so that one of a run that is over is known as such, and no group of anybody else ever is. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'

/** Started in an editor, or in a terminal. */
export type ScratchKind = 'debug' | 'step'

/** Eight digits of the second since 1970 in which the run began, four of chance. A further group of the run follows after a dot. */
const madeUp = /^(.+)\.(debug|step)\.([0-9a-f]{8})[0-9a-f]{4}(\..+)?$/s
/** A run between two of its processes has no member for seconds; one without a member for so long is over. */
const runMsMin = 3_600_000

export function scratchGroupName(stem: string, kind: ScratchKind, { nowMs }: Pick<Clock, 'nowMs'>): string {
  const second = Math.floor(nowMs() / 1_000)
  return `${stem}.${kind}.${second.toString(16).padStart(8, '0')}${randomBytes(2).toString('hex')}`
}

/** False for a name that a person has chosen: whoever names a group means to use it again. */
export function isScratchGroup(groupId: string): boolean {
  return madeUp.test(groupId)
}

/** Whether the name is that of a run of the same pipeline, begun too long ago to be alive without a member. */
export function isLeftOver(groupId: string, own: string, { nowMs }: Pick<Clock, 'nowMs'>): boolean {
  const [, stem, , second] = madeUp.exec(groupId) ?? []
  const [, ownStem] = madeUp.exec(own) ?? []
  if (stem === undefined || stem !== ownStem || groupId === own || groupId.startsWith(`${own}.`)) return false
  const ageMs = nowMs() - Number.parseInt(second ?? '', 16) * 1_000
  return ageMs > runMsMin
}
