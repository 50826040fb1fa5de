/** The experiment that the whole project rests on: kill -9 at random moments, and the totals compared with the ledger to the cent. */
import assert from 'node:assert/strict'
import { cp, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createDisk } from '../../server/src/analysis/engine/disk.ts'
import { createEngine } from '../../server/src/analysis/engine/engine.ts'
import { editedText } from '../../server/src/analysis/fixes/fixes.ts'
import { tempFolder } from '../harness/folders.ts'
import { experiment, samples } from './orderTotals.ts'

test('totals-right, killed twenty times, equals the ledger to the cent', async t => {
  const { ledger, totals } = await experiment(t, join(samples, 'totals-right.ts'))
  assert.deepEqual(totals, ledger)
})

test('the control: totals-wrong, killed twenty times, does not', async t => {
  const { ledger, totals } = await experiment(t, join(samples, 'totals-wrong.ts'))
  const sum = (cents: Record<string, number>) => Object.values(cents).reduce((left, right) => left + right, 0)
  assert.ok(sum(totals) > sum(ledger), `nothing was doubled: ${sum(totals)} of ${sum(ledger)}`)
})

test('totals-wrong after its quick fixes, killed twenty times, equals the ledger to the cent', async t => {
  const { ledger, totals } = await experiment(t, await fixedSample(t))
  assert.deepEqual(totals, ledger)
})

/** The wrong sample with the first fix of each finding applied, one after the other, as a person would press them. */
async function fixedSample(t: TestContext): Promise<string> {
  const folder = await tempFolder(t)
  await cp(samples, folder, { recursive: true })
  await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'))
  const path = join(folder, 'totals-wrong.ts')
  const disk = createDisk()
  const engine = createEngine({ fileSystem: disk, settings: {} })
  for (let press = 0; press < 5; press++) {
    const [finding] = engine.analyze(path).findings
    if (!finding) break
    const fix = finding.fixes[0]
    assert.ok(fix, `no fix for ${finding.rule}`)
    const text = editedText(engine.text(path) ?? '', fix.edits)
    await writeFile(path, text)
    engine.invalidate([path])
  }
  assert.deepEqual(engine.analyze(path).findings, [])
  return path
}
