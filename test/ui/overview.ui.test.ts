import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overviewNamed } from './recorded.ts'
import { usePanels, wordsOf } from './session.ts'

const open = usePanels()

test('the overview says why lag is what it is', async () => {
  const { page, show } = await open({ view: 'overview' })
  await show(overviewNamed('overview'))
  const rows = page.getByRole('grid', { name: 'Partitions' }).getByRole('row')
  const text = (name: RegExp): Promise<string> => wordsOf(rows.filter({ hasText: name }).first())
  assert.match(
    await text(/198 records/),
    /0 18,201 18,402 201 ● ok · 198 records · 3 markers or aborted 120\/s 1\.8 s 2 s consumer-1/,
  )
  assert.match(await text(/2 markers/), /● caught up · 0 records · 2 markers/, 'markers behind a group are no backlog')
  assert.match(await text(/retention/), /▲ lost · 214 taken by retention · 512 records/)
  assert.match(await text(/340 offsets/), /never 340 – ○ never/, 'never committed is not zero')
  assert.match(await text(/2,110/), /up to 2,110 records to read/, 'what was not counted is not called exact')
  assert.equal(await page.getByText('one tick is').count(), 3, 'one scale for each topic')
})

test('the gauge draws each cause at its length, and nothing for what is not there', async () => {
  const { page, show } = await open({ view: 'overview' })
  await show(overviewNamed('overview'))
  const widths = (row: number): Promise<Record<string, number>> =>
    page
      .locator('.partition-rows .gauge')
      .nth(row)
      .evaluate(gauge =>
        Object.fromEntries(
          [...gauge.children].map(part => [part.classList.item(0) ?? '', part.getBoundingClientRect().width]),
        ),
      )
  const behind = await widths(0)
  assert.ok(behind.readable && behind.processed && behind.unreadable && behind.readable > 20 * behind.unreadable)
  assert.equal(behind.taken, 0)
  const caughtUp = await widths(2)
  assert.equal(caughtUp.readable, 0)
  assert.ok((caughtUp.unreadable ?? 0) >= 1.5, 'two markers are seen, however small')
  const lost = await widths(3)
  assert.ok((lost.taken ?? 0) > 20 && lost.processed === 0)
  const never = await widths(4)
  assert.equal(never.mark, 0, 'no tidemark where nothing was committed')
})

test('groups and topics: a word beside each number, a sign beside each colour', async () => {
  const { page, show } = await open({ view: 'overview' })
  await show(overviewNamed('overview'))
  const groups = await page.getByRole('listbox', { name: 'Groups' }).getByRole('option').allInnerTexts()
  assert.deepEqual(
    groups.map(text => text.replace(/\s+/g, ' ').trim()),
    [
      '● order-totals 409 ↓ stable · keeping up behind',
      '● order-totals 405 ↓ offsets in totals.db · keeping up behind',
      '◐ mailer 9,120 ↑ stable · growing for 4 min behind',
      '▲ playground lost 214 empty · retention passed the offset',
      '● nightly-report caught up stable · 2 markers behind it',
      '○ audit never empty · no commit on 3 partitions',
      '○ search-index – stable not read yet',
      '● warehouse ≤ 38,114 stable · keeping up behind',
    ],
  )
  const topics = page.getByRole('listbox', { name: 'Topics' }).getByRole('option')
  assert.equal(await topics.count(), 4)
  await page.getByText('internal', { exact: true }).click()
  assert.equal(await topics.count(), 6)
})

test('a sum that is not whole says so, and is never called caught up', async () => {
  const { page, show } = await open({ view: 'overview' })
  const recorded = overviewNamed('overview')
  const [first] = recorded.groups
  assert.ok(first)
  const rows = ['0', '25'].map((lag, index) => ({
    ...first,
    key: `k${index}`,
    groupId: `g${index}`,
    lag,
    isPartial: true,
  }))
  await show({ ...recorded, groups: rows, selected: undefined })
  for (const [group, lag] of [
    ['g0', '≥ 0'],
    ['g1', '≥ 25'],
  ] as const)
    assert.match(await wordsOf(page.getByRole('option', { name: group })), new RegExp(`${lag}.*partly read`))
})

