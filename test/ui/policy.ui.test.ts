import assert from 'node:assert/strict'
import { test } from 'node:test'
import { panelHtml, panelPolicy } from '@tidemark/webview/page'
import { answerRecords, snapshotNamed, snapshotNames } from './recorded.ts'
import { usePanels } from './session.ts'

const open = usePanels()

test('every state is drawn under the policy of the extension without one violation', async () => {
  for (const view of ['overview', 'batch', 'connection'] as const) {
    const panel = await open({ view, onMessage: answerRecords })
    for (const name of snapshotNames()) {
      const snapshot = snapshotNamed(name)
      if (snapshot.view === view) await panel.show(snapshot)
    }
    for (const theme of ['light', 'high-contrast'] as const) await panel.setTheme(theme)
    await panel.page.evaluate(() => new Promise(requestAnimationFrame))
    assert.deepEqual(panel.violations, [], view)
    assert.deepEqual(panel.errors, [], view)
  }
})

test('what an attacker would add is refused: scripts, handlers, styles, frames, pictures, connections', async () => {
  const panel = await open({
    view: 'overview',
    injectedHtml: `
      <script>window.attacked = 'inline script'</script>
      <script src="https://panel.test/overview.js?attack"></script>
      <script nonce="guess">window.attacked = 'wrong nonce'</script>
      <img src="https://elsewhere.test/a.png" onerror="window.attacked = 'handler'">
      <iframe src="https://elsewhere.test/"></iframe>
      <link rel="stylesheet" href="https://elsewhere.test/a.css">
      <p style="color: red">styled</p>
      <style>body { background: red }</style>
      <base href="https://elsewhere.test/">
      <form action="https://elsewhere.test/"><button id="send">send</button></form>
      <a id="link" href="javascript:window.attacked = 'link'">link</a>`,
  })
  await panel.page.locator('#link').evaluate((link: HTMLAnchorElement) => link.click())
  await panel.page.locator('#send').evaluate((button: HTMLButtonElement) => button.click())
  await panel.page.evaluate(async () => {
    const script = document.createElement('script')
    script.textContent = "window.attacked = 'added script'"
    document.body.append(script)
    await fetch('https://elsewhere.test/').catch(() => undefined)
    document.body.setAttribute('onclick', "window.attacked = 'attribute'")
    document.body.click()
  })
  const evalRefused = await panel.page
    .addScriptTag({ content: 'window.attacked = 1' })
    .then(() => false)
    .catch(() => true)
  assert.ok(evalRefused)
  assert.equal(await panel.page.evaluate(() => (window as unknown as { attacked?: string }).attacked), undefined)
  const directives = new Set(panel.violations.map(text => text.split(' ')[0]))
  const expected = [
    'script-src-elem',
    'script-src-attr',
    'style-src-elem',
    'style-src-attr',
    'img-src',
    'frame-src',
    'connect-src',
    'base-uri',
    'form-action',
  ]
  for (const directive of expected)
    assert.ok(directives.has(directive), `${directive} was not refused: ${[...directives]}`)
  assert.deepEqual(
    panel.errors.filter(error => error.startsWith('request to')),
    [],
    'nothing left the page',
  )
})

test('the policy allows no inline script, no eval, no wildcard; the page escapes what it is given', () => {
  const policy = panelPolicy({ nonce: 'abc', cspSource: 'https://source' })
  assert.equal(
    policy,
    "default-src 'none'; script-src 'nonce-abc'; style-src https://source 'nonce-abc'; base-uri 'none'; form-action 'none'",
  )
  assert.doesNotMatch(policy, /unsafe|\*|data:|blob:/)
  const html = panelHtml({
    view: 'overview',
    nonce: 'abc',
    cspSource: "'self'",
    scriptUri: 'a"b.js',
    styleUri: 'a.css',
    language: '"><script>',
    title: '<script>x</script>',
  })
  assert.equal(html.match(/<script/g)?.length, 1)
  assert.ok(html.includes('a&#34;b.js') && html.includes('&#60;script&#62;x'))
})
