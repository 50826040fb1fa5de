/** `npm run package [-- file.vsix]`: the extension as one file, with the runtime's own package inside for workspaces without a network. */
import { execFile } from 'node:child_process'
import { rename } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { bundle } from './bundle.ts'

const root = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

/** Builds and packs; answers the path of the file. */
export async function packageExtension(target: string): Promise<string> {
  await bundle()
  const dist = join(root, 'client/dist')
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', dist], { cwd: join(root, 'runtime') })
  const answer: unknown = JSON.parse(stdout)
  const [packed] = (Array.isArray(answer) ? answer : Object.values(answer as object)) as { filename: string }[]
  if (!packed) throw new Error(`npm pack answered ${stdout}`)
  await rename(join(dist, packed.filename), join(dist, 'tidemark-runtime.tgz'))
  const vsce = join(dirname(createRequire(import.meta.url).resolve('@vscode/vsce/package.json')), 'vsce')
  const options = ['--no-dependencies', '--no-rewrite-relative-links', '--out', resolve(target)]
  await run(process.execPath, [vsce, 'package', ...options], { cwd: root })
  return resolve(target)
}

if (import.meta.main) console.log(await packageExtension(process.argv[2] ?? join(root, 'tidemark.vsix')))
