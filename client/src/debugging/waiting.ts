/** Waits for what an event tells, and the time. */
import type * as vscode from 'vscode'

/**
 * The first answer of `look` that is not `undefined`: asked now, and again at each event.
 *
 * @param deadlineMs after which it answers `undefined`
 */
export function when<Value, Told>(
  source: vscode.Event<Told>,
  look: (told: Told | undefined) => Value | undefined,
  deadlineMs: number,
): Promise<Value | undefined> {
  const now = look(undefined)
  if (now !== undefined) return Promise.resolve(now)
  return new Promise(done => {
    const finish = (value: Value | undefined): void => {
      clearTimeout(timer)
      subscription.dispose()
      done(value)
    }
    const timer = setTimeout(() => finish(undefined), deadlineMs)
    const subscription = source(told => {
      const value = look(told)
      if (value !== undefined) finish(value)
    })
  })
}

/** ms since 1970. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now()
}
