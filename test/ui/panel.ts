/** Opens a panel as the editor would: the bundled script and style, the one policy, a theme, and a host to talk to. */

import { panelHtml } from '@tidemark/webview/page'
import type { HostMessage, Snapshot, ViewMessage } from '@tidemark/webview/protocol'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { webviewBundle } from '../harness/bundle.ts'
import { type ThemeName, themes } from './themes.ts'

/** Nothing listens there: every request is answered by the test itself, and one that is not would be seen as failed. */
const origin = 'https://panel.test'
const nonce = 'VGlkZW1hcms='
/** Noon of the recorded snapshots: the page's clock stands still there. */
export const recordedAtMs = Date.parse('2026-11-20T12:01:04.500Z')

/** A failure bound: a step that takes longer has failed. */
const stepTimeoutMs = 45_000

export interface PanelOptions {
  readonly view: 'overview' | 'batch' | 'connection'
  readonly theme?: ThemeName
  readonly language?: string
  readonly width?: number
  readonly height?: number
  /** Added to the page's HTML before it is served: what an attacker, or a careless change, would add. */
  readonly injectedHtml?: string
  /** Answers what the view asks for, as the extension host does. */
  readonly onMessage?: (message: ViewMessage, panel: Panel) => void | Promise<void>
}

export interface Panel {
  readonly page: Page
  /** What the view posted, in order. */
  readonly messages: readonly ViewMessage[]
  /** Directives that were violated, with what was refused. */
  readonly violations: readonly string[]
  /** Errors that reached the window or the console, and requests to anywhere else. */
  readonly errors: readonly string[]
  /** Shows a snapshot and waits until it is drawn. Returns how long its drawing took the page's thread, in milliseconds. */
  show(snapshot: Snapshot): Promise<number>
  send(message: HostMessage): Promise<void>
  setTheme(theme: ThemeName): Promise<void>
}

export async function openPanel(browser: Browser, options: PanelOptions): Promise<Panel> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1_320, height: options.height ?? 720 },
    timezoneId: 'UTC',
    locale: 'en-US',
  })
  context.setDefaultTimeout(stepTimeoutMs)
  const page = await context.newPage()
  const messages: ViewMessage[] = []
  const violations: string[] = []
  const errors: string[] = []
  const panel: Panel = {
    page,
    messages,
    violations,
    errors,
    show: snapshot => show(page, snapshot),
    send: message => page.evaluate(data => window.postMessage(data, '*'), message),
    setTheme: theme => setTheme(page, theme),
  }
  page.on('pageerror', error => errors.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.exposeFunction('reportViolation', (text: string) => violations.push(text))
  await page.exposeFunction('reportMessage', (message: ViewMessage) => {
    messages.push(message)
    return options.onMessage?.(message, panel)
  })
  await page.addInitScript(listen)
  await page.addInitScript(stopClock, recordedAtMs)
  await serve(page, options, errors)
  await page.goto(`${origin}/`)
  await panel.setTheme(options.theme ?? 'dark')
  return panel
}

let bundled: Promise<Map<string, string>> | undefined

/** The bundle of the extension, built into memory once for a test file. */
function bundledFiles(): Promise<Map<string, string>> {
  bundled ??= build({ ...webviewBundle, write: false, sourcemap: false }).then(
    ({ outputFiles }) => new Map(outputFiles.map(file => [file.path.replace(/^.*\//, ''), file.text])),
  )
  return bundled
}

async function serve(page: Page, options: PanelOptions, errors: string[]): Promise<void> {
  const files = await bundledFiles()
  const html = panelHtml({
    view: options.view,
    nonce,
    cspSource: origin,
    scriptUri: `${origin}/${options.view}.js`,
    styleUri: `${origin}/${options.view}.css`,
    language: options.language ?? 'en',
    title: 'Tidemark',
  })
  await page.route('**/*', route => {
    const { pathname, origin: asked } = new URL(route.request().url())
    const name = pathname.slice(1)
    if (asked !== origin) errors.push(`request to ${route.request().url()}`)
    if (asked === origin && name === '')
      return route.fulfill({
        contentType: 'text/html; charset=utf-8',
        body: html.replace('<div id="root">', `${options.injectedHtml ?? ''}<div id="root">`),
      })
    const body = asked === origin ? files.get(name) : undefined
    if (body === undefined) return route.abort()
    return route.fulfill({ contentType: name.endsWith('.css') ? 'text/css' : 'text/javascript', body })
  })
}

async function show(page: Page, snapshot: Snapshot): Promise<number> {
  // As text: a value of a million fields takes playwright seconds to pass on.
  return page.evaluate(async json => {
    const data = JSON.parse(json) as { view: string }
    const name = `tidemark ${data.view}`
    const drawn = new Promise<number>(done => {
      const observer = new PerformanceObserver(list => {
        const measure = list.getEntriesByName(name, 'measure').at(-1)
        if (!measure) return
        observer.disconnect()
        done(measure.duration)
      })
      observer.observe({ entryTypes: ['measure'] })
    })
    window.postMessage({ type: 'snapshot', snapshot: data }, '*')
    return drawn
  }, JSON.stringify(snapshot))
}

/** Sets the theme and waits until the toolkit has taken it over, which it does a frame later, once it has drawn a control. */
async function setTheme(page: Page, theme: ThemeName): Promise<void> {
  await page.evaluate(applyTheme, themes[theme])
  await page.waitForFunction(() => {
    const ofToolkit = getComputedStyle(document.body).getPropertyValue('--foreground')
    const ofTheme = document.documentElement.style.getPropertyValue('--vscode-foreground')
    return document.querySelector('vscode-button') === null || ofToolkit === ofTheme
  })
}

/** Runs in the page before its own script. */
function listen(): void {
  const reports = window as unknown as {
    reportViolation: (text: string) => void
    reportMessage: (message: unknown) => void
  }
  document.addEventListener('securitypolicyviolation', event => {
    reports.reportViolation(
      `${event.effectiveDirective} ${event.blockedURI} ${event.target instanceof Element ? event.target.outerHTML.slice(0, 200) : ''}`,
    )
  })
  window.addEventListener('tidemark-view-message', event => reports.reportMessage((event as CustomEvent).detail))
}

/** Runs in the page before its own script: `read 0.4 s ago` must not depend on how fast the test runs. */
function stopClock(nowMs: number): void {
  Date.now = () => nowMs
}

/** Runs in the page: what VS Code's own script does when the theme changes. */
function applyTheme({
  bodyClass,
  variables,
}: {
  bodyClass: string
  variables: Readonly<Record<string, string>>
}): void {
  const { style } = document.documentElement
  for (const name of [...style]) style.removeProperty(name)
  for (const [name, value] of Object.entries(variables)) style.setProperty(`--vscode-${name}`, value)
  document.body.className = bodyClass
}
