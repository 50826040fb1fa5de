/**
 * `npm run bench analyzer [-- --files 300,2500,10000 --rounds 20]`: first diagnostics, keystroke to diagnostics and memory on generated
 * workspaces, ours against only parsing and against tsserver 6, interleaved in one run.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { type Measured, median } from './analyzer/measured.ts'
import { measureTsserver } from './analyzer/tsserver.ts'
import { makeWorkspace, type Workspace } from './analyzer/workspace.ts'

const repositoryRoot = resolve(import.meta.dirname, '..', '..')
const contestants = ['parse only', 'tidemark', 'tsserver 6'] as const
type Contestant = (typeof contestants)[number]

export async function bench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { files: { type: 'string', default: '300,2500,10000' }, rounds: { type: 'string', default: '20' } },
  })
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'))
  try {
    const scripts = { 'parse only': await bundled('parse', folder), tidemark: await bundled('ours', folder) }
    for (const files of values.files.split(',').map(Number)) {
      const workspace = makeWorkspace(join(folder, `w${files}`), files, repositoryRoot)
      const results = new Map<Contestant, Measured>()
      for (const name of contestants) results.set(name, await measure(name, scripts, workspace, Number(values.rounds)))
      print(workspace, results)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** As it ships: one file, started with the flags the extension uses. */
async function bundled(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`)
  await build({
    entryPoints: [join(import.meta.dirname, 'analyzer', `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    conditions: ['source'],
    logLevel: 'error',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); import module from 'node:module'; module.enableCompileCache?.(); const __filename = import.meta.filename; const __dirname = import.meta.dirname;",
    },
  })
  return outfile
}

async function measure(
  name: Contestant,
  scripts: { 'parse only': string; tidemark: string },
  workspace: Workspace,
  rounds: number,
): Promise<Measured> {
  if (name === 'tsserver 6')
    return measureTsserver(join(repositoryRoot, 'node_modules', 'typescript', 'lib', 'tsserver.js'), workspace, rounds)
  // Once to fill the compile cache, as every start but the first finds it.
  await measureScript(scripts[name], workspace, 1)
  return measureScript(scripts[name], workspace, rounds)
}

async function measureScript(script: string, workspace: Workspace, rounds: number): Promise<Measured> {
  const start = performance.now()
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=16', script, workspace.root, workspace.handler, workspace.helper, String(rounds)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let firstMs = Number.NaN
  let last: { inHandler: number[]; inHelper: number[]; rssBytes: number } | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    if (Number.isNaN(firstMs)) firstMs = performance.now() - start
    else last = JSON.parse(line) as typeof last
  }
  if (!last) throw new Error(`${script} ended without a result`)
  return { firstMs, inHandlerMs: last.inHandler, inHelperMs: last.inHelper, memoryBytes: last.rssBytes }
}

function print(workspace: Workspace, results: ReadonlyMap<Contestant, Measured>): void {
  const ours = results.get('tidemark')
  const theirs = results.get('tsserver 6')
  const parse = results.get('parse only')
  console.log(`\n${workspace.files} files`)
  console.log('contestant    first diagnostics  key in handler  key in helper  memory')
  for (const [name, measured] of results) {
    const cells = [
      `${measured.firstMs.toFixed(0)} ms`,
      `${median(measured.inHandlerMs).toFixed(2)} ms`,
      `${median(measured.inHelperMs).toFixed(2)} ms`,
      `${((measured.memoryBytes ?? Number.NaN) / 1e6).toFixed(0)} MB`,
    ]
    console.log(
      `${name.padEnd(14)}${[17, 16, 15, 8].map((width, at) => (cells[at] as string).padStart(width)).join('')}`,
    )
  }
  if (!ours || !theirs || !parse) return
  const ratio = (one: number, two: number): string => (one / two).toFixed(3)
  console.log(
    `tidemark / tsserver: first ${ratio(ours.firstMs, theirs.firstMs)}, memory ${ratio(ours.memoryBytes ?? Number.NaN, theirs.memoryBytes ?? Number.NaN)}; ` +
      `tidemark / parse only: key in handler ${ratio(median(ours.inHandlerMs), median(parse.inHandlerMs))}`,
  )
}
