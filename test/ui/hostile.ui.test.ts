import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WireRecord } from '@tidemark/runtime/protocol'
import type { OverviewSnapshot } from '@tidemark/webview/protocol'
import type { Panel } from './panel.ts'
import { batchNamed, overviewNamed } from './recorded.ts'
import { usePanels, wordsOf } from './session.ts'

const open = usePanels()

const markup = `<img src=x onerror="window.attacked=1"><script>window.attacked=1</script>&amp;<b>bold</b>`
const reversed = 'invoice\u202egpj.exe'
const controls = 'a\u0000b\u0007\u001b[31mred\r\n\ttab\u0085\u009b'
const hidden = 'adm\u200bin\u2066\u2069\ufeff\u00ad'
const endless = `long-${'x'.repeat(200_000)}`
const names = [
  markup,
  reversed,
  controls,
  hidden,
  endless,
  '__proto__',
  'constructor',
  '',
  '\ud800',
  '‹U+202E›',
  '{{7*7}}',
]

const offsetMax = '9223372036854775807'
const justBelow = '9223372036854775806'

test('names from Kafka are text, whatever they hold', async () => {
  const panel = await open({ view: 'overview' })
  await panel.show(hostileOverview())
  assert.deepEqual(await foreignMarkup(panel), [])
  assert.deepEqual([panel.errors, panel.violations], [[], []])
  const options = await panel.page.getByRole('listbox', { name: 'Groups' }).getByRole('option').allTextContents()
  const all = options.join('\n')
  assert.ok(all.includes(markup), 'markup is read as it was written')
  assert.ok(all.includes('invoice‹U+202E›gpj.exe'))
  assert.ok(all.includes('a␀b␇␛[31mred␍␊␉tab‹U+0085›‹U+009B›'))
  assert.ok(all.includes('adm‹U+200B›in‹U+2066›‹U+2069›‹U+FEFF›‹U+00AD›'))
  assert.ok(all.includes('‹U+D800›'))
  assert.ok(
    options.every(text => text.length < 1_500),
    'a name of 200,000 characters is cut',
  )
  assert.doesNotMatch(await allText(panel), /[\u202e\u200b\u2066\ufeff]/)
  const values = await panel.page.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap(node => [...node.attributes].map(({ value }) => value)),
  )
  assert.ok(!values.some(value => /[\u202e\u200b\u2066]/.test(value)), 'nor is it hidden in a title or a label')
})

test('offsets beyond 2^53 are exact in every place', async () => {
  const panel = await open({ view: 'overview' })
  await panel.show(hostileOverview())
  const row = panel.page.locator('.partition-rows .columns.row').first()
  const text = await wordsOf(row)
  assert.ok(text.includes('9,223,372,036,854,775,806 9,223,372,036,854,775,807 1'), text)
  assert.match(
    (await row.locator('.gauge').getAttribute('aria-label')) ?? '',
    /to 9,223,372,036,854,775,807, committed 9,223,372,036,854,775,806/,
  )
})

test('members, topics, settings, brokers and problems are text and exact too', async () => {
  const panel = await open({ view: 'overview' })
  const base = hostileOverview()
  await panel.show(base)
  await panel.page.getByRole('tab', { name: /Members/ }).click()
  const member = panel.page.getByRole('grid', { name: 'Members' }).getByRole('row').nth(1)
  assert.ok((await wordsOf(member)).includes('invoice‹U+202E›gpj.exe'))
  const notice = panel.page.getByRole('region', { name: /What these would have told/ })
  assert.ok((await notice.innerText()).includes(markup))
  assert.deepEqual(await foreignMarkup(panel), [])

  const { selected: _, ...rest } = base
  await panel.show({ ...rest, selected: undefined, selectedTopic: hostileTopic() })
  const row = panel.page.getByRole('grid', { name: 'Partitions' }).getByRole('row').nth(1)
  assert.match(
    await wordsOf(row),
    /^0 0 9,223,372,036,854,775,806 9,223,372,036,854,775,807 9,223,372,036,854,775,807 1 /,
  )
  assert.match(
    await wordsOf(panel.page.getByRole('grid', { name: 'Partitions' }).getByRole('row').nth(2)),
    /– – – – – ▲ none/,
  )
  await panel.page.getByRole('tab', { name: /Settings/ }).click()
  const settings = panel.page.getByRole('grid', { name: 'Settings' })
  await settings.getByText('a␀b␇␛[31mred').first().waitFor()
  assert.deepEqual(await foreignMarkup(panel), [])
  assert.deepEqual([panel.errors, panel.violations], [[], []])
  assert.doesNotMatch(await allText(panel), /[\u202e\u200b\u2066\ufeff]/)
})

