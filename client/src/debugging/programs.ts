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
 * JavaScript runs as it is. TypeScript runs on Node itself where Node can (and the code is erasable); otherwise through
 * the project's own `tsx` or `ts-node`.
 *
 * @throws {ClientError} no Node, or one that cannot run this file.
 */
export async function planLaunch(program: string, runtimeExecutable = 'node'): Promise<LaunchPlan> {
  const isTypeScript = /^\.[cm]?tsx?$/.test(extname(program))
  if (!isTypeScript) return { runtimeExecutable, runtimeArgs: [] }
  if (await findUpwards(dirname(program), 'node_modules/tsx/package.json'))
    return { runtimeExecutable, runtimeArgs: ['--import', 'tsx'] }
  const version = await nodeVersion(runtimeExecutable)
  if (canStripTypes(version)) return { runtimeExecutable, runtimeArgs: [] }
  if (await findUpwards(dirname(program), 'node_modules/ts-node/package.json'))
    return { runtimeExecutable, runtimeArgs: ['--loader', 'ts-node/esm'] }
  throw new ClientError(
    vscode.l10n.t('Node {0} cannot run TypeScript files.', version),
    vscode.l10n.t(
      'Use Node 24, or add tsx to the project, or set "program" of the launch configuration to the compiled JavaScript.',
    ),
  )
}

/** @param version as `24.21.0` */
export function canStripTypes(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major === 23) return minor >= 6
  return major > typesFrom[0] || (major === typesFrom[0] && minor >= typesFrom[1])
}

async function nodeVersion(executable: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(executable, ['--version'], { timeout: versionTimeoutMs })
    return stdout.trim().replace(/^v/, '')
  } catch (cause) {
    throw new ClientError(
      vscode.l10n.t('{0} could not be run: {1}', executable, String(cause)),
      vscode.l10n.t('Install Node 24, or set "runtimeExecutable" of the launch configuration to its path.'),
    )
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
