/** Takes groups out of ZooKeeper for good. */
import { groupOfNode } from './nodes.ts'
import type { ZooKeeperSession } from './session.ts'

/** @param root the node under which every group has its own. */
export async function forgetGroups(
  session: ZooKeeperSession,
  root: string,
  isMeant: (groupId: string) => boolean,
): Promise<void> {
  const groups = (await session.children(root)) ?? []
  for (const node of groups.filter(each => isMeant(groupOfNode(each)))) await removeAll(session, `${root}/${node}`)
}

/** A node goes after those below it. */
async function removeAll(session: ZooKeeperSession, path: string): Promise<void> {
  for (const child of (await session.children(path)) ?? []) await removeAll(session, `${path}/${child}`)
  await session.remove(path)
}
