import assert from 'node:assert/strict'
import { test } from 'node:test'
import axe from 'axe-core'
import type { Panel } from './panel.ts'
import { answerRecords, snapshotNamed, snapshotNames } from './recorded.ts'
import { usePanels } from './session.ts'
import { themeNames } from './themes.ts'

const open = usePanels()

test('every state in every theme passes axe', async () => {
  for (const view of ['overview', 'batch', 'connection'] as const) {
    const panel = await open({ view, onMessage: answerRecords })
    for (const name of snapshotNames()) {
      const snapshot = snapshotNamed(name)
      if (snapshot.view !== view) continue
      await panel.show(snapshot)
      for (const theme of themeNames) {
        await panel.setTheme(theme)
        assert.deepEqual(await faults(panel), [], `${name} in ${theme}`)
      }
      if (name === 'batch') await checkRecordPane(panel)
    }
  }
})

/** A record shown whole, beside the list it was chosen from. */
async function checkRecordPane(panel: Panel): Promise<void> {
  await panel.page.getByRole('gridcell', { name: 'c-17' }).first().click()
  await panel.page.getByRole('complementary').waitFor()
  assert.deepEqual(await faults(panel), [], 'with a record shown whole')
}

test('axe finds what is wrong where something is', async () => {
  const panel = await open({ view: 'overview' })
  await panel.show(snapshotNamed('overview-empty'))
  await panel.page.evaluate(() => {
    const root = document.getElementById('root')
    const button = document.createElement('button')
    const dim = document.createElement('p')
    dim.textContent = 'cannot be read'
    dim.style.color = '#333'
    root?.append(button, dim)
  })
  assert.deepEqual((await faults(panel)).map(text => text.split(':')[0]).toSorted(), [
    'button-name',
    'color-contrast',
    'region',
  ])
})

async function faults({ page }: Panel): Promise<string[]> {
  const isThere = await page.evaluate(() => 'axe' in window)
  if (!isThere) await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { axe: checker } = window as unknown as { axe: typeof import('axe-core') }
    const { violations } = await checker.run(document, { resultTypes: ['violations'] })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(node => `${id}: ${node.target.join(' ')} ${node.failureSummary?.replace(/\s+/g, ' ')}`),
    )
  })
}
