import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ViewMessage } from '@tidemark/webview/protocol'
import { answerRecords, batchNamed, recordAt } from './recorded.ts'
import { usePanels, wordsOf } from './session.ts'

const open = usePanels()

const commandsOf = (messages: readonly ViewMessage[]): string[] =>
  messages.flatMap(message => (message.type === 'control' ? [message.command] : []))

test('the batch panel reads from top to bottom as time does', async () => {
  const { page, show } = await open({ view: 'batch', onMessage: answerRecords })
  await show(batchNamed('batch'))
  await page.getByRole('gridcell', { name: 'c-17' }).first().waitFor()
  const text = await wordsOf(page.locator('#root'))
  const order = [
    'order-totals',
    'stopped',
    'batch 42',
    'fetched',
    'processing',
    'committed',
    '18,201 → 18,251',
    '{"order":90000',
    'If it died here',
  ]
  assert.deepEqual(
    order.map(part => text.indexOf(part)).toSorted((a, b) => a - b),
    order.map(part => text.indexOf(part)),
  )
  assert.ok(!order.some(part => !text.includes(part)), text)
  assert.match(text, /150 records · in 3\.2 ms/)
  assert.match(text, /stopped here · after 3\.2 ms/)
  assert.match(text, /150 records; 2 offsets hold none/)
  assert.equal((await wordsOf(page.locator('[aria-current=step]'))).includes('processing'), true)
  assert.doesNotMatch(text, /Held at a breakpoint/)
  await show({ ...batchNamed('batch'), standstillMs: 300_000 })
  assert.match(await wordsOf(page.locator('.foot')), /Held at a breakpoint it stays in its group for 5 minutes at most/)
})

test('stepping by buttons sends each command once', async () => {
  const { page, show, messages } = await open({ view: 'batch' })
  await show(batchNamed('batch'))
  for (const name of [/Step batch/, /Phase/, /Continue/, /Stop/]) await page.getByRole('button', { name }).click()
  assert.deepEqual(commandsOf(messages), ['stepBatch', 'stepPhase', 'continue', 'stop'])
  const primary = page.locator('vscode-button[appearance=primary]')
  assert.match(await wordsOf(primary), /Step batch/, 'what one does most stands out, and nothing else')
  await show(batchNamed('batch-running'))
  await page.getByRole('button', { name: /Pause/ }).click()
  assert.equal(commandsOf(messages).at(-1), 'pause')
  assert.match(await wordsOf(primary), /Pause/)
})

test('stepping by keyboard, wherever the focus is, and never twice', async () => {
  const { page, show, messages } = await open({ view: 'batch', onMessage: answerRecords })
  await page.evaluate(() => {
    Object.assign(window, { leaked: 0 })
    window.addEventListener('keydown', () => {
      ;(window as unknown as { leaked: number }).leaked++
    })
  })
  await show(batchNamed('batch'))
  await page.getByRole('grid', { name: 'Records' }).focus()
  for (const key of ['F10', 'F11', 'F5']) await page.keyboard.press(key)
  assert.deepEqual(commandsOf(messages), ['stepBatch', 'stepPhase', 'continue'])
  await show(batchNamed('batch-running'))
  for (const key of ['F6', 'F10', 'Control+F5']) await page.keyboard.press(key)
  assert.deepEqual(
    commandsOf(messages),
    ['stepBatch', 'stepPhase', 'continue', 'pause'],
    'a running batch cannot be stepped',
  )
  const leaked = await page.evaluate(() => (window as unknown as { leaked: number }).leaked)
  assert.equal(leaked, 2, 'only Control and Control+F5 go on to the editor')
})

test('what cannot be done now is disabled', async () => {
  const { page, show, messages } = await open({ view: 'batch' })
  const disabled = async (): Promise<string[]> =>
    page.locator('vscode-button[disabled]').evaluateAll(nodes => nodes.map(node => node.textContent ?? ''))
  await show(batchNamed('batch-waiting'))
  assert.deepEqual(await disabled(), [
    'Step batchF10',
    'PhaseF11',
    'Partition',
    'Into handler',
    'ContinueF5',
    'Run to…',
    'Fault here…',
    'Replay…',
  ])
  await show(batchNamed('batch-ended'))
  assert.equal((await disabled()).length, 10)
  await page.getByText('Stop', { exact: true }).click({ force: true })
  assert.deepEqual(commandsOf(messages), [])
})

