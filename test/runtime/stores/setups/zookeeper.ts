import { randomBytes } from 'node:crypto'
import { zookeeper } from '../../../../runtime/src/stores/zookeeper.ts'
import { type TestZooKeeper, useZooKeeper } from '../../../harness/zookeeper.ts'
import type { StoreSetup } from '../setups.ts'

let server: TestZooKeeper | undefined

/** A place is `host:port/root`, with a root of its own. */
export const setup: StoreSetup = {
  suite: 'server',
  hasResults: false,
  isExclusive: false,

  async start(suite) {
    server = await useZooKeeper(suite)
  },

  async fresh() {
    if (!server) throw new Error('the suite has not started ZooKeeper')
    return `${server.connectString}/place-${randomBytes(6).toString('hex')}`
  },

  at(place) {
    const slash = place.indexOf('/')
    return { store: zookeeper(place.slice(0, slash), { root: place.slice(slash), requestTimeoutMs: 30_000 }) }
  },
}
