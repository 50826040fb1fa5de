/** Inlay hints over real messages: what each commit stores, and where it is said. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InlayHint, Range } from 'vscode-languageserver-protocol'
import { folder } from './folder.ts'
import { startClient } from './lspClient.ts'

test('inlay hints say which offset is committed', async t => {
  const text = `import { Kafka } from 'kafkajs'

const kafka = new Kafka({ brokers: [] })
const byHand = kafka.consumer({ groupId: 'by-hand' })
await byHand.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    await byHand.commitOffsets([{ topic, partition, offset: message.offset }])
    await byHand.commitOffsets([{ topic, partition, offset: message.offset + 1 }])
    await byHand.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }])
  },
})
const batches = kafka.consumer({ groupId: 'batches' })
await batches.run({
  eachBatch: async ({ batch, resolveOffset, commitOffsetsIfNecessary }) => {
    for (const message of batch.messages) resolveOffset(message.offset)
    await commitOffsetsIfNecessary()
  },
})
const plain = kafka.consumer({ groupId: 'plain' })
await plain.run({ eachMessage: async ({ message }) => console.log(message) })
`
  const at = folder(t)
  const client = await startClient(t, { folders: [at.path] })
  client.open(at.at('a.ts'), text)
  const ask = (range: Range) =>
    client.request<InlayHint[]>('textDocument/inlayHint', { textDocument: { uri: client.uri(at.at('a.ts')) }, range })
  const whole = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } }
  const shown = (hints: readonly InlayHint[]) =>
    hints
      .toSorted((a, b) => a.position.line - b.position.line)
      .map(
        ({ position, label }) =>
          `${position.line + 1} ${(text.split('\n')[position.line] ?? '').slice(0, position.character).slice(-9)} ${label}`,
      )
  assert.deepEqual(shown(await ask(whole)), [
    '8 ge.offset → this record again',
    "9 ffset + 1 → '41' becomes '411'",
    '10 oString() → next record',
    '16 e.offset) → next record, with the next commit',
    '17 cessary() → what is resolved',
    '21 age }) => then → next record',
  ])
  assert.equal((await ask({ start: { line: 7, character: 0 }, end: { line: 7, character: 99 } })).length, 1)
})

test('inlay hints stand behind calls and parameters, once each', async t => {
  const text = `import { Kafka } from 'kafkajs'

const kafka = new Kafka({ brokers: [] })
const consumer = kafka.consumer({ groupId: 'orders' })
const commit = (topic: string, partition: number, offset: string) =>
  consumer.commitOffsets([{ topic, partition, offset: (BigInt(offset) + 1n).toString() }])
const either = (topic: string, partition: number, offset: string) =>
  consumer.commitOffsets([{ topic, partition, offset }])
const one = async ({ topic, partition, message }) => {
  await commit(topic, partition, message.offset)
  await either(topic, partition, message.offset)
}
const two = async ({ topic, partition, message }) => {
  await commit(
    topic,
    partition,
    message.offset,
  )
  await either(topic, partition, (BigInt(message.offset) + 1n).toString())
}
await consumer.run({ autoCommit: false, eachMessage: one })
await consumer.run({ autoCommit: false, eachMessage: two })
await kafka.consumer({ groupId: 'batches' }).run({
  autoCommit: false,
  async eachBatch({ batch, resolveOffset, commitOffsetsIfNecessary }) {
    for (const message of batch.messages)
      resolveOffset(
        message.offset,
      )
    await commitOffsetsIfNecessary()
  },
})
async function named({ message }: { message: { value: string } }, ignored = String()) {
  console.log(message.value, ignored)
}
await kafka.consumer({ groupId: 'named' }).run({ eachMessage: named })
await kafka.consumer({ groupId: 'again' }).run({ eachMessage: named })
await kafka.consumer({ groupId: 'method' }).run({ async eachMessage({ message }): Promise<void> { console.log(message) } })
`
  const at = folder(t)
  const client = await startClient(t, { folders: [at.path] })
  client.open(at.at('a.ts'), text)
  const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } }
  const uri = client.uri(at.at('a.ts'))
  const hints = await client.request<InlayHint[]>('textDocument/inlayHint', { textDocument: { uri }, range })
  const lines = text.split('\n')
  const shown = hints
    .toSorted((a, b) => a.position.line - b.position.line)
    .map(({ position: { line, character }, label }) => {
      const own = lines[line] ?? ''
      return `${own.slice(0, character).slice(-10).trim()}|${own.slice(character, character + 4)} ${label}`
    })
  assert.deepEqual(shown, [
    'toString()| }]) → next record',
    ')| → next record, with the next commit',
    'ecessary()| → what is resolved',
    'String())| { then → next record',
    'message })|: Pr then → next record',
  ])
  assert.ok(hints.every(({ paddingLeft, paddingRight }) => paddingLeft === true && !paddingRight))
})
