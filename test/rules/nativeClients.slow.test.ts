/**
 * What fixes make of code on librdkafka's bindings, held against their real typings. The clients are no dependency: an install
 * of theirs compiles or downloads a native part, which types do not need.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cachedPackages } from '../harness/cachedPackages.ts'
import { allFixtures } from './fixtures.ts'
import { typeErrors } from './types.ts'

const clients = { '@confluentinc/kafka-javascript': '1.10.1', 'node-rdkafka': '3.6.1' }

test("goldens for the Confluent client and node-rdkafka compile against the clients' own typings", async () => {
  const folder = await cachedPackages('native-clients', clients)
  const libraries = Object.fromEntries(Object.keys(clients).map(name => [name, join(folder, 'node_modules', name, 'index.d.ts')]))
  const goldens = allFixtures()
    .map(fixture => fixture.goldenPath)
    .filter(path => path.endsWith('.ts') && existsSync(path))
  for (const client of Object.keys(clients)) {
    const own = goldens.filter(path => readFileSync(path, 'utf8').includes(`from '${client}'`))
    assert.ok(own.length >= 3, `${client} has goldens`)
    assert.deepEqual(typeErrors(own, { libraries }), [])
    const [path] = own as [string]
    const wrong = new Map([[path, readFileSync(path, 'utf8').replace(/new (\S*Kafka\w*)\(/, 'new $1(1, ')]])
    assert.notDeepEqual(typeErrors([path], { libraries, overlay: wrong }), [], `${client} is really looked at`)
  }
})