test('a broken snapshot field is shown, not hidden, and stops nothing', async () => {
  const panel = await open({ view: 'overview' })
  const base = hostileOverview()
  assert.ok(base.selected)
  const [first, ...rest] = base.selected.partitions
  assert.ok(first)
  const broken = {
    ...first,
    logEndOffset: 'NaN',
    committedOffset: '1e400',
    recordsPerSecond: Number.POSITIVE_INFINITY,
    secondsLeft: Number.MAX_VALUE,
  }
  await panel.show({
    ...base,
    readAtMs: Number.MAX_VALUE,
    selected: { ...base.selected, partitions: [broken, ...rest] },
  })
  await panel.show(base)
  await panel.page.evaluate(() => window.postMessage({ type: 'snapshot' }, '*'))
  assert.deepEqual(panel.violations, [])
  assert.equal((await panel.page.locator('.partition-rows .columns.row').count()) > 0, true)
})

test('records are text: markup, terminal escapes, reversed names, a cut megabyte', async () => {
  const values: readonly (string | null)[] = [
    markup,
    reversed,
    controls,
    '',
    null,
    'null',
    `{"id":${justBelow},"x":"${'<b>'.repeat(3)}"}`,
  ]
  const panel = await open({
    view: 'batch',
    onMessage: async (message, self) => {
      if (message.type !== 'records') return
      const records = values.map((value, at) => record(at, value))
      await self.send({ type: 'records', requestId: message.requestId, result: { total: records.length, records } })
    },
  })
  const base = batchNamed('batch-failed')
  assert.ok(base.batch)
  const range = { topic: markup, partition: 0, fromOffset: justBelow, untilOffset: offsetMax }
  await panel.show({
    ...base,
    pipeline: markup,
    store: reversed,
    status: { kind: 'stopped', message: markup },
    batch: {
      ...base.batch,
      batchId: markup,
      ranges: [range],
      recordCount: values.length,
      error: `${markup}${controls}`,
    },
    ifItDied: markup,
    ended: { committed: [range], willBeRedone: [range], unknown: [range] },
  })
  const grid = panel.page.getByRole('grid', { name: 'Records' })
  await grid.getByText('invoice‹U+202E›gpj.exe').first().waitFor()
  const cells = await grid.locator('.row').evaluateAll(rows => rows.map(row => row.children[4]?.textContent))
  assert.equal(cells[0], markup)
  assert.equal(cells[2], 'a␀b␇␛[31mred␍␊␉tab‹U+0085›‹U+009B›')
  assert.deepEqual(cells.slice(3, 6), ['empty', 'null (deletes the key)', 'null'])
  const styles = await grid.locator('.row').evaluateAll(rows => rows.map(row => row.children[4]?.className))
  assert.notEqual(styles[4], styles[5], "Kafka's null and the word null differ in looks too")

  await grid.locator('.row').nth(6).click()
  const pane = panel.page.getByRole('complementary')
  assert.ok(
    (await wordsOf(pane)).includes('"id": 9223372036854775806'),
    'a number beyond 2^53 inside JSON keeps its digits',
  )
  assert.ok((await wordsOf(pane)).includes('Cut here'))
  assert.deepEqual(await foreignMarkup(panel), [])
  assert.deepEqual([panel.errors, panel.violations], [[], []])
})

