import type { OffsetStore, OpenStore } from '../../../../runtime/src/stores/store.ts'
import type { Scope } from '../../../harness/scope.ts'
import type { StoreSetup } from '../setups.ts'
import { crashCases } from './crash.ts'
import { type ContractCase, groupId, type Kit } from './kit.ts'
import { nameCases } from './names.ts'
import { positionCases } from './positions.ts'
import { recordCases } from './records.ts'
import { transactionCases } from './transactions.ts'

/** Everything the port promises, for any store. */
export const contractCases: readonly ContractCase[] = [
  ...positionCases,
  ...recordCases,
  ...nameCases,
  ...transactionCases,
  ...crashCases,
]

/** Those that need no child process, so that a store made up inside the test can be held against them. */
export const inProcessCases: readonly ContractCase[] = contractCases.filter(each => !crashCases.includes(each))

/** Runs one case in an empty place of its own; whatever it opened is closed. */
export async function runCase(
  contractCase: ContractCase,
  setupName: string,
  setup: StoreSetup,
  t: Scope,
): Promise<void> {
  const place = await setup.fresh(t)
  const { store, results } = setup.at(place)
  const opened: OpenStore<unknown>[] = []
  const kit: Kit = {
    setupName,
    place,
    isExclusive: setup.isExclusive,
    results,
    async open(options) {
      const open = await (store as OffsetStore<unknown>).open({ groupId, ...options })
      opened.push(open)
      return open
    },
    openRival: first => (setup.isExclusive ? Promise.resolve(first) : kit.open()),
  }
  try {
    await contractCase.run(kit)
  } finally {
    for (const open of opened) await open.close()
  }
}
