/**
 * A pipeline's store work in a process of its own, to be killed: `child.ts <setup> <place> <mode>`.
 *
 * `loop`: commits orders/0 one offset after another for ever, and says `committed N` after each.
 * `hang`: writes results inside a commit, says `saved`, and never comes back.
 */
import { writeSync } from 'node:fs'
import { at, commit, orders0, range } from './contract/kit.ts'
import { setupOf } from './setups.ts'

const [setupName = '', place = '', mode = ''] = process.argv.slice(2)
const { store, results } = (await setupOf(setupName)).at(place)
const open = await store.open({ groupId: 'totals', proofRecordsMax: 20 })
let { offset } = await open.initialize(at(orders0, 0n))

const hang = async (tx: unknown): Promise<void> => {
  await results?.write(tx, 'half')
  say('saved')
  await new Promise(() => setInterval(() => {}, 60_000))
}

for (;;) {
  const word = String(offset)
  const save = mode === 'hang' ? hang : results && ((tx: unknown) => results.write(tx, word))
  await commit(open as never, [range(orders0, offset, offset + 1n)], save ? { save } : {})
  offset++
  say(`committed ${offset}`)
}

/** Written before the next step begins, so that what the parent reads has really happened. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}
