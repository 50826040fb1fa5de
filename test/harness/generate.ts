/** Writes everything that is derived: `npm run generate`. Prints what changed; a test fails when anything would. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type GeneratedFile, repositoryRoot } from './generate/files.ts'
import { staleFiles, staleRegistry } from './generate/stale.ts'

/** @returns paths that were written or removed */
export async function generate(): Promise<readonly string[]> {
  // A new rule is loaded only by a registry that names it, so the registry is written before anything loads it.
  const registry = await staleRegistry()
  for (const file of registry) await write(file)
  const rest = await staleFiles()
  for (const file of rest) await write(file)
  return [...registry, ...rest].map(({ path }) => path)
}

async function write({ path, content }: GeneratedFile): Promise<void> {
  const target = join(repositoryRoot, path)
  if (content === undefined) return rm(target)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, content)
}

if (import.meta.main) for (const path of await generate()) process.stdout.write(`${path}\n`)
