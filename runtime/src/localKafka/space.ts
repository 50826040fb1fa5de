/** Whether the disk can take a Kafka, asked before it is started and told when it could not. */
import { statfs } from 'node:fs/promises'
import { LocalKafkaError } from './errors.ts'
import { dataHomeVariable } from './folders.ts'

/** Kafka preallocates index files and writes its metadata log; with less than this it dies in the middle of something. */
const neededMb = 300

/** @throws {LocalKafkaError} DISK_FULL. */
export async function checkSpace(
  folder: string,
  space: () => Promise<number> = () => freeBytes(folder),
): Promise<void> {
  const freeMb = Math.floor((await space()) / 2 ** 20)
  if (freeMb < neededMb) throw diskFull(folder, freeMb)
}

/** A broker's death by a full disk as such, whatever it was doing. */
export async function asDiskFull(error: unknown, folder: string): Promise<unknown> {
  const isFull =
    error instanceof Error && /No space left on device|ENOSPC|not enough space on the disk/i.test(error.message)
  return isFull ? diskFull(folder, Math.floor((await freeBytes(folder)) / 2 ** 20)) : error
}

function diskFull(path: string, freeMb: number): LocalKafkaError {
  return new LocalKafkaError('DISK_FULL', { path, freeMb, neededMb, variable: dataHomeVariable })
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