test('a group is chosen by pointer and by keyboard', async () => {
  const { page, show, messages } = await open({ view: 'overview' })
  await show(overviewNamed('overview'))
  const list = page.getByRole('listbox', { name: 'Groups' })
  await list.getByRole('option', { name: /mailer/ }).click()
  assert.deepEqual(messages.at(-1), { type: 'selectGroup', groupId: 'mailer' })
  await list.press('ArrowDown')
  await list.press('Enter')
  assert.deepEqual(messages.at(-1), { type: 'selectGroup', groupId: 'playground' })
  await list.press('End')
  await list.press(' ')
  assert.deepEqual(messages.at(-1), { type: 'selectGroup', groupId: 'warehouse' })
  const active = await list.getAttribute('aria-activedescendant')
  assert.equal(await page.locator(`[id="${active}"]`).getAttribute('aria-selected'), 'true')
})

test('buttons send what they say, and only offered ones are there', async () => {
  const { page, show, messages } = await open({ view: 'overview' })
  await show(overviewNamed('overview'))
  const look = (name: string): Promise<string | null> =>
    page.locator('vscode-button', { hasText: name }).getAttribute('appearance')
  assert.deepEqual(await Promise.all(['Debug', 'Open Code', 'Pause'].map(look)), ['primary', 'secondary', 'secondary'])
  for (const name of ['Pause', 'Start Pipeline…', 'Debug', 'Open Code', 'Reset…', 'Prove'])
    await page.getByRole('button', { name, exact: true }).click()
  assert.deepEqual(messages.slice(1), [
    { type: 'togglePause' },
    { type: 'action', action: 'startPipeline' },
    { type: 'action', action: 'debug', groupId: 'order-totals' },
    { type: 'action', action: 'openCode', groupId: 'order-totals' },
    { type: 'action', action: 'reset', groupId: 'order-totals' },
    { type: 'action', action: 'prove', groupId: 'order-totals' },
  ])
  await show({ ...overviewNamed('overview'), actions: [], isPaused: true })
  assert.equal(await page.getByRole('button', { name: 'Start Pipeline…' }).count(), 0)
  assert.equal(await page.getByRole('button', { name: 'Resume' }).count(), 1)
  assert.match(await wordsOf(page.locator('.age')), /paused · read at 12:01:04/)
})

test('each state without numbers says what is, why, and what to do', async () => {
  const { page, show, messages } = await open({ view: 'overview' })
  await show(overviewNamed('overview-connecting'))
  assert.match(await wordsOf(page.getByRole('main')), /Connecting to local\s+Asking 127\.0\.0\.1:9092/)
  await show(overviewNamed('overview-failed'))
  assert.match(
    await wordsOf(page.getByRole('main')),
    /No connection to staging\s+The broker .* refused the TLS handshake.*\s+Renew/,
  )
  await page.getByRole('button', { name: 'Try Again' }).click()
  assert.deepEqual(messages.at(-1), { type: 'action', action: 'retry' })
  await show(overviewNamed('overview-empty'))
  await page.getByRole('button', { name: 'Start Local Kafka' }).click()
  assert.deepEqual(messages.at(-1), { type: 'action', action: 'startLocalKafka' })
  await show(overviewNamed('overview-new-cluster'))
  assert.match(await wordsOf(page.getByRole('main')), /No consumer group yet/)
  await show(overviewNamed('overview-lost-connection'))
  assert.equal(
    await page.getByRole('grid', { name: 'Partitions' }).isVisible(),
    true,
    'old numbers stay, with their time',
  )
  assert.match(
    await wordsOf(page.locator('.notice:not(.partial)')),
    /closed the connection[\s\S]*what was read at 12:01:04/,
  )
})

