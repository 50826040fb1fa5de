/** What a group's nodes hold, read without making or changing any. */
import { TidemarkError } from '../../errors.ts'
import { proofFromJson } from '../shared/wire.ts'
import type { ProofRecord, StoredOffset } from '../store.ts'
import { rowOf } from './nodes.ts'
import type { ZooKeeperSession } from './session.ts'

export async function newestProofs(
  session: ZooKeeperSession,
  root: string,
  limit: number,
  store: string,
): Promise<ProofRecord[]> {
  const newest = (await proofNames(session, root, store)).slice(0, limit)
  const nodes = await Promise.all(newest.map(name => session.get(`${root}/proofs/${name}`)))
  return nodes.filter(found => found !== undefined).map(({ data }) => proofFromJson(data))
}

/** Newest first, by the number ZooKeeper gave them. */
export async function proofNames(session: ZooKeeperSession, root: string, store: string): Promise<string[]> {
  const names = await session.children(`${root}/proofs`)
  if (!names) throw nothingBelow(root, store)
  return names.sort().reverse()
}

export async function allOffsets(session: ZooKeeperSession, root: string, store: string): Promise<StoredOffset[]> {
  const names = await session.children(`${root}/offsets`)
  if (!names) throw nothingBelow(root, store)
  const nodes = await Promise.all(
    names.map(async name => {
      const node = await session.get(`${root}/offsets/${name}`)
      const end = name.lastIndexOf('~')
      return node && rowOf({ topic: name.slice(0, end), partition: Number(name.slice(end + 1)) }, node, store).stored
    }),
  )
  return nodes.filter(found => found !== undefined)
}

function nothingBelow(root: string, store: string): TidemarkError {
  return new TidemarkError('STORE_UNREACHABLE', { store, reason: `no pipeline has kept offsets below ${root}` })
}
