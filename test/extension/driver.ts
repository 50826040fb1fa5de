/** The extension host's end of the page driver: click, look, wait, take a picture. */
import { mkdirSync, watch } from 'node:fs'
import { access, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DriverAnswer, DriverRequest, Target } from '../harness/vscodeDriver.ts'
import { driverFolderVariable, screenshotsVariable, themeVariable } from './variables.ts'

let sequence = 0

/** Asks the driver to act, and answers when it has. */
export async function act(request: DriverRequest): Promise<unknown> {
  const folder = process.env[driverFolderVariable]
  if (!folder) throw new Error('no driver: these tests are started by test/harness/vscode.ts')
  // A window that is reloaded has another process, which counts from one again.
  const name = `${process.pid}-${String(++sequence).padStart(6, '0')}`
  const path = join(folder, `${name}.request.json`)
  const gone = untilGone(folder, path)
  // Renamed into place: the driver never reads half a request.
  await writeFile(`${path}.draft`, JSON.stringify(request))
  await rename(`${path}.draft`, path)
  await gone
  const answer: DriverAnswer = JSON.parse(await readFile(join(folder, `${name}.answer.json`), 'utf8'))
  if ('error' in answer) throw new Error(`${JSON.stringify(request)}: ${answer.error}`)
  return answer.result
}

export const page = {
  click: (target: Target) => act({ kind: 'click', ...target }),
  hover: (target: Target) => act({ kind: 'hover', ...target }),
  focus: (target: Target) => act({ kind: 'focus', ...target }),
  wait: (target: Target) => act({ kind: 'wait', ...target }),
  /** There, whether it can be seen or is only told to screen readers. */
  attached: (target: Target) => act({ kind: 'waitFor', state: 'attached', ...target }),
  waitHidden: (target: Target) => act({ kind: 'waitFor', state: 'hidden', ...target }),
  text: async (target: Target) => String(await act({ kind: 'text', ...target })),
  texts: async (target: Target) => (await act({ kind: 'texts', ...target })) as string[],
  count: async (target: Target) => Number(await act({ kind: 'count', ...target })),
  fill: (target: Target, value: string) => act({ kind: 'fill', value, ...target }),
  value: (target: Target) => act({ kind: 'value', ...target }),
  press: (key: string) => act({ kind: 'press', key }),
  type: (value: string) => act({ kind: 'type', value }),
  resize: (width: number, height: number) => act({ kind: 'resize', width, height }),
}

/** Takes a picture of the whole window as `<name>-<theme>.png`, if pictures are wanted. */
export async function screenshot(name: string): Promise<void> {
  const folder = process.env[screenshotsVariable]
  if (!folder) return
  const path = join(folder, `${name}-${process.env[themeVariable] ?? 'dark'}.png`)
  mkdirSync(dirname(path), { recursive: true })
  await act({ kind: 'screenshot', path })
}

/** Resolves once the request is gone and the answer is there: of looks that overlap, one may have begun before there was either. */
function untilGone(folder: string, path: string): Promise<void> {
  const isThere = (file: string): Promise<boolean> =>
    access(file).then(
      () => true,
      () => false,
    )
  return new Promise(done => {
    const look = async (): Promise<void> => {
      if ((await isThere(path)) || !(await isThere(path.replace('.request.', '.answer.')))) return
      watcher.close()
      done()
    }
    const watcher = watch(folder, () => void look())
  })
}