test('a menu says why something is not offered, and cannot choose it; the rest is asked of the host', async () => {
  const { page, show, messages } = await open({ view: 'batch', onMessage: answerRecords })
  await show(batchNamed('batch'))
  await page.getByRole('button', { name: 'Fault here…' }).click()
  const menu = page.getByRole('menu', { name: 'Fault here…' })
  const refused = menu.getByRole('menuitem', { name: /reply to the commit lost/ })
  assert.match(await wordsOf(refused), /The commit of this store has no reply/)
  assert.equal(await refused.getAttribute('aria-disabled'), 'true')
  await refused.click({ force: true })
  assert.ok(await menu.isVisible())
  await menu.getByRole('menuitem', { name: 'killed before the save' }).click()
  await menu.waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'Run to…' }).click()
  await page.getByRole('menuitem', { name: 'The next record whose handling throws' }).click()
  for (const name of ['Partition', 'Into handler']) await page.getByRole('button', { name }).click()
  assert.deepEqual(
    messages.filter(({ type }) => type === 'fault' || type === 'runTo' || type === 'control'),
    [
      { type: 'fault', fault: 'killBeforeSave' },
      { type: 'runTo', kind: 'throw' },
      { type: 'control', command: 'stepPartition' },
      { type: 'control', command: 'intoHandler' },
    ],
  )
})

test('menus and tabs by keyboard alone', async () => {
  const { page, show, messages } = await open({ view: 'batch', onMessage: answerRecords })
  await show(batchNamed('batch-replay'))
  await page.getByRole('button', { name: 'Run to…' }).focus()
  for (const key of ['ArrowDown', 'ArrowDown', 'Escape']) await page.keyboard.press(key)
  assert.equal(await page.getByRole('menu', { name: 'Run to…' }).isVisible(), false)
  assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ''), /Run to/, 'focus is back')
  for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key)
  assert.deepEqual(messages.at(-1), { type: 'runTo', kind: 'time' })
  await page.getByRole('tab', { name: /Replay batch 40/ }).focus()
  await page.keyboard.press('ArrowLeft')
  assert.ok(await page.getByRole('tab', { name: /Outputs/, selected: true }).isVisible())
  await page.getByRole('grid', { name: 'Outputs' }).getByText('insert into totals').first().waitFor()
  await page.keyboard.press('ArrowLeft')
  assert.ok(await page.getByRole('grid', { name: 'Records' }).isVisible())
})

test('a click on an earlier batch replays it, and so does Enter; the way it is replayed can be chosen', async () => {
  const { page, show, messages } = await open({ view: 'batch', onMessage: answerRecords })
  await show(batchNamed('batch'))
  await page.getByRole('option', { name: /^batch 40:/ }).click()
  await page.getByRole('listbox', { name: 'Batches so far' }).focus()
  for (const key of ['ArrowLeft', 'Enter']) await page.keyboard.press(key)
  await page.getByRole('button', { name: 'Replay…' }).click()
  const written = page.getByRole('menuitem', { name: /Everything written again/ })
  assert.match(await wordsOf(written), /can roll a replay back/)
  await page.getByRole('menuitem', { name: /Outputs recorded, not sent/ }).click()
  await page.getByRole('option', { name: /^batch 42:/ }).click()
  assert.deepEqual(
    messages.filter(({ type }) => type === 'replay'),
    [
      { type: 'replay', key: '1-40-b40' },
      { type: 'replay', key: '1-39-b39' },
      { type: 'replay', key: '1-39-b39', mode: 'recorded' },
    ],
    'the batch that stands before its handler is not replayed',
  )
})

test('a replay is compared line by line, and a record shows what it led to', async () => {
  const { page, show } = await open({ view: 'batch', onMessage: answerRecords })
  await show(batchNamed('batch-replay'))
  const grid = page.getByRole('grid', { name: 'Outputs before and now' })
  await grid.waitFor()
  assert.match(await wordsOf(page.locator('.summary')), /rolled back · outputs: 57 equal, 2 changed, 1 gone, 1 new/)
  assert.match(await wordsOf(grid.getByRole('row', { name: /18,215/ })), /≠ .* c-17, 4100 c-17, 3690/)
  assert.match(await wordsOf(grid.getByRole('row', { name: /11 equal outputs/ })), /⋮/)
  await page.getByRole('tab', { name: /Records/ }).click()
  await page.getByRole('gridcell', { name: '18,205' }).click()
  const pane = page.getByRole('complementary', { name: 'Record orders/0 @ 18,205' })
  await pane.getByText('order-events').or(pane.getByText('insert into totals')).first().waitFor()
  assert.match(await wordsOf(pane), /2|in the transaction/)
})