test('a new snapshot changes only what differs: elements stay, a selection survives', async () => {
  const { page, show } = await open({ view: 'overview' })
  const first = overviewNamed('overview')
  await show(first)
  await page.evaluate(() => {
    const cell = [...document.querySelectorAll('.partition-rows [role=gridcell]')].find(
      each => each.textContent === '18,201',
    )
    if (!cell) throw new Error('the cell is there')
    getSelection()?.selectAllChildren(cell)
    const changes: string[] = []
    Object.assign(window, { changes })
    new MutationObserver(records => {
      for (const { type, target } of records) changes.push(`${type} ${target.nodeName} ${target.textContent}`)
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
  })
  const changesNow = (): Promise<string[]> =>
    page.evaluate(() => (window as unknown as { changes: string[] }).changes.splice(0))
  const selected = (): Promise<string> => page.evaluate(() => getSelection()?.toString() ?? '')

  await show(first)
  assert.deepEqual(await changesNow(), [], 'the same snapshot changes nothing at all')
  const partitions = first.selected?.partitions.map((row, at) =>
    at === 0 ? { ...row, logEndOffset: '18410', lag: { ...row.lag, readable: '206' } } : row,
  )
  assert.ok(first.selected && partitions)
  await show({ ...first, selected: { ...first.selected, partitions } })
  const changes = await changesNow()
  assert.ok(changes.includes('characterData #text 18,410') && changes.includes('characterData #text 209'))
  assert.ok(!changes.some(change => change.startsWith('childList')), changes.join('\n'))
  assert.equal(await selected(), '18,201')
})

test('the chart follows the theme and its numbers are text', async () => {
  const { page, show, setTheme } = await open({ view: 'overview' })
  await show(overviewNamed('overview'))
  assert.equal(
    await wordsOf(page.locator('.readout')),
    'now 409 to read · 5 markers, aborted, gaps · highest 970 at 11:52',
  )
  assert.deepEqual(await page.locator('.grid-label').allInnerTexts(), ['500', '1,000'])
  const color = (): Promise<string> =>
    page.locator('.plot canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')?.getImageData(canvas.width - 40, canvas.height - 14, 1, 1) ?? {
        data: [],
      }
      return [...data].join(' ')
    })
  const dark = await color()
  await setTheme('light')
  await page.waitForFunction(before => {
    const canvas = document.querySelector<HTMLCanvasElement>('.plot canvas')
    const { data } = canvas?.getContext('2d')?.getImageData(canvas.width - 40, canvas.height - 14, 1, 1) ?? { data: [] }
    return [...data].join(' ') !== before && [...data].some(part => part > 0)
  }, dark)
  await page.locator('.plot .u-over').hover({ position: { x: 300, y: 60 } })
  assert.match(await wordsOf(page.locator('.readout')), /^at 11:5\d:\d\d \d+ to read/)
})

test('no number runs into its neighbour, however long a time and narrow the panel', async () => {
  const recorded = overviewNamed('overview')
  const { selected } = recorded
  assert.ok(selected)
  const seconds = 59 * 60 + 59
  const partitions = selected.partitions.map(row => ({ ...row, secondsLeft: seconds, secondsBehind: seconds }))
  for (const language of ['en', 'zh-cn'])
    for (const width of [1_700, 1_320, 1_000, 800]) {
      const { page, show } = await open({ view: 'overview', language, width })
      await show({ ...recorded, selected: { ...selected, partitions } })
      const cells = page.locator('.partition-rows .columns:not(.head) .number')
      await cells
        .filter({ hasText: language === 'en' ? '59 min' : '59 分' })
        .first()
        .waitFor()
      const tooLong = await cells.evaluateAll(all =>
        all.filter(cell => cell.scrollWidth > cell.clientWidth).map(cell => cell.textContent),
      )
      assert.deepEqual(tooLong, [], `${language} at ${width} px`)
      await page.context().close()
    }
})

test('Simplified Chinese', async () => {
  const { page, show } = await open({ view: 'overview', language: 'zh-cn' })
  await show(overviewNamed('overview'))
  assert.equal(await page.getByRole('button', { name: '暂停' }).count(), 1)
  assert.match(await wordsOf(page.getByRole('grid', { name: '分区' })), /已追平/)
})

