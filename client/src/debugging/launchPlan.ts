/** How a pipeline is started: by Node itself, through the loader that its project brought, or by a script of its package.json. Knows nothing of VS Code. */
import { execFile } from 'node:child_process'
import { access, readFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { promisify } from 'node:util'

const versionTimeoutMs = 10_000
/** From here on Node strips types by itself (22.18, and 23.6 of the odd line). */
const typesFrom = [22, 18] as const

export type PackageManager = 'npm' | 'pnpm' | 'yarn'

/** What a launch configuration says of how its program starts. One of `program` and `script` is given. */
export interface LaunchRequest {
  /** File to run. */
  readonly program?: string | undefined
  /** Script of package.json to run instead. */
  readonly script?: string | undefined
  /** Where package.json is looked for, for a script. */
  readonly cwd: string
  /** As the configuration says; then no other is looked for. */
  readonly runtimeExecutable?: string | undefined
  /** Globs of compiled files: the JavaScript debugger finds the one that belongs to `program`. */
  readonly outFiles?: readonly string[] | undefined
  /** CommonJS file that Node loads before the program: it shows the batches of plain kafkajs code. */
  readonly preload?: string | undefined
  readonly args?: readonly string[] | undefined
}

export interface LaunchPlan {
  readonly runtimeExecutable: string
  readonly runtimeArgs: readonly string[]
  readonly args: readonly string[]
  /** Added to the environment; `NODE_OPTIONS` reaches the Node that a script starts. */
  readonly env: Readonly<Record<string, string>>
  /** Absent for a script. */
  readonly program?: string
}

export type LaunchProblem =
  | { readonly problem: 'noTypeScript'; readonly tried: readonly string[] }
  | { readonly problem: 'noPackage'; readonly cwd: string }
  | { readonly problem: 'noScript'; readonly script: string; readonly scripts: readonly string[] }

/**
 * Plans the launch.
 *
 * JavaScript runs as it is. TypeScript runs through the project's own `tsx`; else on a Node that strips types itself (the
 * project's, the one on the PATH, the one that runs this extension: the first that can); else through its `ts-node`. With
 * `outFiles` the program is what was compiled from it. A script runs by the package manager whose lock file is there.
 */
export async function planLaunch(request: LaunchRequest): Promise<LaunchPlan | LaunchProblem> {
  if (request.script !== undefined) return planScript(request, request.script)
  const program = request.program ?? ''
  const args = request.args ?? []
  const found = await nodeFor(request, program)
  if ('problem' in found) return found
  const preload = request.preload ? ['--require', request.preload] : []
  return { runtimeExecutable: found.node, runtimeArgs: [...preload, ...found.loader], args, env: {}, program }
}

export function isProblem(plan: LaunchPlan | LaunchProblem): plan is LaunchProblem {
  return 'problem' in plan
}

async function nodeFor(
  { runtimeExecutable, outFiles }: LaunchRequest,
  program: string,
): Promise<{ readonly node: string; readonly loader: readonly string[] } | LaunchProblem> {
  const nodes = runtimeExecutable ? [runtimeExecutable] : await nodesFor(program)
  const [first = 'node'] = nodes
  const isTypeScript = /^\.[cm]?tsx?$/.test(extname(program))
  if (!isTypeScript || (outFiles?.length ?? 0) > 0) return { node: first, loader: [] }
  if (await findUpwards(dirname(program), 'node_modules/tsx/package.json'))
    return { node: first, loader: ['--import', 'tsx'] }
  const tried: string[] = []
  for (const node of nodes) {
    const version = await nodeVersion(node)
    if (version && canStripTypes(version)) return { node, loader: [] }
    tried.push(version ? `${node} (${version})` : node)
  }
  if (await findUpwards(dirname(program), 'node_modules/ts-node/package.json'))
    return {
      node: first,
      loader: (await isModule(program)) ? ['--loader', 'ts-node/esm'] : ['--require', 'ts-node/register'],
    }
  return { problem: 'noTypeScript', tried }
}

async function planScript(
  { cwd, runtimeExecutable, preload, args = [] }: LaunchRequest,
  script: string,
): Promise<LaunchPlan | LaunchProblem> {
  const path = await findUpwards(cwd, 'package.json')
  if (path === undefined) return { problem: 'noPackage', cwd }
  const description = await readJson(path)
  const scripts = Object.keys(description.scripts ?? {})
  if (!scripts.includes(script)) return { problem: 'noScript', script, scripts }
  const manager = runtimeExecutable ?? (await packageManagerOf(dirname(path), description.packageManager))
  // npm takes what follows `--` for the script, the others everything behind its name.
  const isNpm = /(^|[\\/])npm(\.cmd)?$/.test(manager)
  return {
    runtimeExecutable: manager,
    runtimeArgs: ['run', script],
    args: isNpm && args.length > 0 ? ['--', ...args] : args,
    env: preload ? { NODE_OPTIONS: withOption(process.env.NODE_OPTIONS, `--require ${quoted(preload)}`) } : {},
  }
}

/** The one that `packageManager` of package.json pins (`pnpm@9.1.0`), else the one whose lock file is nearest. */
async function packageManagerOf(folder: string, pinned: string | undefined): Promise<PackageManager> {
  const name = pinned?.split('@')[0]
  if (name === 'npm' || name === 'pnpm' || name === 'yarn') return name
  for (const [manager, lock] of [
    ['pnpm', 'pnpm-lock.yaml'],
    ['yarn', 'yarn.lock'],
    ['npm', 'package-lock.json'],
  ] as const)
    if (await findUpwards(folder, lock)) return manager
  return 'npm'
}

interface PackageDescription {
  readonly type?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly packageManager?: string
}

async function readJson(path: string): Promise<PackageDescription> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return {}
  }
}

/** A project that pins its Node (the npm package `node`) means that one. */
async function nodesFor(program: string): Promise<string[]> {
  const name = process.platform === 'win32' ? 'node_modules/.bin/node.cmd' : 'node_modules/.bin/node'
  const own = await findUpwards(dirname(program), name)
  // In the desktop edition the extension host is Electron, which is no Node to start programs with.
  return [...(own ? [own] : []), 'node', ...(process.versions.electron ? [] : [process.execPath])]
}

/** @param version as `24.21.0` */
export function canStripTypes(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major === 23) return minor >= 6
  return major > typesFrom[0] || (major === typesFrom[0] && minor >= typesFrom[1])
}

/** `undefined`: it does not run. */
async function nodeVersion(executable: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(executable, ['--version'], { timeout: versionTimeoutMs })
    return stdout.trim().replace(/^v/, '')
  } catch {
    return undefined
  }
}

/** `NODE_OPTIONS` is split at blanks, except between quotes; within them a backslash escapes. */
function quoted(path: string): string {
  return `"${path.replaceAll('\\', '\\\\')}"`
}

/** ts-node's hooks for the two module systems are not the same ones. */
async function isModule(program: string): Promise<boolean> {
  const kind = extname(program)
  if (kind !== '.ts' && kind !== '.tsx') return kind === '.mts'
  const path = await findUpwards(dirname(program), 'package.json')
  return path !== undefined && (await readJson(path)).type === 'module'
}

function withOption(options: string | undefined, option: string): string {
  return [options, option].filter(Boolean).join(' ')
}

async function findUpwards(folder: string, name: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, name)
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path
    if (dirname(at) === at) return undefined
  }
}
