/** The packed extension holds what it needs, nothing else, and stays small. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { tempFolder } from '../harness/folders.ts'
import { packageExtension } from '../harness/package.ts'

const bytesMax = 5 * 1024 * 1024

const needed = [
  'package.json',
  'package.nls.zh-cn.json',
  'client/dist/extension.cjs',
  'client/dist/tidemark-runtime.tgz',
  'client/dist/preload.cjs',
  'client/dist/understudyWorker.mjs',
  'client/l10n/bundle.l10n.zh-cn.json',
  'server/dist/bundle/main.mjs',
  'server/dist/bundle/server.cjs',
  'server/dist/bundle/typescript.cjs',
  'server/dist/bundle/lib.es5.d.ts',
  'webview/dist/overview.js',
  'webview/dist/batch.css',
  'webview/dist/connection.js',
]

test('the package is complete, clean and below five megabytes', async t => {
  const folder = await tempFolder(t)
  const path = await packageExtension(join(folder, 'tidemark.vsix'))
  const { size } = await stat(path)
  assert.ok(size < bytesMax, `${size} bytes`)
  const { stdout } = await promisify(execFile)('python3', ['-c', listZip, path]).catch(() =>
    promisify(execFile)('unzip', ['-Z1', path]),
  )
  const names = stdout.split('\n').map(line => line.replace(/^extension\//, '').trim())
  assert.deepEqual(
    needed.filter(name => !names.includes(name)),
    [],
  )
  assert.deepEqual(
    names.filter(name => /node_modules|\.map$|\.ts$/.test(name) && !/lib\..*d\.ts$/.test(name)),
    [],
  )
})

const listZip = 'import sys, zipfile; print("\\n".join(zipfile.ZipFile(sys.argv[1]).namelist()))'
