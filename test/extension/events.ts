/** Waiting for what VS Code tells by an event. */
import type * as vscode from 'vscode'

/**
 * The first answer of `look` that is not `undefined`: asked now, and again at each event.
 * @throws after `deadlineMs`, saying what was awaited and what was there instead.
 */
export function event<Value>(
  what: string,
  source: vscode.Event<unknown>,
  look: () => Value | undefined,
  seen: () => string = () => '',
  deadlineMs = 30_000,
): Promise<Value> {
  return new Promise((done, failed) => {
    const check = (): void => {
      const value = look()
      if (value === undefined) return
      finish()
      done(value)
    }
    const subscription = source(check)
    const timer = setTimeout(() => {
      finish()
      failed(new Error(`${what}: not within ${deadlineMs} ms. ${seen()}`))
    }, deadlineMs)
    const finish = (): void => {
      clearTimeout(timer)
      subscription.dispose()
    }
    check()
  })
}
