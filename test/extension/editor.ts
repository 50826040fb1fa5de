/** Squiggles, quick fixes and code lenses on the sample, as a person meets them. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { page } from './driver.ts'
import { event } from './events.ts'
import { closeAll, open } from './files.ts'
import { test } from './suite.ts'

const wrong = 'order-totals/totals-wrong.ts'
const right = 'order-totals/totals-right.ts'

test('the wrong sample has a squiggle for each of its two lies', async t => {
  const document = await open(wrong)
  t.after(closeAll)
  const diagnostics = await diagnosticsOf(document.uri, found => found.length >= 2)
  assert.deepEqual(diagnostics.map(codeOf).sort(), ['non-idempotent-output', 'offset-after-shuffle'])
  for (const diagnostic of diagnostics) assert.equal(diagnostic.source, 'tidemark')
  const lookup = diagnostics.find(diagnostic => codeOf(diagnostic) === 'offset-after-shuffle')
  assert.match(document.getText(lookup?.range), /offsetRanges/)
  assert.ok(lookup?.relatedInformation?.some(({ location }) => /reduceByKey/.test(document.getText(location.range))))
  await page.wait({ selector: '.squiggly-error' })
})

test('the right sample has none', async t => {
  await open(wrong)
  const document = await open(right)
  t.after(closeAll)
  await diagnosticsOf(vscode.Uri.joinPath(document.uri, '..', 'totals-wrong.ts'), found => found.length >= 2)
  const ours = vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'tidemark')
  assert.deepEqual(ours, [])
})

test('the quick fixes silence both findings, and TypeScript agrees with the result', async t => {
  const document = await open(wrong)
  t.after(closeAll)
  for (const code of ['offset-after-shuffle', 'non-idempotent-output']) {
    const diagnostic = (await diagnosticsOf(document.uri, found => found.some(one => codeOf(one) === code))).find(
      one => codeOf(one) === code,
    )
    assert.ok(diagnostic)
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      diagnostic.range,
      vscode.CodeActionKind.QuickFix.value,
    )
    const fix = actions.find(action => action.edit && !/^Suppress/.test(action.title))
    assert.ok(fix?.edit, `no fix for ${code} among: ${actions.map(action => action.title).join(' | ')}`)
    assert.ok(await vscode.workspace.applyEdit(fix.edit))
    await diagnosticsOf(document.uri, found => !found.some(one => codeOf(one) === code))
  }
  const left = await diagnosticsOf(document.uri, found => found.every(({ source }) => source !== 'tidemark'))
  assert.deepEqual(
    left.filter(({ source, severity }) => source === 'ts' && severity === vscode.DiagnosticSeverity.Error),
    [],
  )
})

test('a code lens above the pipeline says its guarantee and offers to debug it', async t => {
  const document = await open(right)
  t.after(closeAll)
  await page.wait({ selector: '.codelens-decoration a', text: 'Debug pipeline' })
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    20,
  )
  const debug = lenses.find(lens => lens.command?.command === 'tidemark.debugPipeline')
  assert.equal(debug?.command?.arguments?.[0], document.uri.toString())
  assert.ok(lenses.some(lens => /exactly once|transactional/i.test(lens.command?.title ?? '')))
})

/** The document's own diagnostics, as soon as they satisfy the condition. */
function diagnosticsOf(
  uri: vscode.Uri,
  isEnough: (found: readonly vscode.Diagnostic[]) => boolean,
): Promise<readonly vscode.Diagnostic[]> {
  const read = (): readonly vscode.Diagnostic[] =>
    vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'tidemark' || source === 'ts')
  return event(
    `diagnostics of ${uri.path}`,
    vscode.languages.onDidChangeDiagnostics,
    () => {
      const found = read()
      return isEnough(found.filter(({ source }) => source === 'tidemark')) ? found : undefined
    },
    () => JSON.stringify(read()),
  )
}

function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code)
}
