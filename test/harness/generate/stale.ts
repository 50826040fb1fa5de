/** Which generated files are not as they should be. A generator is one file beside this one; this is their list. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type GeneratedFile, repositoryRoot } from './files.ts'
import { ruleRegistry } from './ruleRegistry.ts'

export async function staleFiles(): Promise<readonly GeneratedFile[]> {
  // Loaded late: they read the rules through the registry, which may just have been written.
  const { configSchema } = await import('./configSchema.ts')
  const { rulePages } = await import('./rulePages.ts')
  return [...(await staleRegistry()), ...(await stale([...configSchema(), ...(await rulePages())]))]
}

export async function staleRegistry(): Promise<readonly GeneratedFile[]> {
  return stale(await ruleRegistry())
}

async function stale(files: readonly GeneratedFile[]): Promise<readonly GeneratedFile[]> {
  const current = await Promise.all(files.map(({ path }) => readIfThere(join(repositoryRoot, path))))
  return files.filter(({ content }, index) => content !== current[index])
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}
