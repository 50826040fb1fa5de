/** The batch panel as a test meets it: where it stands, what it shows, how it is driven. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { until } from '../harness/until.ts'
import { page } from './driver.ts'
import { event } from './events.ts'
import type { TestScope } from './suite.ts'

export interface Card {
  readonly place: string
  readonly from: number
  readonly until: number
}

export const batchPanel = {
  untilStopped: () => page.wait({ selector: '.run-state', text: 'stopped', panel: true }),
  press: (text: string) => page.click({ selector: 'vscode-button', text, panel: true }),
  /** Chooses from one of the panel's menus. */
  choose: async (menu: string, item: string) => {
    await page.click({ selector: '.menu-button vscode-button', text: menu, panel: true })
    await page.click({ selector: '.menu-item', text: item, panel: true })
  },
  tab: (text: string) => page.click({ selector: '[role=tab]', text, panel: true }),
  /** What screen readers are told of the run's state. */
  untilHeard: (text: string) => page.attached({ selector: '.heard', text, panel: true }),
  /** The panel's own words for the batch it shows. */
  title: () => page.text({ selector: '.facts', panel: true }),
  cards: async (): Promise<Card[]> => {
    const places = await page.texts({ selector: '.cards .card b', panel: true })
    const offsets = await page.texts({ selector: '.cards .card code', panel: true })
    return places.map((place, index) => {
      const [from, until] = (offsets[index] ?? '').split('→').map(text => Number(text.replaceAll(/\D/g, '')))
      assert.ok(from !== undefined && until !== undefined)
      return { place, from, until }
    })
  },
  /** Steps one phase, and waits until it is the one that is named. */
  phase: async (name: string) => {
    await batchPanel.press('Phase')
    await page.wait({ selector: '.track li[aria-current]', text: name, panel: true })
    await batchPanel.untilStopped()
  },
  untilOtherBatch: async (before: string) => {
    await until('another batch', async () => (await batchPanel.title()) !== before)
    await batchPanel.untilStopped()
  },
}

/** Sessions that run, by their events: the active session that VS Code names may be one that has ended. */
const running = new Set<string>()
vscode.debug.onDidStartDebugSession(session => running.add(session.id))
vscode.debug.onDidTerminateDebugSession(session => running.delete(session.id))

export async function sessionEnd(): Promise<void> {
  const isOver = (): true | undefined => (running.size === 0 ? true : undefined)
  await event('the end of the session', vscode.debug.onDidTerminateDebugSession, isOver)
}

/** Stops of the JavaScript debugger, by the reason it gives. */
export function trackStops(t: TestScope): { next(): Promise<string> } {
  let heard: (reason: string) => void = () => {}
  const first = new Promise<string>(done => {
    heard = done
  })
  const registration = vscode.debug.registerDebugAdapterTrackerFactory('pwa-node', {
    createDebugAdapterTracker: () => ({
      onDidSendMessage: (message: { event?: string; body?: { reason?: string } }) => {
        if (message.event === 'stopped') heard(message.body?.reason ?? '')
      },
    }),
  })
  t.after(() => registration.dispose())
  return { next: () => first }
}
