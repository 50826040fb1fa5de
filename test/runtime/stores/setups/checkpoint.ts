import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkpoint } from '../../../../runtime/src/stores/checkpoint.ts'
import type { OffsetStore } from '../../../../runtime/src/stores/store.ts'
import type { StoreSetup } from '../setups.ts'

export const setup: StoreSetup = {
  suite: 'fast',
  hasResults: false,
  isExclusive: true,

  async fresh(t) {
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-checkpoint-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    return folder
  },

  // A killed process is the subject here, not a power cut: no disk flush a commit. A small log, so that it is rewritten often.
  at: folder => ({ store: quiet(checkpoint(folder, { fsync: false, logBytesMin: 4_000 })) }),
}

/** Killed owners are what these tests are about; being told of each is not. */
function quiet(store: OffsetStore): OffsetStore {
  return { ...store, open: options => store.open({ onNotice: () => {}, ...options }) }
}
