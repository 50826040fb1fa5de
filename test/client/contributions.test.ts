/** package.json, its translations and contributions.ts say the same. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commands, contexts, debugType, panels, settings, treeItems, views } from '../../client/src/contributions.ts'

const root = join(import.meta.dirname, '../..')
const read = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'))
const manifest = read('package.json')
const english: Record<string, string> = read('package.nls.json')
const chinese: Record<string, string> = read('package.nls.zh-cn.json')
const manifestText = JSON.stringify(manifest.contributes)

test('every command is contributed, and every contributed command exists', () => {
  const contributed = manifest.contributes.commands.map(({ command }: { command: string }) => command)
  assert.deepEqual([...contributed].sort(), Object.values(commands).sort())
})

test('menus, keys and views refer to what exists', () => {
  const known = new Set<string>(Object.values(commands))
  const used = [...manifestText.matchAll(/"command":"(tidemark\.\w+)"/g)].map(([, id]) => String(id))
  assert.deepEqual(
    used.filter(id => !known.has(id)),
    [],
  )
  const linked = Object.values({ ...english, ...chinese }).flatMap(text =>
    [...text.matchAll(/\(command:(tidemark\.\w+)\)/g)].map(([, id]) => String(id)),
  )
  assert.ok(linked.length > 0)
  assert.deepEqual(
    linked.filter(id => !known.has(id)),
    [],
  )
  assert.equal(manifest.contributes.views.tidemark[0].id, views.clusters)
  assert.equal(manifest.contributes.debuggers[0].type, debugType)
})

test('when-clauses use only keys, panels and tree items that the code sets', () => {
  const clauses = [...manifestText.matchAll(/"(?:when|enablement)":"((?:[^"\\]|\\.)*)"/g)].map(([, text]) =>
    String(text),
  )
  const keys = new Set<string>([...Object.values(contexts), ...Object.values(views), ...Object.values(panels)])
  const used = clauses.flatMap(clause => clause.match(/tidemark\.\w+/g) ?? [])
  assert.ok(used.length > 10)
  assert.deepEqual(
    used.filter(key => !keys.has(key)),
    [],
  )
  const items = clauses.flatMap(clause => [...clause.matchAll(/viewItem == (\w+)/g)].map(([, item]) => String(item)))
  assert.deepEqual(
    items.filter(item => !(Object.values(treeItems) as string[]).includes(item)),
    [],
  )
})

test('every setting is contributed, and every contributed setting is read', () => {
  const contributed = Object.keys(manifest.contributes.configuration.properties)
  assert.deepEqual(contributed.sort(), Object.values(settings).sort())
})

test('every text has an English and a Chinese form, and none is left over', () => {
  const used = [...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map(([, key]) => String(key))
  assert.deepEqual([...new Set(used)].sort(), Object.keys(english).sort())
  assert.deepEqual(Object.keys(chinese).sort(), Object.keys(english).sort())
  for (const [key, text] of Object.entries(chinese)) assert.notEqual(text, english[key], `${key} is not translated`)
})
