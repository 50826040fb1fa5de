/** Programs that are started many times, put into one file each: a start of a hundred sources costs half a second of processor time. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { repositoryRoot } from './run/suites.ts'

/**
 * Bundles the programs; what several share, or load only when they need it, is a file beside them.
 *
 * @returns the folder that holds each as `<name>.mjs`, removed when this process ends
 */
export async function bundlePrograms(entryPoints: string[], options: BuildOptions): Promise<string> {
  // Within the repository, so that the packages that stay outside are found from there.
  const outdir = join(repositoryRoot, 'node_modules/.cache/tidemark', `programs-${process.pid}`)
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }))
  await build({
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'error',
    ...options,
  })
  return outdir
}
