/**
 * The hand and the eye of a test that runs inside VS Code: the extension host cannot click or look, the page can.
 *
 * They talk by files: the test writes `<n>.request.json` and waits until it is gone; the driver acts, writes
 * `<n>.answer.json` and only then removes the request.
 */
import { watch } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FrameLocator, Locator, Page } from 'playwright-core'

/** Where a selector is looked for: VS Code's own window, or the panel (webview) in front. */
export interface Target {
  readonly selector: string
  readonly panel?: boolean
  /** Only elements with this text. */
  readonly text?: string
}

export type DriverRequest =
  | ({ readonly kind: 'click' | 'wait' | 'text' | 'texts' | 'count' | 'hover' | 'focus' } & Target)
  | ({ readonly kind: 'waitFor'; readonly state: 'attached' | 'hidden' } & Target)
  | ({ readonly kind: 'fill'; readonly value: string } & Target)
  | ({ readonly kind: 'value' } & Target)
  | { readonly kind: 'press'; readonly key: string }
  | { readonly kind: 'type'; readonly value: string }
  | { readonly kind: 'screenshot'; readonly path: string }
  | { readonly kind: 'evaluate'; readonly expression: string; readonly panel?: boolean }
  | { readonly kind: 'resize'; readonly width: number; readonly height: number }

export type DriverAnswer = { readonly result: unknown } | { readonly error: string }

const actionTimeoutMs = Number(process.env.TIDEMARK_TEST_ACTION_MS ?? 60_000)

/** Serves requests that appear in `folder` until `close` is called. */
export function serveDriver(page: Page, folder: string): { close(): Promise<void> } {
  let last = Promise.resolve()
  const seen = new Set<string>()
  const look = async (): Promise<void> => {
    for (const name of (await readdir(folder).catch(() => [])).sort()) {
      if (!name.endsWith('.request.json') || seen.has(name)) continue
      seen.add(name)
      last = last.then(() => answer(page, join(folder, name)))
    }
  }
  const watcher = watch(folder, () => void look())
  void look()
  return {
    close: async () => {
      watcher.close()
      await last
    },
  }
}

async function answer(page: Page, path: string): Promise<void> {
  const request: DriverRequest = JSON.parse(await readFile(path, 'utf8'))
  const reply: DriverAnswer = await act(page, request).then(
    result => ({ result: result ?? null }),
    error => ({ error: String(error) }),
  )
  await writeFile(path.replace('.request.', '.answer.'), JSON.stringify(reply))
  await rm(path)
}

async function act(page: Page, request: DriverRequest): Promise<unknown> {
  switch (request.kind) {
    case 'click':
      return locate(page, request).click({ timeout: actionTimeoutMs })
    case 'hover':
      return locate(page, request).hover({ timeout: actionTimeoutMs })
    case 'focus':
      return locate(page, request).focus({ timeout: actionTimeoutMs })
    case 'wait':
      return locate(page, request).waitFor({ timeout: actionTimeoutMs })
    case 'waitFor':
      return locate(page, request).waitFor({ state: request.state, timeout: actionTimeoutMs })
    case 'fill':
      return locate(page, request).fill(request.value, { timeout: actionTimeoutMs })
    case 'value':
      return locate(page, request).inputValue({ timeout: actionTimeoutMs })
    case 'text':
      return locate(page, request).textContent({ timeout: actionTimeoutMs })
    case 'texts':
      return all(page, request).allTextContents()
    case 'count':
      return all(page, request).count()
    case 'press':
      return page.keyboard.press(request.key)
    case 'type':
      return page.keyboard.type(request.value)
    case 'screenshot':
      return page.screenshot({ path: request.path, caret: 'hide' }).then(() => null)
    case 'resize':
      return page.setViewportSize(request)
    case 'evaluate':
      return request.panel
        ? panel(page).locator('body').evaluate(evaluateText, request.expression)
        : page.evaluate(request.expression)
  }
}

/** Runs in the panel's frame. A string is not code there (the page's policy refuses eval), so it is a path: `document.title`. */
function evaluateText(_body: Element, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], globalThis)
}

function locate(page: Page, target: Target): Locator {
  return all(page, target).first()
}

function all(page: Page, { selector, panel: isPanel, text }: Target): Locator {
  const scope: Page | FrameLocator = isPanel ? panel(page) : page
  return scope.locator(selector, text === undefined ? {} : { hasText: text })
}

/** VS Code draws a webview in a frame within a frame; only the one in front is visible. */
function panel(page: Page): FrameLocator {
  return page.locator('iframe.webview.ready:visible').last().contentFrame().frameLocator('#active-frame')
}
