/** A folder of files for one test, gone after it. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'

export interface Folder {
  readonly path: string
  at(name: string): string
  write(name: string, content: string | Uint8Array): string
}

export function folder(
  t: Pick<TestContext, 'after'>,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Folder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-server-')))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  const at = (name: string): string => join(path, name)
  const write = (name: string, content: string | Uint8Array): string => {
    mkdirSync(dirname(at(name)), { recursive: true })
    writeFileSync(at(name), content)
    return at(name)
  }
  for (const [name, content] of Object.entries(files)) write(name, content)
  return { path, at, write }
}
