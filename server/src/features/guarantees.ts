/** Guarantees in words that people read. */
import type { PipelineInfo } from '../protocol.ts'

const words: Readonly<Record<string, string>> = {
  'at-most-once': 'at most once',
  'at-least-once': 'at least once',
  'effectively-once': 'effectively once',
  'exactly-once': 'exactly once',
  broken: 'broken: can lose and repeat',
  unknown: 'guarantee unknown',
}

export function guaranteeText(guarantee: string): string {
  return words[guarantee] ?? guarantee
}

/** `orders → totals`: what it reads, and as which group. */
export function pipelineName({ topics, groupId, client }: PipelineInfo): string {
  const read = topics.length > 0 ? topics.join(', ') : 'topics unknown'
  return groupId === undefined ? `${read} (${client})` : `${read} → ${groupId}`
}

/** `at least once`, and what was claimed where that differs. */
export function guaranteeTitle({ declared, inferred }: PipelineInfo): string {
  const kept = guaranteeText(inferred)
  return declared === undefined || declared === inferred ? kept : `${kept}, declared ${guaranteeText(declared)}`
}
