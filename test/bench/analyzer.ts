/**
 * `npm run bench analyzer [-- --files 300,2500,10000 --rounds 40 --warm-up 100 --passes 2]`: first diagnostics, keystroke to diagnostics
 * and memory on generated workspaces, ours against its limit (only parsing) and against the peers. All in one run, each
 * pass through all of them, so that a busy machine is busy for everyone; all of them are given the same keystrokes, of which
 * those that warm up are not counted.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { bundle, serverBundle, sqlParserBundle } from '../harness/bundle.ts'
import { measureServer } from './analyzer/languageServer.ts'
import { type Measured, median } from './analyzer/measured.ts'
import { findPeers, type Peers } from './analyzer/peers.ts'
import { print } from './analyzer/table.ts'
import { measureTsserver } from './analyzer/tsserver.ts'
import { makeWorkspace, pipelinesMax, type Workspace } from './analyzer/workspace.ts'

const repositoryRoot = resolve(import.meta.dirname, '..', '..')

interface Contestant {
  readonly name: string
  measure(workspace: Workspace, rounds: number): Promise<Measured>
}

export async function bench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      files: { type: 'string', default: '300,2500,10000' },
      rounds: { type: 'string', default: '40' },
      'warm-up': { type: 'string', default: '100' },
      passes: { type: 'string', default: '2' },
      only: { type: 'string', multiple: true },
    },
  })
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'))
  try {
    const all = await contestants(folder)
    const wanted = all.filter(({ name }) => !values.only || values.only.some(only => name.includes(only)))
    for (const files of values.files.split(',').map(Number)) {
      const workspace = makeWorkspace(join(folder, `w${files}`), files, repositoryRoot)
      const results = new Map<string, Measured[]>(wanted.map(({ name }) => [name, []]))
      for (let pass = 0; pass < Number(values.passes); pass++)
        for (const { name, measure } of wanted)
          results
            .get(name)
            ?.push(await measureHot(measure, workspace, Number(values.rounds), Number(values['warm-up'])))
      print(workspace, new Map([...results].map(([name, passes]) => [name, together(passes)])))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureHot(
  measure: Contestant['measure'],
  workspace: Workspace,
  rounds: number,
  warmUp: number,
): Promise<Measured> {
  const { inHandlerMs, inHelperMs, ...others } = await measure(workspace, warmUp + rounds)
  return { ...others, inHandlerMs: inHandlerMs.slice(warmUp), inHelperMs: inHelperMs.slice(warmUp) }
}

/** The flags the extension starts the server with. */
const serverFlags = ['--max-semi-space-size=8']

async function contestants(folder: string): Promise<Contestant[]> {
  await bundle()
  const peers = await findPeers()
  const parse = await bundled('parse', folder)
  const parseServer = await bundled('parseServer', folder)
  const engine = await bundled('ours', folder)
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compile-cache') }
  const server = join(repositoryRoot, 'server', 'dist', 'bundle', 'main.mjs')
  const tsserver = join(repositoryRoot, 'node_modules', 'typescript', 'lib', 'tsserver.js')
  return [
    { name: 'parse only', measure: warm((workspace, rounds) => measureScript(parse, workspace, rounds)) },
    {
      // What the protocol takes by itself.
      name: 'parse only, server',
      measure: warm((workspace, rounds) =>
        measureServer(
          {
            command: process.execPath,
            args: [...serverFlags, parseServer, '--stdio'],
            env,
            pushes: true,
          },
          workspace,
          rounds,
        ),
      ),
    },
    { name: 'tidemark, engine', measure: warm((workspace, rounds) => measureScript(engine, workspace, rounds)) },
    {
      name: 'tidemark, server',
      measure: warm((workspace, rounds) =>
        measureServer(
          {
            command: process.execPath,
            args: [...serverFlags, server, '--stdio'],
            env,
            pushes: true,
            // The open handler, and the helper of every pipeline: those are where findings lie.
            filesFound: 1 + pipelinesMax / 2,
          },
          workspace,
          rounds,
        ),
      ),
    },
    {
      name: 'TypeScript 7',
      measure: (workspace, rounds) =>
        measureServer({ command: peers.typescript7, args: ['--lsp', '--stdio'], pushes: false }, workspace, rounds),
    },
    { name: 'typescript-eslint', measure: (workspace, rounds) => measureEslint(peers, workspace, rounds) },
    { name: 'tsserver 6', measure: (workspace, rounds) => measureTsserver(tsserver, workspace, rounds) },
  ]
}

/** Once before, to fill the compile cache, as every start but the first finds it. */
function warm(measure: Contestant['measure']): Contestant['measure'] {
  let isWarm = false
  return async (workspace, rounds) => {
    if (!isWarm) await measure(workspace, 1)
    isWarm = true
    return measure(workspace, rounds)
  }
}

function together(passes: readonly Measured[]): Measured {
  return {
    firstMs: median(passes.map(({ firstMs }) => firstMs)),
    inHandlerMs: passes.flatMap(({ inHandlerMs }) => inHandlerMs),
    inHelperMs: passes.flatMap(({ inHelperMs }) => inHelperMs),
    memoryBytes: Math.max(...passes.map(({ memoryBytes }) => memoryBytes ?? Number.NaN)),
  }
}

/** As it ships: bundled like the server, with the parser alone. */
async function bundled(name: string, folder: string): Promise<string> {
  const entryPoints = { [name]: join(import.meta.dirname, 'analyzer', `${name}.ts`) }
  await build({ ...serverBundle, entryPoints, outdir: folder, sourcemap: false, splitting: false })
  await build({ ...sqlParserBundle, outdir: folder, sourcemap: false })
  return join(folder, `${name}.mjs`)
}

function measureEslint({ folder }: Peers, workspace: Workspace, rounds: number): Promise<Measured> {
  const script = join(import.meta.dirname, 'analyzer', 'typescriptEslint.ts')
  return measureScript(script, workspace, rounds, { flags: ['--max-old-space-size=8192'], args: [folder] })
}

async function measureScript(
  script: string,
  workspace: Workspace,
  rounds: number,
  more: { readonly flags: readonly string[]; readonly args: readonly string[] } = { flags: serverFlags, args: [] },
): Promise<Measured> {
  const start = performance.now()
  const { root, handler, helper } = workspace
  const child = spawn(process.execPath, [...more.flags, script, root, handler, helper, String(rounds), ...more.args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Filled by the start before, as an extension's is.
    env: { ...process.env, NODE_COMPILE_CACHE: join(dirname(root), 'compile-cache') },
  })
  let firstMs = Number.NaN
  let last: { inHandler: number[]; inHelper: number[]; peakBytes: number } | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    if (Number.isNaN(firstMs)) firstMs = performance.now() - start
    else last = JSON.parse(line) as typeof last
  }
  if (!last) throw new Error(`${script} ended without a result`)
  return { firstMs, inHandlerMs: last.inHandler, inHelperMs: last.inHelper, memoryBytes: last.peakBytes }
}