test('the state of a record is in sight at any width', async () => {
  for (const width of [1_320, 760, 480]) {
    const { page, show } = await open({ view: 'batch', width, onMessage: answerRecords })
    await show(batchNamed('batch'))
    const state = page.getByRole('gridcell', { name: 'in the handler' }).first()
    const box = (await state.boundingBox()) ?? assert.fail('not drawn')
    assert.ok(box.width >= 90 && box.x + box.width <= width, `${JSON.stringify(box)} at ${width}`)
  }
})

test('a fault that did not happen says why, and can be put away', async () => {
  const { page, show, messages } = await open({ view: 'batch', onMessage: answerRecords })
  await show(batchNamed('batch-fault-problem'))
  assert.match(
    await wordsOf(page.locator('.notice')),
    /retention .* did not happen as it was meant: DeleteRecords was refused/,
  )
  await page.getByRole('button', { name: 'Dismiss' }).click()
  assert.deepEqual(messages.at(-1), { type: 'dismiss', what: 'fault' })
})

test('the account of a fault goes record by record', async () => {
  const { page, show, messages } = await open({ view: 'batch', onMessage: answerRecords })
  await show(batchNamed('batch-fault-armed'))
  const notice = page.getByRole('region', { name: 'Fault', exact: true })
  assert.match(await wordsOf(notice), /killed between save and commit: waits for a batch/)
  await page.getByRole('button', { name: 'Take back' }).click()
  assert.deepEqual(messages.at(-1), { type: 'fault', fault: null })
  await show(batchNamed('batch-account'))
  assert.match(await wordsOf(notice), /batch 36: 52 offsets lost, 70 offsets repeated/)
  const grid = page.getByRole('grid', { name: 'What became of each record' })
  assert.equal(await grid.getAttribute('aria-rowcount'), '153', 'an offset a row, and the header')
  await grid.press('End')
  assert.match(await wordsOf(grid.getByRole('row', { name: /18,111/ })), /orders\/2 18,111 ✕ lost Retention deleted it/)
  assert.match(await page.getByRole('option', { name: /^batch 36:/ }).innerText(), /⚡/)
  await page.getByRole('button', { name: 'Dismiss' }).click()
  assert.deepEqual(messages.at(-1), { type: 'dismiss', what: 'fault' })
})

test('a stop at a record shows that record', async () => {
  const { page, show } = await open({ view: 'batch', onMessage: answerRecords })
  await show(batchNamed('batch-threw'))
  await page.getByRole('complementary', { name: 'Record orders/0 @ 18,229' }).waitFor()
  assert.ok(await page.locator('.row[aria-selected=true]').getByText('18,229').isVisible())
})

test('the whole panel is driven by keyboard alone', async () => {
  const { page, show } = await open({ view: 'batch', onMessage: answerRecords })
  await show(batchNamed('batch'))
  await page.getByRole('gridcell', { name: 'c-17' }).first().waitFor()
  const visited: string[] = []
  for (let press = 0; press < 12; press++) {
    await page.keyboard.press('Tab')
    visited.push(
      await page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
      ),
    )
  }
  const reached = ['Step batchF10', 'Batches so far', 'Ranges of this batch', 'Records']
  for (const label of reached) assert.ok(visited.includes(label), `${label} not in ${visited.join(', ')}`)

  await page.getByRole('grid', { name: 'Records' }).focus()
  for (const key of ['End', 'Home', 'ArrowDown', 'Enter']) await page.keyboard.press(key)
  const pane = page.getByRole('complementary', { name: 'Record orders/0 @ 18,202' })
  assert.match(await wordsOf(pane), /"order": 90001,\s+"customer": "c-03"/)
  await page.keyboard.press('Enter')
  await pane.waitFor({ state: 'hidden' })

  await page.getByRole('listbox', { name: 'Batches so far' }).focus()
  await page.keyboard.press('Home')
  assert.match(await wordsOf(page.locator('.caption')), /✓ batch 33: 150 records in 18 ms, committed/)
  for (let press = 0; press < 3; press++) await page.keyboard.press('ArrowRight')
  assert.match(await wordsOf(page.locator('.caption')), /▲ batch 36: 150 records in 38 ms, failed/)
})

