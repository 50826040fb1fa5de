/** tsserver of TypeScript 6 over its own protocol: open, semantic diagnostics, edits. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { insertionOf } from './keystroke.ts'
import type { Measured } from './measured.ts'
import { peakBytes } from './measured.ts'
import type { Workspace } from './workspace.ts'

interface Message {
  readonly type: string
  readonly event?: string
  readonly body?: { readonly file?: string }
}

export async function measureTsserver(path: string, workspace: Workspace, rounds: number): Promise<Measured> {
  const start = performance.now()
  const server = new Tsserver(
    spawn(process.execPath, ['--max-old-space-size=8192', path, '--disableAutomaticTypingAcquisition'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  )
  try {
    const { handler, helper } = workspace
    for (const file of [handler, helper]) server.send('open', { file, fileContent: readFileSync(file, 'utf8') })
    await server.diagnostics([handler])
    const firstMs = performance.now() - start
    const inHandlerMs = await keystrokes(server, handler, [handler], rounds)
    const inHelperMs = await keystrokes(server, helper, [helper, handler], rounds)
    return { firstMs, inHandlerMs, inHelperMs, memoryBytes: peakBytes(server.pid) }
  } finally {
    server.stop()
  }
}

async function keystrokes(
  server: Tsserver,
  file: string,
  watched: readonly string[],
  rounds: number,
): Promise<number[]> {
  const original = readFileSync(file, 'utf8')
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { line, character, text: insertString } = insertionOf(original, round + 1)
    const at = { line: line + 1, offset: character + 1, endLine: line + 1, endOffset: character + 1 }
    const start = performance.now()
    server.send('change', { file, ...at, insertString })
    await server.diagnostics(watched)
    times.push(performance.now() - start)
  }
  return times
}

class Tsserver {
  readonly #child: ChildProcess
  readonly #waiting: ((message: Message) => void)[] = []
  #buffer = Buffer.alloc(0)
  #sequence = 0

  constructor(child: ChildProcess) {
    this.#child = child
    child.stdout?.on('data', (data: Buffer) => this.#read(data))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  send(command: string, args: object): void {
    this.#child.stdin?.write(
      `${JSON.stringify({ seq: ++this.#sequence, type: 'request', command, arguments: args })}\n`,
    )
  }

  /** Resolves when semantic diagnostics of all files have come. */
  async diagnostics(files: readonly string[]): Promise<void> {
    const left = new Set(files)
    const done = new Promise<void>(resolve => {
      const listen = (message: Message): void => {
        if (message.event === 'semanticDiag' && message.body?.file) left.delete(message.body.file)
        if (left.size > 0) return
        this.#waiting.splice(this.#waiting.indexOf(listen), 1)
        resolve()
      }
      this.#waiting.push(listen)
    })
    this.send('geterr', { delay: 0, files })
    await done
  }

  stop(): void {
    this.#child.kill()
  }

  #read(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data])
    for (;;) {
      const head = this.#buffer.indexOf('\r\n\r\n')
      const length = /Content-Length: (\d+)/.exec(this.#buffer.subarray(0, Math.max(0, head)).toString())?.[1]
      if (head < 0 || length === undefined) return
      const end = head + 4 + Number(length)
      if (this.#buffer.length < end) return
      const message = JSON.parse(this.#buffer.subarray(head + 4, end).toString()) as Message
      this.#buffer = this.#buffer.subarray(end)
      for (const listen of [...this.#waiting]) listen(message)
    }
  }
}
