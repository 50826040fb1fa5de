/** What can be typed while a pipeline is stepped: single keys of a terminal, and commands. */
import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { keysFrom } from '../../../runtime/src/commands/step/keys.ts'
import { readStep } from '../../../runtime/src/commands/step/language.ts'

test('a key is a command, a colon begins one that is typed, and the terminal is given back', async () => {
  const modes: boolean[] = []
  const input = Object.assign(new PassThrough(), { setRawMode: (isRaw: boolean) => void modes.push(isRaw) })
  const steps = keysFrom(input)[Symbol.asyncIterator]()
  const press = async (...texts: string[]) => {
    const next = steps.next()
    for (const text of texts) {
      await turn()
      input.write(text)
    }
    return (await next).value
  }
  for (const [key, command] of [
    ['b', 'stepBatch'],
    ['p', 'stepPhase'],
    ['t', 'stepPartition'],
    ['c', 'continue'],
    [' ', 'pause'],
  ] as const)
    assert.equal((await press(key)).command.kind, command, key)
  assert.deepEqual(await press(':', 'to offset orders/0 5\n'), readStep('to offset orders/0 5'))
  assert.deepEqual(await press(':', 'to nowhere\n'), { kind: 'help' }, 'what is not understood ends nothing')
  assert.deepEqual(await press('x', 'r'), readStep('records'), 'a key without a meaning has none')
  assert.deepEqual(await press('q'), { kind: 'quit' })
  assert.equal((await steps.next()).done, true)
  assert.equal(modes.at(-1), false)
})

test('what can be run to', () => {
  const target = (line: string) => {
    const step = readStep(line)
    return step?.kind === 'command' && step.command.kind === 'runTo' ? step.command.target : undefined
  }
  assert.deepEqual(target('to offset a/b/3 18250'), { kind: 'offset', topic: 'a/b', partition: 3, offset: '18250' })
  assert.deepEqual(target('to time 2026-01-31T12:00:00Z'), { kind: 'time', timestampMs: Date.UTC(2026, 0, 31, 12) })
  assert.deepEqual(target("to match value.id === 'x  y'"), { kind: 'match', expression: "value.id === 'x  y'" })
  assert.deepEqual(target('to throw'), { kind: 'throw' })
  for (const [line, hint] of [
    ['to', /offset TOPIC\/PARTITION N/],
    ['to time tomorrow', /is no time/],
    ['to offset orders 5', /offset TOPIC\/PARTITION N/],
    ['to offset orders/0 -5', /offset TOPIC\/PARTITION N/],
    ['fault nonsense', /killBeforeSave/],
    ['records all', /whole number/],
    ['replay 3 sideways', /rolledBack/],
  ] as const)
    assert.throws(() => readStep(line), hint, line)
})
