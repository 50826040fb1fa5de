/** The engine as the language server uses it: open, analyse, edit, and the walk in the background. Prints one line of JSON. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createEngine, type FileSystem } from '@tidemark/server/analysis/engine'

const [root = '', handler = '', helper = '', rounds = '20'] = process.argv.slice(2)

const fileSystem: FileSystem = {
  readFile: path => attempt(() => readFileSync(path, 'utf8')),
  stat: path =>
    attempt(() => {
      const stats = statSync(path)
      const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other'
      return { kind, sizeBytes: stats.size, modifiedMs: stats.mtimeMs } as const
    }),
  readDirectory: path =>
    (attempt(() => readdirSync(path, { withFileTypes: true })) ?? []).map(entry => ({
      name: entry.name,
      kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'other',
    })),
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

const engine = createEngine({ fileSystem })
const texts = new Map([handler, helper].map(path => [path, readFileSync(path, 'utf8')]))
engine.open(handler, texts.get(handler) as string, 1)
const first = engine.analyze(handler)
process.stdout.write(`${JSON.stringify({ first: true, findings: first.findings.length })}\n`)

const keystrokes = (path: string, watched: string): number[] => {
  const times: number[] = []
  for (let round = 0; round < Number(rounds); round++) {
    const text = `${texts.get(path)}// ${'x'.repeat(round + 1)}\n`
    const start = performance.now()
    engine.change(path, text, round + 2)
    engine.analyze(path)
    if (watched !== path) engine.analyze(watched)
    times.push(performance.now() - start)
  }
  return times
}

engine.open(helper, texts.get(helper) as string, 1)
const inHandler = keystrokes(handler, handler)
const inHelper = keystrokes(helper, handler)
const start = performance.now()
const found = await engine.discover(root)
const discoverMs = performance.now() - start
const result = engine.analyze(helper).findings.length
const rssBytes = process.memoryUsage().rss
process.stdout.write(`${JSON.stringify({ inHandler, inHelper, discoverMs, found: found.length, result, rssBytes })}\n`)
