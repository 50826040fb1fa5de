/** A node:test reporter for `test/run.ts`: one JSON line a test, and a last line that proves the file came to its end. */
import type { TestEvent } from 'node:test/reporters'

export type ReportLine =
  | {
      readonly kind: 'test'
      readonly name: string
      readonly outcome: 'passed' | 'failed' | 'skipped'
      readonly tookMs: number
      readonly message?: string
    }
  | { readonly kind: 'end' }

export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const names: string[] = []
  for await (const event of source) {
    if (event.type === 'test:start') {
      names.length = event.data.nesting
      names.push(event.data.name)
    }
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      const line = lineOf(event, names)
      if (line) yield `${JSON.stringify(line)}\n`
    }
  }
  yield `${JSON.stringify({ kind: 'end' } satisfies ReportLine)}\n`
}

function lineOf(
  { type, data }: Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>,
  names: readonly string[],
): ReportLine | undefined {
  const name = [...names.slice(0, data.nesting), data.name].join(' > ')
  const tookMs = Math.round(data.details.duration_ms)
  const left = data.skip ?? data.todo
  if (left !== undefined && left !== false)
    return { kind: 'test', name, outcome: 'skipped', tookMs, message: String(left) }
  if (type === 'test:pass')
    return data.details.type === 'suite' ? undefined : { kind: 'test', name, outcome: 'passed', tookMs }
  const error = data.details.error
  // A parent fails because a child did; the child is told and counted, the parent is not.
  if ('failureType' in error && error.failureType === 'subtestsFailed') return undefined
  const cause = error.cause instanceof Error ? error.cause : error
  return { kind: 'test', name, outcome: 'failed', tookMs, message: cause.stack ?? String(error.cause ?? error.message) }
}
