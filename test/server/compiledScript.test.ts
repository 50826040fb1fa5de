/** What V8 compiled is taken from an earlier start only where it is whole and of this very source. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { loadCompiled } from '@tidemark/server/compiledScript'
import { folder } from './folder.ts'

const source = 'exports.name = () => "one"; exports.url = moduleUrl; exports.own = require("./other.cjs")'

function scripts(t: TestContext) {
  const at = folder(t, { 'server.cjs': source, 'other.cjs': 'module.exports = 1' })
  const moduleUrl = pathToFileURL(at.at('main.mjs')).href
  const cachePath = at.at('server.cjs.compiled')
  const load = () => {
    const script = loadCompiled('server.cjs', moduleUrl, cachePath)
    const exports = script.run() as { name(): string; url: string; own: number }
    return { script, name: exports.name(), url: exports.url, own: exports.own }
  }
  return { at, moduleUrl, cachePath, load }
}

test('a script runs as a module of its folder, in the place of the one that loads it', t => {
  const { load, moduleUrl } = scripts(t)
  const { name, url, own } = load()
  assert.deepEqual({ name, url, own }, { name: 'one', url: moduleUrl, own: 1 })
})

test('what was compiled is kept when asked for, and taken at the next start', t => {
  const { load, cachePath } = scripts(t)
  const first = load()
  assert.equal(first.script.isKept, false)
  assert.equal(existsSync(cachePath), false)
  first.script.keep()
  const second = load()
  assert.deepEqual([second.script.isKept, second.name], [true, 'one'])
})

test('another source of the same length is compiled anew, and kept in place of the old one', t => {
  const { load, at } = scripts(t)
  load().script.keep()
  at.write('server.cjs', source.replace('one', 'two'))
  const changed = load()
  assert.deepEqual([changed.script.isKept, changed.name], [false, 'two'])
  changed.script.keep()
  assert.equal(load().script.isKept, true)
})

test('a file that is damaged or cut off is not taken', t => {
  const { load, cachePath } = scripts(t)
  load().script.keep()
  const whole = readFileSync(cachePath)
  const damaged = Buffer.from(whole)
  damaged[whole.length - 20] = (damaged[whole.length - 20] as number) ^ 0xff
  for (const bytes of [damaged, whole.subarray(0, -1), whole.subarray(0, 5), Buffer.alloc(0)]) {
    writeFileSync(cachePath, bytes)
    const { script, name } = load()
    assert.deepEqual([script.isKept, name], [false, 'one'])
  }
})

test('where nothing can be written, nothing is kept and nothing fails', t => {
  const { at, moduleUrl } = scripts(t)
  for (const cachePath of [at.at('not/there/server.compiled'), undefined]) {
    const script = loadCompiled('server.cjs', moduleUrl, cachePath)
    script.run()
    script.keep()
    assert.equal(loadCompiled('server.cjs', moduleUrl, cachePath).isKept, false)
  }
})
