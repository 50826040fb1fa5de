/** What is derived is what is committed. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ruleIds } from '@tidemark/server/analysis/findings/catalog'
import { version } from '@tidemark/server/version'
import { repositoryRoot } from '../harness/generate/files.ts'
import { ruleIdsOnDisk } from '../harness/generate/ruleRegistry.ts'
import { staleFiles } from '../harness/generate/stale.ts'

test('nothing generated is stale', async () => {
  const stale = await staleFiles()
  assert.deepEqual(
    stale.map(({ path }) => path),
    [],
    'Run: npm run generate',
  )
})

test('every rule has the id of its file', async () => {
  const known = new Set(ruleIds)
  assert.deepEqual(
    (await ruleIdsOnDisk()).filter(id => !known.has(id)),
    [],
  )
})

test('reports name the version of the package', () => {
  const manifest = JSON.parse(readFileSync(join(repositoryRoot, 'server/package.json'), 'utf8'))
  assert.equal(version, manifest.version)
})
