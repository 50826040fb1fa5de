/** The peers that are no dependency of ours: TypeScript 7 and typescript-eslint. */
import { join } from 'node:path'
import { cachedPackages } from '../../harness/cachedPackages.ts'

const versions = {
  eslint: '10.15.0',
  'typescript-eslint': '8.73.0',
  typescript: '6.0.3',
  // Beside the other: typescript-eslint works with 6 only.
  'typescript-7': 'npm:typescript@7.0.2',
}

export interface Peers {
  /** Holds `node_modules`. */
  readonly folder: string
  /** TypeScript 7's own executable, started without a launcher in between. */
  readonly typescript7: string
}

/** @throws Error they are not there and could not be installed */
export async function findPeers(): Promise<Peers> {
  const folder = await cachedPackages('analyzer-peers', versions)
  const platform = `typescript-${process.platform}-${process.arch}`
  const name = process.platform === 'win32' ? 'tsc.exe' : 'tsc'
  return { folder, typescript7: join(folder, 'node_modules', '@typescript', platform, 'lib', name) }
}
