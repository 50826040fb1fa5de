/** Stand-ins for java, mvn and docker: a PATH on which exactly these programs exist. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { tempFolder } from '../../harness/folders.ts'

export interface FakeMachine {
  readonly env: Record<string, string>
  readonly home: string
  /** Folder that holds clusters. */
  readonly folder: string
  readonly cache: string
}

/** @param programs bodies of shell scripts by name; a program that is not named does not exist. */
export async function fakeMachine(t: TestContext, programs: Readonly<Record<string, string>>): Promise<FakeMachine> {
  const root = await tempFolder(t)
  const [bin, folder, cache] = [join(root, 'bin'), join(root, 'clusters'), join(root, 'cache')]
  await mkdir(bin, { recursive: true })
  for (const [name, body] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${body}\n`)
    await chmod(join(bin, name), 0o755)
  }
  return { env: { PATH: bin, HOME: root, TIDEMARK_CACHE_HOME: cache }, home: root, folder, cache }
}

export const java17 = `if [ "$1" = -version ]; then echo 'openjdk version "17.0.15" 2025-04-15' >&2; exit 0; fi`
/** A Java whose broker says something and dies; formatting works. */
export const brokerThatDies = (lastWords: string) =>
  `${java17}\ncase "$*" in *StorageTool*) exit 0;; esac\necho '${lastWords}'; exit 7`
/** A Maven that "fetches" one jar. */
export const mavenThatFetches = '/bin/mkdir -p libs && : > libs/kafka_2.13-4.1.1.jar'
