/**
 * Builds what VS Code loads: `node test/harness/bundle.ts [--watch]`.
 *
 * - `client/dist/extension.cjs`: the extension host's part; only `vscode` stays outside
 * - `client/dist/preload.cjs`: what a debugged program of plain kafkajs code is preloaded with, and beside it the thread that
 *   starts a second instance of the program
 * - `server/dist/bundle/*.{mjs,cjs}`: language server and `tidemark-lint` with the parser of TypeScript, beside an untouched copy
 *   of the whole compiler for the thread that looks up types
 * - `webview/dist/{overview,batch,connection}.{js,css}`: the panels
 * - `runtime/dist`: the library as users import it, by `tsc`
 */
import { spawn } from 'node:child_process'
import { copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { type BuildOptions, build, context } from 'esbuild'
import { parserOnly } from './parserOnly.ts'

const root = resolve(import.meta.dirname, '../..')
const typescriptLibrary = dirname(createRequire(import.meta.url).resolve('typescript'))

/** Builds everything once. */
export async function bundle(): Promise<void> {
  const before = await chunks()
  await Promise.all([...bundles.map(options => build(options)), compileRuntime(), copyAssets()])
  // A chunk is named by its content: one that was not written again belongs to nothing, and would be packed all the same.
  const after = await chunks()
  for (const [path, writtenMs] of before) if (after.get(path) === writtenMs) await rm(path, { force: true })
}

/** When each part that the server's bundles share was written. */
async function chunks(): Promise<Map<string, number>> {
  const folder = join(root, 'server/dist/bundle')
  const names = await readdir(folder).catch((): string[] => [])
  const found = names.filter(name => name.startsWith('chunk-')).map(name => join(folder, name))
  return new Map(await Promise.all(found.map(async path => [path, (await stat(path)).mtimeMs] as const)))
}

/** Builds everything and again whenever a file changes, until the process ends. */
async function watch(): Promise<void> {
  await copyAssets()
  for (const options of bundles) await (await context({ ...options, logLevel: 'info' })).watch()
  await compileRuntime('--watch', '--preserveWatchOutput')
}

/**
 * `--conditions=source` of the house: every package is taken from its sources, so that no build order exists.
 * What runs in Node stays readable: a stack trace in a bug report is worth more than the few kilobytes.
 */
const shared = {
  absWorkingDir: root,
  bundle: true,
  conditions: ['source'],
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  // Some packages' `main` is a UMD wrapper whose inner requires a bundler cannot see.
  mainFields: ['module', 'main'],
} satisfies BuildOptions

/** Code that looks for a file beside itself finds it beside the bundle: see {@link copyAssets}. */
const importMetaForCjs = {
  define: { 'import.meta.url': 'bundleUrl', 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
} satisfies BuildOptions

/** What was CommonJS goes on asking for modules by `require`, and for its own name. */
const requireForEsm = {
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url); const __filename = import.meta.filename;",
  },
} satisfies BuildOptions

/** The panels: one script and one style sheet each. Tests build the same into memory. */
export const webviewBundle = {
  ...shared,
  entryPoints: {
    overview: 'webview/src/overview/main.ts',
    batch: 'webview/src/batch/main.ts',
    connection: 'webview/src/connection/main.ts',
  },
  outdir: 'webview/dist',
  platform: 'browser',
  format: 'iife',
  target: 'chrome120',
  keepNames: false,
  minifyIdentifiers: true,
  legalComments: 'none',
} satisfies BuildOptions

/** The language server and `tidemark-lint`, with the thread that they start. */
export const serverBundle = {
  ...shared,
  ...requireForEsm,
  entryPoints: {
    main: 'server/src/main.ts',
    cli: 'server/src/cli.ts',
    // A thread of its own, started from beside the others.
    typeWorker: 'server/src/frontends/typescript/types/typeWorker.ts',
  },
  outdir: 'server/dist/bundle',
  outExtension: { '.js': '.mjs' },
  platform: 'node',
  format: 'esm',
  target: 'node22',
  splitting: true,
  chunkNames: 'chunk-[hash]',
  plugins: [parserOnly],
  define: { sqlParserBeside: '"./pgsql-ast-parser.cjs"', serverBeside: '"server.cjs"' },
} satisfies BuildOptions

/** The server itself as a script, which `main.mjs` runs: what V8 compiles of a module can only be kept as it is when loaded. */
export const serverScriptBundle = {
  ...shared,
  entryPoints: { server: 'server/src/start.ts' },
  outdir: 'server/dist/bundle',
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  plugins: [parserOnly],
  define: { sqlParserBeside: '"./pgsql-ast-parser.cjs"', 'import.meta.url': 'moduleUrl' },
} satisfies BuildOptions

/** Loaded when the first upsert is met, not before. */
export const sqlParserBundle = {
  ...shared,
  entryPoints: { 'pgsql-ast-parser': createRequire(join(root, 'server/package.json')).resolve('pgsql-ast-parser') },
  outdir: 'server/dist/bundle',
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  format: 'cjs',
  target: 'node22',
} satisfies BuildOptions

/** It runs inside the user's program: on whatever Node that has, and without a source map by which the debugger would step into it. */
export const preloadBundles: readonly BuildOptions[] = [
  {
    ...shared,
    ...importMetaForCjs,
    entryPoints: { preload: 'runtime/src/control/plain/preload.ts' },
    outdir: 'client/dist',
    outExtension: { '.js': '.cjs' },
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    sourcemap: false,
  },
  {
    ...shared,
    ...requireForEsm,
    entryPoints: { understudyWorker: 'runtime/src/control/understudyWorker.ts' },
    outdir: 'client/dist',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    format: 'esm',
    target: 'node18',
    sourcemap: false,
  },
]

const bundles: readonly BuildOptions[] = [
  {
    ...shared,
    ...importMetaForCjs,
    entryPoints: { extension: 'client/src/extension.ts' },
    outdir: 'client/dist',
    outExtension: { '.js': '.cjs' },
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
  },
  ...preloadBundles,
  serverBundle,
  serverScriptBundle,
  sqlParserBundle,
  webviewBundle,
]

/** The tests that run inside VS Code's extension host, as one file that needs no loader. */
export async function bundleExtensionTests(entryPoint: string, outfile: string): Promise<void> {
  await build({
    ...shared,
    ...importMetaForCjs,
    entryPoints: [entryPoint],
    outfile,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', 'typescript'],
  })
}

async function copyAssets(): Promise<void> {
  const serverOut = join(root, 'server/dist/bundle')
  const clientOut = join(root, 'client/dist')
  await mkdir(serverOut, { recursive: true })
  await mkdir(clientOut, { recursive: true })
  await copyFile(join(typescriptLibrary, 'typescript.js'), join(serverOut, 'typescript.cjs'))
  for (const name of await readdir(typescriptLibrary))
    if (/^lib\..*\.d\.ts$|^lib\.d\.ts$/.test(name)) await copyFile(join(typescriptLibrary, name), join(serverOut, name))
  const kafka = join(root, 'runtime/src/localKafka')
  for (const name of await readdir(kafka))
    if (/\.(xml|ya?ml)$/.test(name)) await copyFile(join(kafka, name), join(clientOut, name))
}

function compileRuntime(...options: string[]): Promise<void> {
  const compiler = join(typescriptLibrary, 'tsc.js')
  const child = spawn(process.execPath, [compiler, '-b', join(root, 'runtime'), ...options], { stdio: 'inherit' })
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('exit', code => (code === 0 ? done() : failed(new Error('runtime does not compile; see above'))))
  })
}

if (import.meta.main) await (process.argv.includes('--watch') ? watch() : bundle())
