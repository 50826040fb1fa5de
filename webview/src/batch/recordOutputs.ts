/** What one record led to: the outputs that were written while it was in hand. */
import type { OutputsResult, WireOutput, WireRecord } from '@tidemark/runtime/protocol'
import type { HostMessage, ViewMessage } from '../protocol.ts'
import { element, keyedChildren, setClass, setHidden, setText } from '../shared/dom.ts'
import { formatCount } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'
import { visibleBlock, visibleName } from '../shared/visible.ts'

/** Of one record: more are counted. */
const shownMax = 50

export interface RecordOutputs {
  readonly node: HTMLElement
  /** Asks for the outputs of the record, unless they are shown already. */
  show(batchId: string, record: WireRecord): void
  answer(message: Extract<HostMessage, { type: 'outputs' | 'outputsFailed' }>): void
}

/** Request ids of its own kind: those of pages count upwards from 1. */
let lastRequestId = -1

export function recordOutputs(post: (message: ViewMessage) => void): RecordOutputs {
  const list = element('ul', 'output-list')
  const rest = element('p', 'dim')
  const node = element('section', '', element('h3', '', strings.outputsTitle), list, rest)
  const draw = keyedChildren<WireOutput>(
    list,
    output => String(output.index),
    () => outputItem(),
  )
  let asked = ''
  let requestId = 0

  return {
    node,
    show: (batchId, { topic, partition, offset, outputCount = 0 }) => {
      setHidden(node, outputCount === 0)
      const name = `${batchId} ${topic}/${partition} ${offset} ${outputCount}`
      if (outputCount === 0 || name === asked) return
      asked = name
      requestId = lastRequestId--
      draw([])
      setText(rest, strings.loadingRecord)
      post({ type: 'outputs', requestId, batchId, record: { topic, partition, offset }, from: 0, count: shownMax })
    },
    answer: message => {
      if (message.requestId !== requestId) return
      if (message.type === 'outputs') drawResult(message.result)
      else setText(rest, `▲ ${strings.outputsFailed(visibleName(message.message))}`)
    },
  }

  function drawResult({ outputs, total }: OutputsResult): void {
    draw(outputs)
    const hidden = total - outputs.length
    setText(rest, hidden > 0 ? strings.moreOutputs(formatCount(hidden)) : '')
  }
}

function outputItem(): { readonly node: HTMLElement; update(output: WireOutput): void } {
  const target = element('code', 'foreign')
  const values = element('code', 'foreign')
  const facts = element('span', 'dim')
  return {
    node: element('li', '', target, ' ', values, ' ', facts),
    update: output => {
      setText(target, visibleBlock(output.target))
      setText(values, `(${output.values.map(visibleName).join(', ')})`)
      setText(facts, factsOf(output))
      setClass(facts, output.error === undefined ? 'dim' : 'bad')
    },
  }
}

/** What a person wants to know of an output, in words. */
export function factsOf({ rows, isInTransaction, again, error }: WireOutput): string {
  const facts = [
    error === undefined ? strings.rows(formatCount(rows)) : `▲ ${visibleName(error)}`,
    isInTransaction ? strings.inTransaction : strings.outsideTransaction,
    isInTransaction ? undefined : strings.again[again],
  ]
  return facts.filter(Boolean).join(' · ')
}
