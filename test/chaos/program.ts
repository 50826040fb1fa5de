/** A pipeline as its own process: started, killed, frozen and stopped as the world does it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Scope } from '../harness/scope.ts'

export interface Program {
  readonly pid: number
  /** Everything it wrote, the last 64 KiB. */
  output(): string
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  hasEnded(): boolean
  signal(name: NodeJS.Signals): void
  /** Resolves when a line of its output matches. */
  says(pattern: RegExp): Promise<RegExpExecArray>
}

/** Only ever a failure. */
const saysDeadlineMs = 60_000
const outputCharactersMax = 64 << 10

/** Runs a TypeScript file with the runtime's sources, ended with the test at the latest. */
export function startProgram(t: Scope, file: string, env: NodeJS.ProcessEnv, args: readonly string[] = []): Program {
  const child = spawn(process.execPath, ['--conditions=source', '--no-warnings', file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  return programOf(child)
}

function programOf(child: ChildProcess): Program {
  let output = ''
  let isEnded = false
  const listeners = new Set<() => void>()
  const hear = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-outputCharactersMax)
    for (const listener of listeners) listener()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const ended = once(child, 'exit').then(([code, signal]): number | NodeJS.Signals => {
    isEnded = true
    for (const listener of listeners) listener()
    return signal ?? code
  })
  return {
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    hasEnded: () => isEnded,
    signal: name => void child.kill(name),
    says: pattern =>
      new Promise((resolve, reject) => {
        const settle = (found: RegExpExecArray | null, why: string) => {
          clearTimeout(deadline)
          listeners.delete(look)
          if (found) resolve(found)
          else reject(new Error(`The program ${why} without saying ${pattern}. It said:\n${output}`))
        }
        const look = () => {
          const found = pattern.exec(output)
          if (found || isEnded) settle(found, 'ended')
        }
        const deadline = setTimeout(() => settle(null, `ran for ${saysDeadlineMs} ms`), saysDeadlineMs)
        listeners.add(look)
        look()
      }),
  }
}
