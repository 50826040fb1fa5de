/** The phases of the batch as a track: what is done, where it stands, what is still ahead. */
import { type BatchPhase, type BatchState, batchPhases } from '@tidemark/runtime/protocol'
import type { BatchSnapshot } from '../protocol.ts'
import { element, setAttribute, setClass, setText } from '../shared/dom.ts'
import { formatCount, formatMilliseconds } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'
import { visibleBlock } from '../shared/visible.ts'

type PhaseLook = 'done' | 'stopped' | 'running' | 'failed' | 'ahead'

const signs: Readonly<Record<PhaseLook, string>> = { done: '✓', stopped: '❚❚', running: '▶', failed: '▲', ahead: '' }
const words: Readonly<Record<PhaseLook, string>> = {
  done: strings.phaseDone,
  stopped: strings.phaseStopped,
  running: strings.phaseRunning,
  failed: strings.phaseFailed,
  ahead: strings.phaseAhead,
}

export function phaseTrack(): { readonly node: HTMLElement; update(snapshot: BatchSnapshot, batch: BatchState): void } {
  const parts = batchPhases.map(phase => {
    const sign = element('span', 'phase-sign')
    sign.setAttribute('aria-hidden', 'true')
    const facts = element('span', 'dim')
    const node = element('li', '', sign, element('b', '', strings.phase[phase]), facts)
    return { phase, sign, facts, node }
  })
  const list = element('ol', 'track', ...parts.map(part => part.node))
  list.setAttribute('aria-label', strings.phases)
  const message = element('p', 'dim foreign message')
  const error = element('p', 'error bad foreign')
  const node = element('section', 'phases', list, message, error)
  return {
    node,
    update: (snapshot, batch) => {
      parts.forEach(({ phase, sign, facts, node: item }, index) => {
        const look = lookOf(phase, batch)
        setText(sign, signs[look])
        setClass(item, look)
        setAttribute(item, 'aria-current', look === 'stopped' || look === 'running' ? 'step' : undefined)
        setText(facts, factsOf(phase, look, batch, snapshot.phaseStartedMs.slice(index, index + 2)))
      })
      setText(message, visibleBlock(snapshot.status.message))
      setText(error, batch.error === undefined ? '' : `▲ ${visibleBlock(batch.error)}`)
      error.hidden = batch.error === undefined
    },
  }
}

function lookOf(phase: BatchPhase, batch: BatchState): PhaseLook {
  const at = batchPhases.indexOf(batch.phase)
  const here = batchPhases.indexOf(phase)
  if (here < at || (here === at && batch.outcome === 'committed')) return 'done'
  if (here > at) return 'ahead'
  if (batch.outcome !== undefined) return 'failed'
  return batch.isStopped ? 'stopped' : 'running'
}

/** `startedMs`: when this phase began and when the next did, from the batch's start. */
function factsOf(
  phase: BatchPhase,
  look: PhaseLook,
  batch: BatchState,
  [startedMs, nextMs]: readonly (number | undefined)[],
): string {
  const facts: string[] = []
  if (phase === 'fetched') facts.push(strings.records(formatCount(batch.recordCount)))
  if (phase === 'saved' && batch.outputCount !== undefined && look !== 'ahead')
    facts.push(
      look === 'done'
        ? strings.outputsSaved(formatCount(batch.outputCount))
        : strings.outputs(formatCount(batch.outputCount)),
    )
  if (look !== 'done') facts.push(outcomeWord(look, batch))
  if (startedMs !== undefined && look === 'done' && nextMs !== undefined)
    facts.push(strings.inTime(formatMilliseconds(nextMs - startedMs)))
  else if (startedMs !== undefined && look !== 'ahead') facts.push(strings.afterTime(formatMilliseconds(startedMs)))
  return facts.join(' · ')
}

function outcomeWord(look: PhaseLook, batch: BatchState): string {
  return look === 'failed' && batch.outcome !== undefined ? strings.outcome[batch.outcome] : words[look]
}
