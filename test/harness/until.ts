/** Waiting for a condition that raises no event: asked again and again, with a deadline that is only ever a failure. */
import { setTimeout as pause } from 'node:timers/promises'

type Truthy<T> = Exclude<T, null | undefined | false | 0 | ''>

/**
 * Resolves with the first truthy answer of `ask`.
 * @throws when `deadlineMs` passed; the message says what was awaited and what the last answer or error was.
 */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  { deadlineMs = 60_000, everyMs = 25 }: { readonly deadlineMs?: number; readonly everyMs?: number } = {},
): Promise<Truthy<T>> {
  const deadline = performance.now() + deadlineMs
  let last: unknown
  for (;;) {
    try {
      last = await ask()
      if (last) return last as Truthy<T>
    } catch (error) {
      last = error
    }
    if (performance.now() > deadline)
      throw new Error(`${what}: not within ${deadlineMs} ms; last answer: ${inspectShort(last)}`)
    await pause(everyMs)
  }
}

function inspectShort(value: unknown): string {
  if (value instanceof Error) return value.stack ?? value.message
  return String(JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}n` : inner)))?.slice(0, 2_000)
}
