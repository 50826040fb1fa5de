import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { ensureKafkaPrerequisites } from '../../harness/prerequisites.ts'
import { fakeMachine, java17 } from './fakePrograms.ts'

const quiet = () => {}
const aptThatRecords = `echo "$*" >> "$HOME/apt"`

test('nothing is installed where nothing is missing', async t => {
  const { env } = await fakeMachine(t, { java: java17, mvn: 'exit 0', 'apt-get': 'exit 1' })
  await ensureKafkaPrerequisites(env, true, quiet)
})

test('what is missing is installed where this user may', async t => {
  const { env, home } = await fakeMachine(t, { java: java17, 'apt-get': aptThatRecords })
  await ensureKafkaPrerequisites(env, true, quiet)
  const calls = (await readFile(join(home, 'apt'), 'utf8')).trim().split('\n')
  assert.deepEqual(calls.slice(1), ['update', 'install --yes --no-install-recommends maven'])
})

test('where this user may not, the exact command is named', async t => {
  const { env } = await fakeMachine(t, { 'apt-get': aptThatRecords })
  await assert.rejects(ensureKafkaPrerequisites(env, false, quiet), {
    message: /Run: sudo apt-get install --yes --no-install-recommends openjdk-17-jre-headless maven/,
  })
  const other = await fakeMachine(t, {})
  await assert.rejects(ensureKafkaPrerequisites(other.env, true, quiet), { message: /Java 17 or newer and Maven/ })
})
