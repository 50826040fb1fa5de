/** Runs `child.ts` and listens to what it says. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface ChildRun {
  readonly lines: readonly string[]
  /** What ended it: a signal's name or an exit code. */
  readonly end: string | number
  readonly complaints: string
}

export interface ChildOptions {
  readonly setupName: string
  readonly place: string
  readonly mode: 'loop' | 'race' | 'hang' | 'hold' | 'asNobody'
  /** Largest file the child may write, in bytes: a full disk that needs no disk. The write that crosses it is cut short, as on a real one. */
  readonly fileBytesMax?: number
  /** Called with each line as it comes; may kill the child. */
  onLine?(line: string, child: ChildProcess): void | Promise<void>
}

export async function runChild({ setupName, place, mode, fileBytesMax, onLine }: ChildOptions): Promise<ChildRun> {
  const script = join(import.meta.dirname, 'child.ts')
  const command = [process.execPath, '--conditions=source', script, setupName, place, mode]
  // `ulimit -f` counts blocks of 512 bytes; with its signal ignored a write beyond it fails with EFBIG.
  const limited = `ulimit -f ${Math.ceil((fileBytesMax ?? 0) / 512)}; trap '' XFSZ; exec "$@"`
  const [file = '', ...args] = fileBytesMax === undefined ? command : ['sh', '-c', limited, 'sh', ...command]
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    complaints += text
  })
  const ended = once(child, 'close') as Promise<[number | null, string | null]>
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    await onLine?.(line, child)
  }
  const [code, signal] = await ended
  return { lines, end: signal ?? code ?? 'nothing', complaints }
}
