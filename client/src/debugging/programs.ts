/** How a pipeline's source file is started: by Node itself, or through the loader that its project brought. */
import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { promisify } from 'node:util'
import * as vscode from 'vscode'
import { ClientError } from '../failures.ts'

const versionTimeoutMs = 10_000
/** From here on Node strips types by itself (22.18, and 23.6 of the odd line). */
const typesFrom = [22, 18] as const

export interface LaunchPlan {
  readonly runtimeExecutable: string
  readonly runtimeArgs: readonly string[]
}

/**
 * Plans the launch of `program`.
 *
 * JavaScript runs as it is. TypeScript runs through the project's own `tsx`; else on a Node that strips types itself (the
 * project's, the one on the PATH, the one that runs this extension: the first that can); else through its `ts-node`.
 *
 * @param runtimeExecutable as the launch configuration says; then no other is looked for
 * @throws {ClientError} no Node, or none that can run this file.
 */
export async function planLaunch(program: string, runtimeExecutable?: string): Promise<LaunchPlan> {
  const nodes = runtimeExecutable ? [runtimeExecutable] : await nodesFor(program)
  const isTypeScript = /^\.[cm]?tsx?$/.test(extname(program))
  if (!isTypeScript) return { runtimeExecutable: nodes[0] ?? 'node', runtimeArgs: [] }
  if (await findUpwards(dirname(program), 'node_modules/tsx/package.json'))
    return { runtimeExecutable: nodes[0] ?? 'node', runtimeArgs: ['--import', 'tsx'] }
  const tried: string[] = []
  for (const node of nodes) {
    const version = await nodeVersion(node)
    if (version && canStripTypes(version)) return { runtimeExecutable: node, runtimeArgs: [] }
    tried.push(version ? `${node} (${version})` : node)
  }
  if (await findUpwards(dirname(program), 'node_modules/ts-node/package.json'))
    return { runtimeExecutable: nodes[0] ?? 'node', runtimeArgs: ['--loader', 'ts-node/esm'] }
  throw new ClientError(
    vscode.l10n.t('No Node that runs TypeScript was found; tried {0}.', tried.join(', ')),
    vscode.l10n.t(
      'Install Node 24, or add tsx to the project, or set "runtimeExecutable" of the launch configuration, or "program" to the compiled JavaScript.',
    ),
  )
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
