/** `npm run screenshots`: the README's pictures, light and dark, from a running VS Code on a running Kafka. */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { runExtensionSession } from '../harness/vscodeSession.ts'
import { brokersVariable } from './variables.ts'

// A Kafka of their own, in which topics have the names of the samples.
delete process.env[brokersVariable]

const root = resolve(import.meta.dirname, '../..')
const folder = join(root, 'client/media/screenshots')

await mkdir(folder, { recursive: true })
for (const theme of ['dark', 'light'] as const) {
  const report = await runExtensionSession({
    theme,
    screenshots: folder,
    testsPath: join(root, 'test/extension/pictures.ts'),
    settings: {
      'editor.minimap.enabled': false,
      'editor.hover.above': false,
      'editor.stickyScroll.enabled': false,
      'window.commandCenter': false,
      'window.title': 'Tidemark',
    },
    onLog: line => console.log(`${theme}: ${line}`),
  })
  if (report.failed > 0 || report.passed === 0) process.exitCode = 1
}
