/** What is decided about Docker, on a stand-in that writes down how it was called. No engine is needed. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startLocalKafka, stopLocalKafka } from '@tidemark/runtime/localKafka'
import { composeFile, variableOf } from '../../../runtime/src/localKafka/docker.ts'
import { fakeMachine } from './fakePrograms.ts'

const recording = `echo "$*" >> "$HOME/calls"`
const healthy = `${recording}\ncase "$*" in *"ps --all"*) echo kafka-1;; *logs*) echo 'kafka-1 | out of memory';; esac`

test('the engine is asked for only when it may be used, and must answer with compose', async t => {
  const machine = await fakeMachine(t, {
    docker: `${recording}\necho 'Cannot connect to the Docker daemon' >&2; exit 1`,
  })
  const address = { env: machine.env, folder: machine.folder }
  await assert.rejects(startLocalKafka({ ...address, engine: 'docker' }), {
    code: 'DOCKER_UNAVAILABLE',
    message: /Cannot connect/,
  })
  await assert.rejects(startLocalKafka(address), { code: 'JAVA_MISSING' })
  const withoutCompose = await fakeMachine(t, {
    docker: `[ "$1" = version ] || { echo "'compose' is not a docker command" >&2; exit 1; }`,
  })
  await assert.rejects(startLocalKafka({ env: withoutCompose.env, folder: withoutCompose.folder, engine: 'docker' }), {
    message: /compose plugin is missing/,
  })
})

test('a container that ends is reported with its last words, and taken down', async t => {
  const machine = await fakeMachine(t, { docker: healthy })
  await assert.rejects(startLocalKafka({ env: machine.env, folder: machine.folder, port: 0, isEphemeral: true }), {
    code: 'BROKER_EXITED',
    message: /out of memory/,
  })
  const calls = await readFile(join(machine.home, 'calls'), 'utf8')
  assert.match(calls, /compose --project-name tidemark-default --file \S+compose\.yaml up --detach/)
  assert.match(calls, /down --volumes/)
  assert.equal(await stopLocalKafka({ env: machine.env, folder: machine.folder }), 'wasNotRunning')
})

test('a port that the engine cannot publish is a taken port', async t => {
  const refusal = 'Error response from daemon: Bind for 127.0.0.1:9092 failed: port is already allocated'
  const machine = await fakeMachine(t, { docker: `case "$*" in *" up "*) echo '${refusal}' >&2; exit 1;; esac` })
  await assert.rejects(startLocalKafka({ env: machine.env, folder: machine.folder, port: 0 }), {
    code: 'PORT_TAKEN',
    message: /9092/,
  })
})

test('the compose file names the official image, publishes on this machine only, and forms one quorum', () => {
  const text = composeFile({
    clusterId: 'abc',
    clientPorts: [9092, 9093, 9094],
    configs: { 'log.retention.ms': '$5 "x"' },
    isEphemeral: false,
  })
  assert.equal(text.match(/image: apache\/kafka:4\.1\.1/g)?.length, 3)
  assert.match(text, /- "127\.0\.0\.1:9093:9093"/)
  assert.match(text, /KAFKA_ADVERTISED_LISTENERS: "HOST:\/\/127\.0\.0\.1:9094,INTERNAL:\/\/kafka-3:29092"/)
  assert.match(text, /KAFKA_CONTROLLER_QUORUM_VOTERS: "1@kafka-1:29093,2@kafka-2:29093,3@kafka-3:29093"/)
  assert.match(text, /KAFKA_LOG_RETENTION_MS: "\$\$5 \\"x\\""/)
  assert.match(text, /volumes:\n {2}data-1: \{\}/)
  assert.doesNotMatch(composeFile({ clusterId: 'abc', clientPorts: [9092], configs: {}, isEphemeral: true }), /volumes/)
})

test('the image’s names for properties', () => {
  assert.equal(variableOf('log.retention.ms'), 'KAFKA_LOG_RETENTION_MS')
  assert.equal(variableOf('a_b-c.d'), 'KAFKA_A__B___C_D')
})
