/** Pictures of every state in every theme, to be looked at: `node --conditions=source test/ui/shots.ts <folder> [name part]`. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { launchBrowser } from '../harness/browser.ts'
import { openPanel } from './panel.ts'
import { answerRecords, snapshotNamed, snapshotNames } from './recorded.ts'
import { type ThemeName, themeNames } from './themes.ts'

const [folder = 'dist/shots', part = '', themePart = ''] = process.argv.slice(2)
await mkdir(folder, { recursive: true })
const browser = await launchBrowser()
try {
  for (const name of snapshotNames().filter(each => each.includes(part)))
    for (const theme of themeNames.filter(each => each.startsWith(themePart))) await shoot(name, theme)
} finally {
  await browser.close()
}

async function shoot(name: string, theme: ThemeName): Promise<void> {
  const snapshot = snapshotNamed(name)
  const panel = await openPanel(browser, {
    view: snapshot.view,
    theme,
    language: process.env.LANGUAGE_OF_SHOTS ?? 'en',
    width: Number(process.env.WIDTH_OF_SHOTS ?? 1_320),
    onMessage: answerRecords,
  })
  await panel.show(snapshot)
  if (snapshot.view === 'batch' && snapshot.batch) await panel.page.getByRole('gridcell').first().waitFor()
  await panel.page.screenshot({ path: join(folder, `${name}-${theme}.png`) })
  for (const problem of [...panel.errors, ...panel.violations]) process.stderr.write(`${name} ${theme}: ${problem}\n`)
  await panel.page.context().close()
}
