import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hugeOverview, hugeTopic } from './huge.ts'
import { overviewNamed } from './recorded.ts'
import { usePanels } from './session.ts'

const open = usePanels()

/** What an update costs the panel's thread is measured by `npm run bench live`; here counts what it may touch. */
const elementsMax = 2_500

test('9,000 topics, 2,200 groups and 39,000 partitions are drawn with as few elements as are in sight', async () => {
  const panel = await open({ view: 'overview' })
  await panel.show(overviewNamed('overview'))
  const first = await panel.show(hugeOverview(0))
  const updates: number[] = []
  for (let round = 1; round <= 5; round++) updates.push(await panel.show(hugeOverview(round)))
  updates.sort((a, b) => a - b)
  const [best = Number.POSITIVE_INFINITY] = updates
  const elements = await panel.page.evaluate(() => document.querySelectorAll('*').length)
  console.log(
    `# huge overview: first ${first.toFixed(1)} ms, update best ${best.toFixed(1)} ms, median ${updates[2]?.toFixed(1)} ms, worst ${updates.at(-1)?.toFixed(1)} ms, ${elements} elements`,
  )
  assert.ok(elements < elementsMax, `${elements} elements: only rows in sight may exist`)
  assert.deepEqual(panel.errors, [])
})

test('a topic of 39,000 partitions scrolls to its last', async () => {
  const { page, show, errors } = await open({ view: 'overview' })
  await show(hugeTopic(0))
  const updates: number[] = []
  for (let round = 1; round <= 5; round++) updates.push(await show(hugeTopic(round)))
  const grid = page.getByRole('grid', { name: 'Partitions' })
  await grid.press('End')
  await grid.getByText('38,999', { exact: true }).waitFor()
  const best = Math.min(...updates)
  console.log(`# huge topic: update best ${best.toFixed(1)} ms, worst ${Math.max(...updates).toFixed(1)} ms`)
  const elements = await page.evaluate(() => document.querySelectorAll('*').length)
  assert.ok(elements < elementsMax, `${elements} elements`)
  assert.deepEqual(errors, [])
})

test('long lists scroll to their end, filter, and tell their length', async () => {
  const { page, show } = await open({ view: 'overview' })
  await show(hugeOverview(0))
  const groups = page.getByRole('listbox', { name: 'Groups' })
  await groups.press('End')
  await groups.getByRole('option', { name: /group-2199/ }).waitFor()
  assert.equal(await groups.getByRole('option', { name: /group-2199/ }).getAttribute('aria-setsize'), '2200')
  await page.getByRole('textbox', { name: 'Filter groups' }).fill('group-21')
  await page.getByText('100 of 2,200').waitFor()
  await page.getByRole('textbox', { name: 'Filter topics' }).fill('8999')
  await page.getByText('1 of 9,000').waitFor()
  const grid = page.getByRole('grid', { name: 'Partitions' })
  assert.equal(await grid.getAttribute('aria-rowcount'), String(39_000 + 39_000 / 4 + 1))
  await page.getByRole('textbox', { name: 'Filter partitions' }).fill('topic-9749')
  await page.getByText('4 of 39,000').waitFor()
})

test('the dropdown keeps only the groups that need attention', async () => {
  const { page, show } = await open({ view: 'overview' })
  await show(hugeOverview(0))
  await page.getByRole('combobox', { name: 'Which groups are shown' }).click()
  await page.getByRole('option', { name: 'Need attention' }).click()
  await page.getByText('880 of 2,200').waitFor()
  const signs = await page.locator('.group .sign').allTextContents()
  assert.deepEqual([...new Set(signs)].toSorted(), ['▲', '◐'])
})

test('a hidden panel draws nothing, and the newest snapshot once it is seen', async () => {
  const { page } = await open({ view: 'overview' })
  const drawn = await page.evaluate(
    async ([early, late]) => {
      const waiting: FrameRequestCallback[] = []
      const { requestAnimationFrame: real } = window
      // A hidden page runs no animation frame.
      window.requestAnimationFrame = callback => waiting.push(callback)
      for (const snapshot of [early, early, late])
        window.dispatchEvent(new MessageEvent('message', { data: { type: 'snapshot', snapshot } }))
      const whileHidden = document.querySelectorAll('.group').length
      window.requestAnimationFrame = real
      for (const callback of waiting) callback(0)
      return { whileHidden, frames: waiting.length, title: document.querySelector('header .title')?.textContent }
    },
    [overviewNamed('overview'), { ...overviewNamed('overview'), cluster: 'the newest' }],
  )
  assert.deepEqual(drawn, { whileHidden: 0, frames: 1, title: 'the newest' })
})