test('a topic: where its logs end, who leads them, who is out of sync, how it is set, who reads it', async () => {
  const { page, show, messages } = await open({ view: 'overview' })
  await show(overviewNamed('overview'))
  await page
    .getByRole('listbox', { name: 'Topics' })
    .getByRole('option', { name: /orders/ })
    .click()
  assert.deepEqual(messages.at(-1), { type: 'selectTopic', topic: 'orders' })
  await show(overviewNamed('overview-topic'))
  const rows = page.getByRole('grid', { name: 'Partitions' }).getByRole('row')
  assert.equal(await wordsOf(rows.nth(1)), '0 0 18,402 18,402 18,402 0 broker 1 ● 3 of 3: 1, 2, 3')
  assert.equal(await wordsOf(rows.nth(2)), '1 0 18,195 18,201 18,201 6 broker 2 ◐ 2 of 3: 3 behind')
  await page.getByRole('tab', { name: 'Settings' }).click()
  const settings = page.getByRole('grid', { name: 'Settings' }).getByRole('row')
  assert.equal(await wordsOf(settings.nth(2)), 'retention.ms 3600000 this topic')
  assert.match(await wordsOf(settings.nth(5)), /throttled\.replicas empty Kafka’s default/)
  assert.equal(await page.getByRole('listbox', { name: 'Topics' }).locator('[aria-selected=true]').count(), 1)
  assert.equal(await page.getByRole('listbox', { name: 'Groups' }).locator('[aria-selected=true]').count(), 0)
  await page.getByRole('button', { name: 'mailer · 9,120 records behind' }).click()
  assert.deepEqual(messages.at(-1), { type: 'selectGroup', groupId: 'mailer' })
})

test('members are behind a tab that the keyboard reaches', async () => {
  const { page, show } = await open({ view: 'overview' })
  await show(overviewNamed('overview'))
  await page.getByRole('tab', { name: /Partitions/ }).focus()
  await page.keyboard.press('ArrowRight')
  assert.equal(await page.getByRole('tab', { name: 'Members 2' }).getAttribute('aria-selected'), 'true')
  const rows = page.getByRole('grid', { name: 'Members' }).getByRole('row')
  assert.equal(
    await wordsOf(rows.nth(1)),
    'consumer-1 10.4.0.17 consumer-1-8d1f6a5e-0c39-4b6e-9a0e-0a2f6d1c7b11 3 orders: 0 · returns: 0, 1',
  )
  assert.match(await wordsOf(rows.nth(2)), /totals-b \(static\) 2 orders: 1, 2/)
  await show(overviewNamed('overview-unread-store'))
  assert.equal(await page.getByRole('tab', { name: /Members/ }).count(), 0, 'a pipeline of its own has none')
})

test('a pipeline’s own positions and those it mirrors to Kafka are two rows under one name', async () => {
  const { page, show, messages } = await open({ view: 'overview' })
  await show(overviewNamed('overview'))
  const list = page.getByRole('listbox', { name: 'Groups' })
  await list.getByRole('option', { name: /offsets in totals\.db/ }).click()
  assert.deepEqual(messages.at(-1), { type: 'selectGroup', groupId: 'SQLite totals.db\norder-totals' })
  assert.equal(await list.locator('[aria-selected=true]').count(), 1)
  await show(overviewNamed('overview-unread-store'))
  assert.match(await wordsOf(page.locator('.shown-group > p').first()), /▲ SQLite totals\.db could not be reached/)
})

test('what could not be read is named, and is no zero', async () => {
  const { page, show } = await open({ view: 'overview' })
  await show(overviewNamed('overview-partial'))
  const notice = page.getByRole('region', { name: /What these would have told/ })
  assert.match(await wordsOf(notice), /broker 3 \(10\.4\.0\.13:9092\): no answer .* and 4 more/)
  const rows = page.getByRole('grid', { name: 'Partitions' }).getByRole('row')
  const silent = rows.filter({ hasText: 'leader silent' })
  assert.match(await wordsOf(silent), /^2 18,110 – – ○ unknown · leader silent – – – consumer-2$/)
  const open181 = rows.filter({ hasText: '181 records' })
  assert.match(await wordsOf(open181), /181 records · 30 in open transactions .* never consumer-2$/)
  assert.ok(
    await page
      .getByRole('listbox', { name: 'Brokers' })
      .getByRole('option', { name: /did not answer/ })
      .isVisible(),
  )
})