test('the check finds markup where there is some', async () => {
  const panel = await open({ view: 'overview' })
  await panel.page.evaluate(html => {
    const careless = document.createElement('div')
    careless.innerHTML = html
    document.getElementById('root')?.append(careless)
  }, markup)
  assert.deepEqual(await foreignMarkup(panel), ['IMG', 'SCRIPT'])
})

function hostileTopic(): NonNullable<OverviewSnapshot['selectedTopic']> {
  const silent = { logStartOffset: undefined, lastStableOffset: undefined, logEndOffset: undefined, leader: undefined }
  return {
    topic: markup,
    chips: names.map(text => ({ text, tone: 'plain' })),
    partitions: [
      {
        partition: 0,
        logStartOffset: '0',
        lastStableOffset: justBelow,
        logEndOffset: offsetMax,
        leader: 1,
        replicas: [1],
        isr: [1],
      },
      { partition: 1, ...silent, replicas: [1], isr: [] },
    ],
    settings: names.map(name => ({ name, value: controls, source: 'topic' })),
    readers: names.map(name => ({ key: name, name, lag: offsetMax })),
  }
}

function hostileOverview(): OverviewSnapshot {
  const base = overviewNamed('overview')
  const [partition] = base.selected?.partitions ?? []
  if (!base.selected || !partition) throw new Error('the recorded overview has partitions')
  const huge = {
    ...partition,
    topic: markup,
    logEndOffset: offsetMax,
    lastStableOffset: offsetMax,
    committedOffset: justBelow,
    lag: { ...partition.lag, readable: '1', markersAndAborted: '0' },
    owner: reversed,
  }
  return {
    ...base,
    cluster: markup,
    kafkaVersion: reversed,
    groups: names.map((groupId, at) => ({
      groupId,
      type: markup,
      state: reversed,
      status: 'ok',
      lag: String(at),
      note: controls,
    })),
    brokers: names.map((address, nodeId) => ({ nodeId, address, isController: false, leaderCount: 1, isSilent: true })),
    problems: [markup, reversed, controls].map(place => ({ place, message: markup })),
    problemCount: 3,
    topics: names.map(topic => ({ topic, partitionCount: 1, replicationFactor: 1, isInternal: false })),
    selected: {
      ...base.selected,
      groupId: markup,
      chips: names.map(text => ({ text, tone: 'plain' })),
      members: [reversed, ...names].map((memberId, at) => ({
        memberId: `${at} ${memberId}`,
        clientId: memberId,
        host: memberId,
        instanceId: memberId,
        assignment: [{ topic: memberId, partitions: [0] }],
      })),
      history: base.selected.history.map(point => ({ ...point, event: markup })),
      partitions: [
        huge,
        ...names.map((topic, at) => ({ ...huge, topic, partition: at, why: controls, status: reversed })),
      ],
    },
  }
}

function record(at: number, value: string | null): WireRecord {
  return {
    topic: markup,
    partition: 0,
    offset: justBelow,
    timestampMs: at === 0 ? -1 : 1e18,
    key: value,
    value,
    isTruncated: true,
  }
}

/** Elements that only markup from outside could have made. */
function foreignMarkup({ page }: Panel): Promise<string[]> {
  return page.evaluate(() => {
    const made = [...document.querySelectorAll('#root img, #root script, #root iframe, #root a[href], #root style')]
    const attacked = (window as unknown as { attacked?: unknown }).attacked === undefined ? [] : ['attacked']
    return [...made.map(node => node.tagName), ...attacked]
  })
}

function allText({ page }: Panel): Promise<string> {
  return page.evaluate(() => document.body.textContent ?? '')
}