test('the end is told range by range, and a failure with its reason', async () => {
  const { page, show } = await open({ view: 'batch', onMessage: answerRecords })
  await show(batchNamed('batch-failed'))
  assert.match(await wordsOf(page.locator('.error')), /TypeError: Cannot read properties/)
  const foot = await wordsOf(page.locator('.foot'))
  assert.match(foot, /Committed: will not be read again orders\/0 18,151 → 18,201 50 offsets/)
  assert.match(foot, /Will be read again by the next run orders\/0 18,201 → 18,251/)
  assert.match(foot, /Unknown: the reply to the commit was lost none/)
  await show(batchNamed('batch-ended'))
  assert.match(await wordsOf(page.getByRole('main')), /The run has ended/)
})

test('a million records scroll, and only windows in sight are asked for', async () => {
  const { page, show, messages, errors } = await open({ view: 'batch', onMessage: answerRecords })
  const base = batchNamed('batch')
  assert.ok(base.batch)
  const drawnMs = await show({ ...base, batch: { ...base.batch, batchId: 'huge', recordCount: 1_000_000 } })
  const grid = page.getByRole('grid', { name: 'Records' })
  await grid.getByText('18,201', { exact: true }).waitFor()
  await grid.focus()
  await page.keyboard.press('End')
  const last = recordAt(999_999).offset.replace(/\B(?=(\d{3})+$)/g, ',')
  await grid.getByText(last, { exact: true }).waitFor()
  const rowCount = await grid.locator('.row').count()
  assert.ok(rowCount < 80, `${rowCount} rows exist`)

  const frames = await grid.evaluate(async node => {
    const steps = 60
    const from = performance.now()
    for (let step = 0; step < steps; step++) {
      node.scrollTop = (node.scrollHeight * step) / steps
      await new Promise(requestAnimationFrame)
    }
    return (performance.now() - from) / steps
  })
  await grid.evaluate(node => {
    node.scrollTop = 500_000 * 26
  })
  await grid.getByText(recordAt(500_001).offset.replace(/\B(?=(\d{3})+$)/g, ','), { exact: true }).waitFor()
  const asked = messages.filter(message => message.type === 'records')
  assert.ok(asked.length < 150, `${asked.length} windows were asked for`)
  assert.ok(asked.every(message => message.type === 'records' && message.count <= 500))
  assert.deepEqual(errors, [])
  console.log(
    `# a million rows: drawn in ${drawnMs.toFixed(1)} ms, ${frames.toFixed(1)} ms a frame while dragged, ${rowCount} rows exist`,
  )
})

test('an answer of an older batch is dropped; a window that fails says why and is asked for again', async () => {
  const { page, show, send, messages } = await open({ view: 'batch' })
  const base = batchNamed('batch')
  await show(base)
  const first = messages.find(message => message.type === 'records')
  assert.ok(first?.type === 'records')
  assert.ok(base.batch)
  await show({ ...base, batch: { ...base.batch, batchId: 'b43', sequence: 43 } })
  await send({
    type: 'records',
    requestId: first.requestId,
    result: { total: 150, records: [{ ...recordAt(0), value: 'STALE' }] },
  })
  const second = messages.findLast(message => message.type === 'records')
  assert.ok(second?.type === 'records' && second.batchId === 'b43')
  await send({ type: 'recordsFailed', requestId: second.requestId, message: 'the pipeline has ended' })
  await page.getByText('The records could not be read: the pipeline has ended').waitFor()
  assert.equal(await page.getByText('STALE').count(), 0)
  await page.getByRole('grid', { name: 'Records' }).evaluate(node => {
    node.scrollTop = 300
  })
  await page.waitForFunction(() => document.querySelector('.record-rows')?.scrollTop === 300)
  await page.getByRole('grid', { name: 'Records' }).press('End')
  const third = messages.findLast(message => message.type === 'records')
  assert.ok(third?.type === 'records' && third.requestId > second.requestId)
})
