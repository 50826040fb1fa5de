/** The end of a scratch group: by its pipeline, or from outside by whoever has started that. */
import type { KafkaClient, KafkaConnection } from '../clients/client.ts'
import { type Clock, pause, systemClock } from '../clock.ts'
import { isScratchGroup } from './scratchName.ts'

/** A second instance that a fault has started notices the end of the first, and may be in the midst of joining. */
const attemptsMax = 4
const betweenMs = 1_000

/**
 * From outside, since a pipeline that was killed cannot see to it: deletes the group, and the further ones of its run, with whoever is
 * still a member. Called when the run's processes are ended. What stays (no right to delete it) a later run of the pipeline sweeps.
 *
 * @param groupId left alone unless its name was made up for a debug run
 */
export async function endScratchGroup(client: KafkaClient, groupId: string, clock: Clock = systemClock): Promise<void> {
  if (!isScratchGroup(groupId)) return
  const connection = await client.connect()
  const left = async () => {
    const groups = (await connection.debug?.groups()) ?? []
    return groups.filter(each => each.groupId === groupId || each.groupId.startsWith(`${groupId}.`))
  }
  try {
    let found = await left()
    for (let attempt = 1; found.length > 0 && attempt <= attemptsMax; attempt++) {
      for (const each of found) await forgetScratchGroup(connection, each.groupId)
      await pause(clock, betweenMs)
      found = await left()
    }
  } finally {
    await connection.close()
  }
}

/**
 * Deletes the scratch group of a run that is over, with the members that its processes left behind. What cannot be deleted now, a later
 * run sweeps. Does nothing for a name that was not made up for a debug run.
 */
export async function forgetScratchGroup({ debug }: KafkaConnection, groupId: string): Promise<void> {
  if (!debug || !isScratchGroup(groupId)) return
  try {
    await debug.removeMembers(groupId)
    await debug.deleteGroup(groupId)
  } catch {
    // A pipeline that was never in the group, or may not delete one.
  }
}
