/** `tidemark-lint` from words to exit code, in this process; `cliProcess.test.ts` has what only a process can show. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { main } from '@tidemark/server/cli'
import { type Folder, folder } from './folder.ts'
import {
  callingPipeline,
  doublingHelper,
  doublingPipeline,
  injectedFiles,
  repeatableHelper,
  repeatablePipeline,
} from './sources.ts'

const rule = 'non-idempotent-output'
const onlyRule = ['--rule', rule]

interface Answer {
  readonly code: number
  readonly out: string
  readonly error: string
}

async function lint(at: Folder, args: readonly string[], stdin = ''): Promise<Answer> {
  let out = ''
  let error = ''
  const code = await main(args, {
    workingFolder: at.path,
    isColored: false,
    readStdin: async () => stdin,
    print: async text => {
      out += text
    },
    printError: async text => {
      error += text
    },
  })
  return { code, out, error }
}

test('exit code 1 with findings, 0 without', async t => {
  const at = folder(t, { 'wrong.ts': doublingPipeline, 'right.ts': repeatablePipeline })
  const wrong = await lint(at, ['wrong.ts', ...onlyRule])
  assert.equal(wrong.code, 1)
  assert.match(wrong.out, /^wrong\.ts:10:\d+ \w+ non-idempotent-output/)
  const right = await lint(at, ['right.ts', ...onlyRule])
  assert.deepEqual([right.code, right.error], [0, ''])
  assert.match(right.out, /^0 errors, 0 warnings in 1 file with 1 pipeline\.\n$/)
})

test('every format of the same run', async t => {
  const at = folder(t, { 'wrong.ts': doublingPipeline })
  const json = JSON.parse((await lint(at, ['.', '--format', 'json', ...onlyRule])).out)
  assert.equal(json.findings[0].rule, rule)
  assert.equal(json.pipelines[0].group, 'totals')
  const sarif = JSON.parse((await lint(at, ['.', '--format', 'sarif', ...onlyRule])).out)
  assert.equal(sarif.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri, 'wrong.ts')
  assert.match((await lint(at, ['.', '--format', 'github', ...onlyRule])).out, /^::\w+ file=wrong\.ts,line=10/)
  const written = await lint(at, ['.', '--format', 'sarif', '--output', 'out.sarif', ...onlyRule])
  assert.deepEqual([written.code, written.out], [1, ''])
  assert.deepEqual(JSON.parse(readFileSync(at.at('out.sarif'), 'utf8')).version, '2.1.0')
})

test('what a container is told is followed, also where each side lies in a package of its own', async t => {
  const flat = folder(t, injectedFiles)
  assert.match((await lint(flat, ['.', ...onlyRule])).out, /^pg\.ts:13:\d+ \w+ non-idempotent-output/)
  assert.match((await lint(flat, ['pg.ts', ...onlyRule])).out, /^pg\.ts:13:\d+ \w+ non-idempotent-output/)
  const { 'main.ts': main = '', 'orders.ts': orders = '', 'pg.ts': pg = '', 'module.ts': module = '' } = injectedFiles
  const packages = folder(t, {
    'package.json': '{ "workspaces": ["packages/*"] }',
    'packages/ports/package.json': '{ "name": "@shop/ports", "main": "orders.ts" }',
    'packages/ports/orders.ts': orders,
    'packages/app/package.json': '{ "name": "@shop/app" }',
    'packages/app/main.ts': main.replace('./orders.ts', '@shop/ports'),
    'packages/infra/package.json': '{ "name": "@shop/infra" }',
    'packages/infra/pg.ts': pg.replace('./orders.ts', '@shop/ports').replace('./main.ts', '../app/main.ts'),
    'packages/infra/module.ts': module.replace('./orders.ts', '@shop/ports'),
  })
  assert.match(
    (await lint(packages, ['.', ...onlyRule])).out,
    /^packages\/infra\/pg\.ts:13:\d+ \w+ non-idempotent-output/,
  )
  const { pipelines } = JSON.parse((await lint(packages, ['packages/app', '--format', 'json'])).out)
  assert.match(JSON.stringify(pipelines[0].evidence), /INSERT INTO orders/)
})

test('--max-warnings counts warnings, never errors', async t => {
  const at = folder(t, {
    'wrong.ts': doublingPipeline,
    'tidemark.config.json': `{ "rules": { "${rule}": "warning" } }`,
  })
  assert.equal((await lint(at, ['.', ...onlyRule])).code, 1)
  assert.equal((await lint(at, ['.', '--max-warnings', '1', ...onlyRule])).code, 0)
  at.write('tidemark.config.json', `{ "rules": { "${rule}": "error" }, "maxWarnings": 9 }`)
  assert.equal((await lint(at, ['.', ...onlyRule])).code, 1)
  at.write('tidemark.config.json', `{ "rules": { "${rule}": "hint" } }`)
  assert.equal((await lint(at, ['.', ...onlyRule])).code, 0)
})

test('a rule that is off is off, unless it is asked for by name', async t => {
  const at = folder(t, {
    'wrong.ts': doublingPipeline,
    'package.json': `{ "tidemark": { "rules": { "${rule}": "off" } } }`,
  })
  assert.equal(
    JSON.parse((await lint(at, ['.', '--format', 'json'])).out).findings.filter(
      (each: { rule: string }) => each.rule === rule,
    ).length,
    0,
  )
  assert.equal((await lint(at, ['.', ...onlyRule])).code, 1)
})

test("a team's own outputs are known by the settings", async t => {
  const code = `import { Kafka } from 'kafkajs'
import { Ledger } from '@acme/books'

const ledger = new Ledger()
const consumer = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] }).consumer({ groupId: 'totals' })
await consumer.run({ eachMessage: async ({ message }) => ledger.add(message.value) })
`
  const at = folder(t, { 'a.ts': code })
  assert.equal((await lint(at, ['.', ...onlyRule])).code, 0)
  at.write('tidemark.config.json', '{ "outputs": [{ "call": "@acme/books:Ledger#.add", "kind": "database" }] }')
  assert.match((await lint(at, ['.', ...onlyRule])).out, /^a\.ts:6:\d+ \w+ non-idempotent-output/)
  at.write(
    'tidemark.config.json',
    '{ "outputs": [{ "call": "@acme/books:Ledger#.add", "kind": "database", "idempotent": true }] }',
  )
  assert.equal((await lint(at, ['.', ...onlyRule])).code, 0)
})

test('suppressed, and the suppression checked', async t => {
  const suppressed = doublingPipeline.replace(
    '    await db',
    `    // tidemark-ignore ${rule}: the table drops doubles\n    await db`,
  )
  const at = folder(t, { 'a.ts': suppressed })
  assert.equal((await lint(at, ['.', ...onlyRule])).code, 0)
  at.write('a.ts', suppressed.replace(': the table drops doubles', ''))
  assert.match((await lint(at, ['.'])).out, /suppression-without-reason/)
})

test('a helper named alone is judged with the handler that calls it', async t => {
  const at = folder(t, { 'package.json': '{}', 'src/pipeline.ts': callingPipeline, 'src/helper.ts': doublingHelper })
  const { code, out } = await lint(at, ['src/helper.ts', ...onlyRule])
  assert.equal(code, 1)
  assert.match(out, /^src\/helper\.ts:6:/)
  at.write('src/helper.ts', repeatableHelper)
  assert.equal((await lint(at, ['src/helper.ts', ...onlyRule])).code, 0)
})

test('standard input stands for a file', async t => {
  const at = folder(t, { 'helper.ts': doublingHelper })
  const { code, out } = await lint(at, ['--stdin-filename', 'new.ts', ...onlyRule], doublingPipeline)
  assert.equal(code, 1)
  assert.match(out, /^new\.ts:10:/)
  assert.equal((await lint(at, ['-', ...onlyRule], repeatablePipeline)).code, 0)
})

test('--fix repairs what is safe, on disk or on its way through', async t => {
  const text = `// tidemark-ignore ${rule}: long gone\n${repeatablePipeline}`
  const at = folder(t, { 'a.ts': text, 'b.ts': `\uFEFF${text.replaceAll('\n', '\r\n')}` })
  chmodSync(at.at('a.ts'), 0o755)
  const { code, error } = await lint(at, ['.', '--fix', ...onlyRule, '--rule', 'unused-suppression'])
  assert.deepEqual([code, error], [0, '2 fixed.\n'])
  assert.equal(readFileSync(at.at('a.ts'), 'utf8'), repeatablePipeline)
  assert.equal(readFileSync(at.at('b.ts'), 'utf8'), `\uFEFF${repeatablePipeline.replaceAll('\n', '\r\n')}`)
  const filtered = await lint(
    at,
    ['--stdin-filename', 'c.ts', '--fix', '--rule', 'unused-suppression', ...onlyRule],
    text,
  )
  assert.deepEqual([filtered.code, filtered.out], [0, repeatablePipeline])
  assert.equal(existsSync(at.at('c.ts')), false)
})

test('a file that cannot be written is left as it was, and said', async t => {
  const text = `// tidemark-ignore ${rule}: long gone\n${repeatablePipeline}`
  const name = `${'n'.repeat(252)}.ts`
  const at = folder(t, { [name]: text })
  const { code, out } = await lint(at, ['.', '--fix', '--rule', 'unused-suppression', ...onlyRule])
  assert.equal(code, 2)
  assert.match(out, /FIX_FAILED .*could not be written.*It is as it was/)
  assert.match(out, /unused-suppression/, 'what was not fixed is still a finding')
  assert.equal(readFileSync(at.at(name), 'utf8'), text)
})

test('the baseline takes old findings in, once', async t => {
  const at = folder(t, { 'old.ts': doublingPipeline })
  const written = await lint(at, ['.', '--baseline', 'known.json', '--write-baseline', ...onlyRule])
  assert.deepEqual([written.code, written.out], [0, '1 findings are in the baseline known.json.\n'])
  const clean = await lint(at, ['.', '--baseline', 'known.json', ...onlyRule])
  assert.equal(clean.code, 0)
  assert.match(clean.out, /1 more in the baseline/)
  at.write('new.ts', doublingPipeline)
  const grown = await lint(at, ['.', '--baseline', 'known.json', ...onlyRule])
  assert.equal(grown.code, 1)
  assert.match(grown.out, /^new\.ts/)
  at.write('old.ts', repeatablePipeline)
  at.write('new.ts', repeatablePipeline)
  assert.match(
    (await lint(at, ['.', '--baseline', 'known.json', ...onlyRule])).out,
    /BASELINE_STALE .*1 entry is no longer needed/,
  )
})

for (const [name, args, files, message] of [
  ['nothing to do', [], {}, /Nothing to analyse/],
  ['a missing path', ['gone.ts'], {}, /'gone\.ts' does not exist/],
  ['an unknown rule', ['.', '--rule', 'nope-nope'], {}, /No rule is called 'nope-nope'/],
  ['a missing baseline', ['.', '--baseline', 'b.json'], {}, /baseline .* cannot be read/],
  ['a broken baseline', ['.', '--baseline', 'b.json'], { 'b.json': '{' }, /baseline .* cannot be used: it is not JSON/],
  ['a baseline without a name', ['.', '--write-baseline'], { 'a.ts': '' }, /--write-baseline needs/],
  ['a missing configuration', ['.', '--config', 'c.json'], {}, /configuration 'c\.json' cannot be read/],
  [
    'a wrong configuration',
    ['.'],
    { 'tidemark.config.json': '{\n "maxWarnings": "x" }' },
    /tidemark\.config\.json:2:17 'maxWarnings' is "x"/,
  ],
  ['a report that cannot be written', ['.', '--output', 'no/such/folder/r'], { 'a.ts': '' }, /cannot be written/],
] as const)
  test(`exit code 2: ${name}`, async t => {
    const { code, error } = await lint(folder(t, files), args)
    assert.equal(code, 2)
    assert.match(error, message)
    assert.doesNotMatch(error, /defect/)
  })

test('a folder that is read-only: what cannot be written is said, what can be told is told', async t => {
  const at = folder(t, { 'wrong.ts': doublingPipeline })
  chmodSync(at.path, 0o555)
  const isSuperuser = process.geteuid?.() === 0
  if (isSuperuser) process.seteuid?.(65_534)
  try {
    const report = await lint(at, ['.', '--output', 'report.txt', ...onlyRule])
    assert.deepEqual(
      [report.code, /report\.txt' cannot be written: the permission to write there is missing\./.test(report.error)],
      [2, true],
    )
    const baseline = await lint(at, ['.', '--baseline', 'b.json', '--write-baseline', ...onlyRule])
    assert.deepEqual(
      [baseline.code, /b\.json' cannot be written: the permission to write there is missing\./.test(baseline.error)],
      [2, true],
    )
    const plain = await lint(at, ['.', ...onlyRule])
    assert.deepEqual([plain.code, plain.error], [1, ''])
  } finally {
    if (isSuperuser) process.seteuid?.(0)
    chmodSync(at.path, 0o755)
  }
})

test('a rule may matter less in some files; a suppression there is not called useless for it', async t => {
  const told = doublingPipeline
    .split('\n')
    .toSpliced(9, 0, `// tidemark-ignore ${rule}: the table drops doubles`)
    .join('\n')
  const at = folder(t, {
    'src/main.ts': callingPipeline,
    'src/helper.ts': doublingHelper,
    'legacy/wrong.ts': doublingPipeline,
    'legacy/told.ts': told,
    'tidemark.config.json': `{
      "rules": { "${rule}": "off" },
      "overrides": [{ "files": ["src/**"], "rules": { "${rule}": "error" } }],
    }`,
  })
  const found = async (...args: string[]): Promise<string[]> => {
    const report = JSON.parse((await lint(at, ['.', '--format', 'json', ...args])).out)
    return report.findings
      .filter((each: { rule: string }) => each.rule === rule || each.rule === 'unused-suppression')
      .map((each: { path: string; severity: string }) => `${each.path} ${each.severity}`)
  }
  assert.deepEqual(await found(), ['src/helper.ts error'])
  at.write('tidemark.config.json', `{ "overrides": [{ "files": ["src"], "rules": { "${rule}": "off" } }] }`)
  assert.deepEqual(await found(), ['legacy/wrong.ts warning'])
  const asked = await found(...onlyRule)
  assert.deepEqual(asked.sort(), ['legacy/wrong.ts warning', 'src/helper.ts warning'])
})

test('what is right is reported beside what is missing', async t => {
  const at = folder(t, { 'wrong.ts': doublingPipeline })
  const { code, out, error } = await lint(at, ['wrong.ts', 'gone.ts', ...onlyRule])
  assert.equal(code, 2)
  assert.match(out, /^wrong\.ts:10:/)
  assert.match(error, /'gone\.ts' does not exist/)
})

test('files that are no text, not UTF-8, or broken do not stop the others', async t => {
  const latin = Buffer.from(doublingPipeline.replace('shop', 'caf\u00e9'), 'latin1')
  const at = folder(t, {
    'binary.ts': new Uint8Array([0, 1, 2, 3]),
    'latin.ts': latin,
    'utf16.ts': Buffer.from(`\uFEFF${doublingPipeline}`, 'utf16le'),
    'broken.ts': `${doublingPipeline}\n)]}`,
    'empty.ts': '',
    'wrong.ts': doublingPipeline,
  })
  const { code, out } = await lint(at, ['.', ...onlyRule])
  assert.equal(code, 1)
  assert.match(out, /FILE_NOT_TEXT binary\.ts/)
  assert.match(out, /FILE_NOT_UTF8 latin\.ts/)
  for (const name of ['latin', 'utf16', 'broken', 'wrong']) assert.match(out, new RegExp(`^${name}\\.ts:10:`, 'm'))
})

test('text that is not UTF-8 is never fixed', async t => {
  const latin = Buffer.from(`// tidemark-ignore ${rule}: gone, caf\u00e9\n${repeatablePipeline}`, 'latin1')
  const at = folder(t, { 'latin.ts': latin })
  const { code } = await lint(at, ['.', '--fix', '--rule', 'unused-suppression', ...onlyRule])
  assert.equal(code, 1)
  assert.deepEqual(readFileSync(at.at('latin.ts')), latin)
})

test('a file of 50 MB is skipped with a note, and looked at where the setting it names allows for that', async t => {
  const at = folder(t, { 'wrong.ts': doublingPipeline })
  writeFileSync(at.at('huge.ts'), `${doublingPipeline}${'// x\n'.repeat(10_500_000)}`)
  const { code, out } = await lint(at, ['.', ...onlyRule])
  assert.equal(code, 1)
  assert.match(out, /FILE_TOO_LARGE huge\.ts/)
  assert.doesNotMatch(out, /^huge\.ts/m)
  const setting = /Raise (\w+) in the settings/.exec(out)?.[1] ?? ''
  writeFileSync(at.at('tidemark.config.json'), JSON.stringify({ [setting]: 60_000_000 }))
  const raised = await lint(at, ['.', ...onlyRule])
  assert.match(raised.out, /^huge\.ts/m)
})

test('links that lead in circles end', async t => {
  const at = folder(t, { 'src/wrong.ts': doublingPipeline })
  symlinkSync('..', at.at('src/up'))
  symlinkSync('self.ts', at.at('src/self.ts'))
  const { code, out } = await lint(at, ['.', '--format', 'json', ...onlyRule])
  assert.equal(code, 1)
  assert.equal(JSON.parse(out).fileCount, 1)
  assert.equal((await lint(at, ['src/self.ts'])).code, 2)
})

test('help and version', async t => {
  const at = folder(t)
  assert.match((await lint(at, ['--help'])).out, /Exit code 0: clean/)
  assert.match((await lint(at, ['--version'])).out, /^\d+\.\d+\.\d+\n$/)
})
