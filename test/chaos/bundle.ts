/** The pipeline in one file: a start costs a quarter of what its hundred modules do, and an experiment starts it dozens of times. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { repositoryRoot } from '../harness/run/suites.ts'

/** Built once for this process, removed when it ends. */
export const pipelineFile = await bundle()

async function bundle(): Promise<string> {
  // Within the repository, so that the packages that stay outside are found from there.
  const outdir = join(repositoryRoot, 'node_modules/.cache/tidemark', `chaos-${process.pid}`)
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }))
  await build({
    entryPoints: [join(import.meta.dirname, 'pipeline.ts')],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // What only some experiments need is loaded by them alone.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    conditions: ['source'],
    external: ['@platformatic/*', 'pg', 'node-zookeeper-client'],
    banner: {
      js: `import { createRequire as bundledRequire } from 'node:module'\nconst require = bundledRequire(import.meta.url)`,
    },
    logLevel: 'error',
  })
  return join(outdir, 'pipeline.mjs')
}
