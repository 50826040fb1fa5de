/** One browser for the tests of a file; each test opens panels of its own. */
import { after, before } from 'node:test'
import type { Browser, Locator } from 'playwright-core'
import { launchBrowser } from '../harness/browser.ts'
import { openPanel, type Panel, type PanelOptions } from './panel.ts'

/** @returns a function that opens a panel in the file's browser. */
export function usePanels(): (options: PanelOptions) => Promise<Panel> {
  let browser: Browser | undefined
  before(async () => {
    browser = await launchBrowser()
  })
  after(() => browser?.close())
  return options => {
    if (!browser) throw new Error('panels open inside tests')
    return openPanel(browser, options)
  }
}

/** What a reader sees of it, in one line. */
export async function wordsOf(locator: Locator): Promise<string> {
  return (await locator.innerText()).replace(/\s+/g, ' ').trim()
}
