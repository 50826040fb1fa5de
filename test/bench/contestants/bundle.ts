/**
 * The contestants as their users would run them: compiled. Node's own stripping of types costs a process that loads a hundred sources
 * half a second and 40 MB, which would be measured as the runtime's.
 */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { repositoryRoot } from '../../harness/run/suites.ts'

/** Compiles the runtime as it is published, and puts each of these programs into one file beside it; they are removed with this process. */
export async function compiledContestants(names: readonly string[]): Promise<string> {
  execFileSync(process.execPath, [join(repositoryRoot, 'node_modules/typescript/bin/tsc'), '-b', 'runtime'], {
    cwd: repositoryRoot,
    stdio: 'inherit',
  })
  // Within the repository, so that the packages are found from there.
  const outdir = join(repositoryRoot, 'node_modules/.cache/tidemark', `bench-${process.pid}`)
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }))
  await build({
    entryPoints: names.map(name => join(import.meta.dirname, `${name}.ts`)),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // Each contestant loads its own client only.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Libraries are loaded as packages, the runtime among them.
    packages: 'external',
    logLevel: 'error',
  })
  return outdir
}
