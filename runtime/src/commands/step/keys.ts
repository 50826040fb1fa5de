/** Single keys of a terminal, and whole commands after a colon. */
import { createInterface, emitKeypressEvents } from 'node:readline'
import type { Readable } from 'node:stream'
import { readStep, type Step } from './language.ts'

const words: Readonly<Record<string, string>> = {
  b: 'batch',
  p: 'phase',
  t: 'partition',
  c: 'continue',
  ' ': 'pause',
  r: 'records',
  o: 'outputs',
  l: 'replay',
  a: 'account',
  s: 'status',
  '?': 'help',
  q: 'quit',
}

interface Key {
  readonly name?: string
  readonly ctrl?: boolean
  readonly sequence?: string
}

export async function* keysFrom(input: Readable & { setRawMode?(isRaw: boolean): void }): AsyncIterable<Step> {
  emitKeypressEvents(input)
  try {
    for (;;) {
      input.setRawMode?.(true)
      const key = await nextKey(input)
      if (key.ctrl && (key.name === 'c' || key.name === 'd')) return
      const line = key.sequence === ':' ? await typed(input) : words[key.sequence ?? '']
      if (line === undefined) continue
      const step = tried(line)
      if (step) yield step
      if (step?.kind === 'quit') return
    }
  } finally {
    input.setRawMode?.(false)
    input.pause()
  }
}

/** What cannot be understood shows the help instead of ending the session. */
function tried(line: string): Step | undefined {
  try {
    return readStep(line)
  } catch {
    return { kind: 'help' }
  }
}

function nextKey(input: Readable): Promise<Key> {
  input.resume()
  return new Promise(resolve => input.once('keypress', (_text, key: Key) => resolve(key)))
}

async function typed(input: Readable & { setRawMode?(isRaw: boolean): void }): Promise<string> {
  input.setRawMode?.(false)
  const line = createInterface({ input, output: process.stderr })
  try {
    return await new Promise<string>(resolve => line.question(': ', resolve))
  } finally {
    line.close()
  }
}
