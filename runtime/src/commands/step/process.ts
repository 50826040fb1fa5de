/** The stepped program as a process: started so that it dials our control link, and heard without letting it drive the terminal. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { controlScratchGroupVariable, controlSocketVariable, controlTokenVariable } from '../../protocol.ts'
import { UsageError } from '../command.ts'

export interface SteppedProgram {
  readonly program: string
  readonly arguments: readonly string[]
  readonly scratchGroup: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface Stepped {
  readonly child: ChildProcess
  /** How it ended: an exit code or a signal. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** @param say told each line that the program prints, with nothing in it that a terminal would obey. */
export function startStepped(
  { program, arguments: rest, scratchGroup, environment }: SteppedProgram,
  link: { readonly path: string; readonly token: string },
  say: (line: string) => void,
): Stepped {
  const child = spawn(process.execPath, [...nodeArguments(program), program, ...rest], {
    env: {
      ...environment,
      [controlSocketVariable]: link.path,
      [controlTokenVariable]: link.token,
      ...(scratchGroup === undefined ? {} : { [controlScratchGroupVariable]: scratchGroup }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', plainLines(say))
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(signal ?? code ?? 1))
  })
  return { child, ended }
}

/** The hook for plain kafkajs code does nothing where a processor takes the link first. */
function nodeArguments(program: string): string[] {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const hook = new URL(`../../control/register.${extension}`, import.meta.url)
  const own = process.execArgv.filter(each => !each.startsWith('--inspect'))
  if (!/^\.[cm]?tsx?$/.test(extname(program)) || process.features.typescript) return [...own, '--import', hook.href]
  try {
    createRequire(`${dirname(program)}/`).resolve('tsx')
    return [...own, '--import', 'tsx', '--import', fileURLToPath(hook)]
  } catch {
    throw new UsageError(
      `Node ${process.versions.node} does not run TypeScript by itself, and the project has no tsx: use Node 24, or the compiled JavaScript`,
    )
  }
}

const lineCharactersMax = 2_000

/** Whole lines as plain text: what a terminal would obey (escape sequences, bells, carriage returns) is left out. */
export function plainLines(say: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new TextDecoder()
  let rest = ''
  return chunk => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = (lines.pop() ?? '').slice(-lineCharactersMax)
    for (const line of lines) say(plain(line).slice(0, lineCharactersMax))
  }
}

function plain(line: string): string {
  return stripVTControlCharacters(line).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character =>
    character === '\t' ? '\t' : '',
  )
}
