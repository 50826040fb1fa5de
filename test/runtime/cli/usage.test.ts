import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shown, table } from '../../../runtime/src/commands/cluster.ts'
import { fakeMachine } from '../localKafka/fakePrograms.ts'
import { tidemark } from './recordingTerminal.ts'

test('without a command, and with one that does not exist, the commands are listed', async () => {
  const none = await tidemark([])
  assert.equal(none.code, 2)
  for (const name of ['kafka', 'topics', 'groups', 'lag']) assert.match(none.out, new RegExp(`^ {2}${name} `, 'm'))
  assert.equal((await tidemark(['--help'])).code, 0)
  const wrong = await tidemark(['constructor'])
  assert.equal(wrong.code, 2)
  assert.match(wrong.errors, /no command 'constructor'/)
})

test('every command has help that names its options and exit codes', async () => {
  for (const name of ['kafka', 'topics', 'groups', 'lag', 'reset']) {
    const { code, out } = await tidemark([name, '--help'])
    assert.equal(code, 0)
    assert.match(out, /Exit codes:/)
  }
})

const misunderstood: readonly (readonly [args: readonly string[], said: RegExp])[] = [
  [['kafka'], /up, down, status or logs/],
  [['kafka', 'start'], /not 'start'/],
  [['kafka', 'up', '--brokers', '2'], /--brokers takes 1 or 3, not '2'/],
  [['kafka', 'up', '--port', '70000'], /--port takes a whole number from 0 to 65535/],
  [['kafka', 'up', '--config', 'nonsense'], /--config takes key=value/],
  [['kafka', 'up', '--bogus'], /--bogus/],
  [['kafka', 'up', 'twice'], /one word too many/],
  [['lag'], /--group NAME/],
  [['lag', '--group', 'g', '--watch', 'soon'], /--watch takes a whole number/],
  [['reset'], /--group NAME/],
  [['reset', '--group', 'g'], /either --to or --by/],
  [['reset', '--group', 'g', '--to', 'latest', '--by', '1'], /either --to or --by/],
  [['reset', '--group', 'g', '--to', 'yesterday'], /--to takes earliest, latest, an offset or a time/],
  [['reset', '--group', 'g', '--by', '1.5'], /--by takes a whole number/],
  [['reset', '--group', 'g', '--to', '1', '--partition', '0'], /--partition goes with one --topic/],
  [['topics', '--brokers', 'nowhere'], /host:port/],
  [['groups', 'g1'], /lag --group g1/],
]

for (const [args, said] of misunderstood) {
  test(`tidemark ${args.join(' ')}: exit code 2, and what was meant`, async () => {
    const { code, errors } = await tidemark(args)
    assert.equal(code, 2)
    assert.match(errors, said)
  })
}

test('an error says what to do, without a stack', async t => {
  const { env, folder } = await fakeMachine(t, {})
  const { code, errors } = await tidemark(['kafka', 'up', '--data', folder], env)
  assert.equal(code, 1)
  assert.match(errors, /Install Java 17/)
  assert.doesNotMatch(errors, /at .*\.ts:/)
  const unreachable = await tidemark(['topics', '--brokers', '127.0.0.1:1'])
  assert.equal(unreachable.code, 1)
  assert.match(unreachable.errors, /127\.0\.0\.1:1/)
})

test('a cluster that was never started: status says so with exit code 3', async t => {
  const { env, folder } = await fakeMachine(t, {})
  const { code, out } = await tidemark(['kafka', 'status', '--json', '--data', folder], env)
  assert.equal(code, 3)
  assert.equal(JSON.parse(out).state, 'notStarted')
})

test('tables line up, and names cannot move the cursor', () => {
  assert.equal(
    table(
      ['topic', 'end'],
      [
        ['a', '10'],
        ['long', '5'],
      ],
      new Set([1]),
    ),
    'topic  end\na       10\nlong     5',
  )
  assert.equal(shown('or\u001b[2Jders\u202e'), 'or\\u001b[2Jders\\u202e')
  assert.equal(shown('заказы-🦀'), 'заказы-🦀')
})
