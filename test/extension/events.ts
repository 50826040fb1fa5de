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

const betweenLooksMs = 10

/**
 * For what raises no event in the extension host (the page, the broker, a database): asked again until it is so.
 * Between two looks the window's own work goes on, for it may be what is waited for.
 */
export async function until(what: string, ask: () => Promise<boolean>, deadlineMs = 60_000): Promise<void> {
  const deadline = performance.now() + deadlineMs
  let last: unknown
  do {
    try {
      if (await ask()) return
      last = 'not so'
    } catch (error) {
      last = error
    }
    await new Promise(next => setTimeout(next, betweenLooksMs))
  } while (performance.now() < deadline)
  throw new Error(`${what}: not within ${deadlineMs} ms; last: ${String(last)}`)
}
