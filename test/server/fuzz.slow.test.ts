/** Twenty thousand edits; and the same watch over analyzers that are broken on purpose, so that it is seen to bark. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEngine, type Engine, type EngineOptions } from '@tidemark/server/analysis/engine/engine'
import { type FuzzResult, fuzz } from './fuzz.ts'

test('20,000 edits: no crash, nothing stale, no step above 100 ms', async t => {
  const result = await fuzz({ edits: 20_000, seed: 1 })
  const { edits, comparisons, findings, worstMs, slow } = result
  t.diagnostic(
    `${edits} edits, ${comparisons} comparisons, ${findings} findings seen, worst step ${worstMs.toFixed(1)} ms`,
  )
  assert.equal(edits, 20_000)
  assert.ok(findings > 1_000, 'the edited code still holds pipelines with findings')
  assert.deepEqual(slow, [])
})

test('two threads see together what one sees', async () => {
  const one = await fuzz({ edits: 1_300, seed: 2 })
  const two = await fuzz({ edits: 1_300, seed: 2, workers: 2 })
  const seen = ({ edits, sessions, comparisons, findings }: FuzzResult) => ({ edits, sessions, comparisons, findings })
  assert.deepEqual(seen(two), seen(one))
})

function broken(change: (engine: Engine) => Partial<Engine>): (options: EngineOptions) => Engine {
  return options => {
    const engine = createEngine(options)
    // The engine's methods live on its prototype, so a copy by spread would lose them.
    return Object.assign(Object.create(engine) as Engine, bound(engine), change(engine))
  }
}

function bound(engine: Engine): Partial<Engine> {
  return {
    open: (...args) => engine.open(...args),
    change: (...args) => engine.change(...args),
    close: (...args) => engine.close(...args),
    invalidate: (...args) => engine.invalidate(...args),
    configure: (...args) => engine.configure(...args),
    analyze: (...args) => engine.analyze(...args),
    reach: (...args) => engine.reach(...args),
    discover: (...args) => engine.discover(...args),
    text: (...args) => engine.text(...args),
    statistics: () => engine.statistics(),
  }
}

test('control: an engine that forgets who uses a file is caught', async () => {
  const forgetful = broken(() => ({ reach: path => [path] }))
  await assert.rejects(fuzz({ edits: 20_000, seed: 1, createEngine: forgetful }), /differs from a fresh analysis/)
})

test('control: an engine that throws on some text is caught', async () => {
  const fragile = broken(engine => ({
    analyze: path => {
      if (engine.text(path)?.includes('😀')) throw new Error('a smile')
      return engine.analyze(path)
    },
  }))
  await assert.rejects(
    fuzz({ edits: 20_000, seed: 1, createEngine: fragile }),
    /a smile[\s\S]*Repeat with: npm run fuzz/,
  )
})

test('control: a step that takes too long is counted', async () => {
  let slowPath: string | undefined
  const slow = broken(engine => ({
    change: (path, text, version) => {
      if (version === 5) slowPath ??= path
      const before = process.cpuUsage()
      while (path === slowPath && version === 5 && process.cpuUsage(before).user < 500_000);
      engine.change(path, text, version)
    },
  }))
  const result = await fuzz({ edits: 200, seed: 1, createEngine: slow })
  assert.ok(result.slow.length > 0)
  assert.ok(result.worstMs > 100)
})
