/** The engine as the language server uses it: open, analyse, the walk in the background, edits. Prints one line of JSON. */
import { readFileSync } from 'node:fs'
import { createDisk } from '@tidemark/server/analysis/engine/disk'
import { createEngine } from '@tidemark/server/analysis/engine/engine'
import { afterKeystrokes } from './keystroke.ts'
import { peakBytes } from './measured.ts'

const [root = '', handler = '', helper = '', rounds = '20'] = process.argv.slice(2)

const engine = createEngine({ fileSystem: createDisk() })
const texts = new Map([handler, helper].map(path => [path, readFileSync(path, 'utf8')]))
engine.open(handler, texts.get(handler) as string, 1)
const first = engine.analyze(handler)
process.stdout.write(`${JSON.stringify({ first: true, findings: first.findings.length })}\n`)

const keystrokes = (path: string, watched: string): number[] => {
  const times: number[] = []
  for (let round = 0; round < Number(rounds); round++) {
    const text = afterKeystrokes(texts.get(path) as string, round + 1)
    const start = performance.now()
    engine.change(path, text, round + 2)
    engine.analyze(path)
    if (watched !== path) engine.analyze(watched)
    times.push(performance.now() - start)
  }
  return times
}

const start = performance.now()
const found = await engine.discover(root)
const discoverMs = performance.now() - start
engine.open(helper, texts.get(helper) as string, 1)
const inHandler = keystrokes(handler, handler)
const inHelper = keystrokes(helper, handler)
const result = engine.analyze(helper).findings.length
process.stdout.write(
  `${JSON.stringify({ inHandler, inHelper, discoverMs, found: found.length, result, peakBytes: peakBytes(process.pid) })}\n`,
)
