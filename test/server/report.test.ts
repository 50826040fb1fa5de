/** The four report formats say the same, each as its reader expects. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { githubReport } from '@tidemark/server/analysis/report/github'
import { jsonReport } from '@tidemark/server/analysis/report/json'
import { sarifReport } from '@tidemark/server/analysis/report/sarif'
import { textReport } from '@tidemark/server/analysis/report/text'
import { Ajv, type ValidateFunction } from 'ajv'
import { finding, rangeOf, report } from './findings.ts'

const folder = '/repo'
const path = '/repo/src/größe % totals.ts'
const outside = '/elsewhere/helper.ts'
const text = 'const a = 1\n\tawait db.insert(a)\r\nconst b = 2\n'
const texts = { [path]: text, [outside]: 'export const x = 1\n' }

const full = report(folder, texts, {
  findings: [
    finding(path, text, 'const b', { severity: 'info', confidence: 'possible', rule: 'no-graceful-stop' }),
    finding(path, text, 'db.insert(a)', {
      severity: 'error',
      evidence: [
        { path: outside, range: rangeOf('export const x = 1\n', 'x = 1'), message: 'called: here,\nand there' },
      ],
      fixes: [
        {
          title: 'Upsert',
          isSafe: true,
          edits: [
            { path, range: rangeOf(text, 'insert'), newText: 'upsert' },
            { path: outside, range: rangeOf('export const x = 1\n', 'x = 1'), newText: 'y' },
          ],
        },
      ],
    }),
  ],
  pipelines: [
    {
      path,
      range: rangeOf(text, 'const a'),
      client: 'kafkajs',
      groupId: undefined,
      topics: ['orders'],
      declared: undefined,
      inferred: 'broken',
      evidence: [{ path, range: rangeOf(text, 'const b'), message: 'commits here' }],
    },
  ],
  notes: [
    { code: 'FILE_TOO_LARGE', path: outside, message: 'It has 50 MB; at most 1 MB is analysed.' },
    { code: 'RULE_FAILED', path, rule: 'unawaited-output', message: 'boom' },
  ],
})
const empty = report(folder, {}, {})

const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, formats: sarifFormats() })
const require = createRequire(import.meta.url)

test('SARIF matches the official schema', () => {
  const validate = ajv.compile(officialSarifSchema())
  for (const each of [full, empty]) assertValid(validate, JSON.parse(sarifReport(each)))
  const broken = JSON.parse(sarifReport(full))
  broken.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0
  assert.equal(validate(broken), false, 'the schema refuses line 0, so it is really applied')
})

test('SARIF holds what code scanning needs', () => {
  const log = JSON.parse(sarifReport(full))
  const [run] = log.runs
  assert.equal(log.version, '2.1.0')
  assert.equal(run.columnKind, 'utf16CodeUnits')
  const [rule] = run.tool.driver.rules
  assert.equal(rule.id, 'non-idempotent-output')
  assert.match(rule.helpUri, /^https:.*\/non-idempotent-output\.md$/)
  assert.equal(rule.defaultConfiguration.level, 'warning')
  assert.equal(rule.properties['problem.severity'], 'warning')
  assert.match(rule.help.markdown, /1\. the row is inserted\n2\. crash/)
  const [first, second] = run.results
  assert.equal(first.level, 'error')
  assert.equal(first.ruleIndex, 0)
  assert.deepEqual(first.locations[0].physicalLocation, {
    artifactLocation: { uri: 'src/gr%C3%B6%C3%9Fe%20%25%20totals.ts', uriBaseId: 'SRCROOT' },
    region: { startLine: 2, startColumn: 8, endLine: 2, endColumn: 20 },
  })
  assert.deepEqual(first.relatedLocations[0].physicalLocation.artifactLocation, { uri: 'file:///elsewhere/helper.ts' })
  assert.equal(first.fixes[0].artifactChanges.length, 2)
  assert.deepEqual(first.fixes[0].artifactChanges[0].replacements[0].insertedContent, { text: 'upsert' })
  assert.match(first.partialFingerprints['tidemark/v1'], /^[0-9a-f]{32}$/)
  assert.equal(second.level, 'note')
  assert.equal(run.originalUriBaseIds.SRCROOT.uri, 'file:///repo/')
  assert.equal(run.invocations[0].executionSuccessful, false)
  assert.deepEqual(
    run.invocations[0].toolExecutionNotifications.map((note: { level: string }) => note.level),
    ['note', 'error'],
  )
})

test('JSON matches the published schema', () => {
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../server/schemas/report.schema.json'), 'utf8'))
  const validate = ajv.compile(schema)
  for (const each of [full, empty]) assertValid(validate, JSON.parse(jsonReport(each)))
  const broken = JSON.parse(jsonReport(full))
  broken.findings[0].surprise = true
  assert.equal(validate(broken), false)
})

test('JSON counts from one and uses null for what is not known', () => {
  const value = JSON.parse(jsonReport(full))
  assert.equal(value.version, 1)
  assert.equal(value.pipelines[0].group, null)
  assert.equal(value.pipelines[0].declared, null)
  assert.equal(value.pipelines[0].inferred, 'broken')
  assert.deepEqual(value.findings[0].range, { start: { line: 2, column: 8 }, end: { line: 2, column: 20 } })
  assert.deepEqual(
    value.findings.map((each: { rule: string }) => each.rule),
    ['non-idempotent-output', 'no-graceful-stop'],
  )
})

test('text shows the place, the line with carets, the evidence and the sums', () => {
  const shown = textReport(full, { isColored: false })
  assert.equal(
    shown,
    [
      'src/größe % totals.ts:2:8 error non-idempotent-output',
      `  'db.insert(a)' runs again after a crash, so its rows are doubled. Use an upsert.`,
      '  2 | \tawait db.insert(a)',
      '    | \t      ^^^^^^^^^^^^',
      '  - /elsewhere/helper.ts:1:14 called: here,',
      '    and there',
      '',
      'src/größe % totals.ts:3:1 info no-graceful-stop',
      `  'const b' runs again after a crash, so its rows are doubled. Use an upsert.`,
      '  3 | const b = 2',
      '    | ^^^^^^^',
      '',
      'note FILE_TOO_LARGE /elsewhere/helper.ts: It has 50 MB; at most 1 MB is analysed.',
      'note RULE_FAILED src/größe % totals.ts: boom',
      '1 error, 0 warnings, 1 info in 2 files with 1 pipeline. 1 can be fixed with --fix.',
      '',
    ].join('\n'),
  )
  assert.ok(textReport(full, { isColored: true }).includes('\u001b[31merror'))
})

test('text cuts a minified line around the finding', () => {
  const minified = `${'x();'.repeat(5000)}db.insert(a);${'y();'.repeat(5000)}`
  const long = report(folder, { [path]: minified }, { findings: [finding(path, minified, 'db.insert(a)')] })
  const lines = textReport(long, { isColored: false }).split('\n')
  assert.ok(lines.every(line => line.length < 200))
  const at = lines[2]?.indexOf('db.insert(a)') ?? -1
  assert.ok(at > 0)
  assert.equal(lines[3]?.indexOf('^'), at)
})

test('GitHub annotations escape what would end them', () => {
  const lines = githubReport(full).split('\n')
  assert.equal(
    lines[0],
    "::error file=src/größe %25 totals.ts,line=2,endLine=2,col=8,endColumn=20,title=non-idempotent-output::'db.insert(a)' runs again " +
      'after a crash, so its rows are doubled. Use an upsert.%0A/elsewhere/helper.ts:1 called: here,%0Aand there',
  )
  assert.match(lines[1] ?? '', /^::notice /)
  assert.equal(lines[3], '::error file=src/größe %25 totals.ts,title=unawaited-output::boom')
})

/** The official schema is draft 4; what it uses means the same in draft 7 once its id is named as there. */
function officialSarifSchema(): object {
  const { $schema: _, id, ...schema } = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')
  return { $id: id, ...schema }
}

function sarifFormats(): Record<string, (value: string) => boolean> {
  return {
    uri: value => URL.canParse(value),
    'uri-reference': value => URL.canParse(value, 'file:///'),
    'date-time': value => !Number.isNaN(Date.parse(value)),
  }
}

function assertValid(validate: ValidateFunction, value: unknown): void {
  assert.ok(validate(value), ajv.errorsText(validate.errors))
}
