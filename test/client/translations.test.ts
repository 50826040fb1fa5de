/** Every sentence of the extension has a Chinese form with the same places to fill in, and none is left over. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { accountRules } from '@tidemark/runtime/account'
import { localKafkaSentences, localKafkaSteps } from '@tidemark/runtime/localKafka'
import { errorSentences, monitorSentences } from '@tidemark/runtime/monitor'
import { capabilityReasons, ifItDiedSentences } from '@tidemark/runtime/protocol'
import ts from 'typescript'

const root = join(import.meta.dirname, '../..')
const bundle: Record<string, string> = JSON.parse(
  readFileSync(join(root, 'client/l10n/bundle.l10n.zh-cn.json'), 'utf8'),
)

test('the bundle has exactly the sentences of the sources', () => {
  const said = [...sentences()].sort()
  assert.ok(said.length > 50)
  assert.deepEqual(Object.keys(bundle).sort(), said)
})

test('translations fill in the same places', () => {
  const places = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
  for (const [english, chinese] of Object.entries(bundle)) {
    assert.deepEqual(places(chinese), places(english), english)
    assert.match(chinese, /[\u4e00-\u9fff]/, `${english} is not translated`)
  }
})

/** The first argument of each `vscode.l10n.t(...)`, one that is not a literal could not be translated; and the runtime's tables that a panel says. */
function sentences(): Set<string> {
  const tables = [
    capabilityReasons,
    accountRules,
    ifItDiedSentences,
    monitorSentences,
    errorSentences(),
    localKafkaSentences(),
    localKafkaSteps,
  ]
  const found = new Set<string>(tables.flatMap(table => Object.values<string>(table)))
  const folder = join(root, 'client/src')
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue
    const source = ts.createSourceFile(name, readFileSync(join(folder, name), 'utf8'), ts.ScriptTarget.ESNext, true)
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && node.expression.getText() === 'vscode.l10n.t') {
        const [text] = node.arguments
        assert.ok(text && ts.isStringLiteralLike(text), `${name}: ${node.getText()} is not a literal`)
        found.add(text.text)
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return found
}
