/** typescript-eslint with types, as an editor's plug-in uses it: its rules that are nearest to ours. Prints two lines of JSON. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterKeystrokes } from './keystroke.ts'
import { peakBytes } from './measured.ts'

interface Linter {
  lintText(text: string, options: { filePath: string }): Promise<{ messages: { fatal?: boolean; message: string }[] }[]>
}
interface Plugin {
  readonly parser: object
  readonly plugin: object
}

const [root = '', handler = '', helper = '', rounds = '20', peers = ''] = process.argv.slice(2)
const require = createRequire(join(peers, 'package.json'))
const load = async (name: string) => await import(pathToFileURL(require.resolve(name)).href)
const { ESLint } = (await load('eslint')) as { ESLint: new (options: object) => Linter }
const { default: typed } = (await load('typescript-eslint')) as { default: Plugin }

const linter = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ['**/*.ts'],
      languageOptions: {
        parser: typed.parser,
        parserOptions: { projectService: true, tsconfigRootDir: root },
      },
      plugins: { '@typescript-eslint': typed.plugin },
      rules: {
        '@typescript-eslint/no-floating-promises': 'error',
        '@typescript-eslint/no-misused-promises': 'error',
        '@typescript-eslint/await-thenable': 'error',
      },
    },
  ],
})

async function lint(path: string, text: string): Promise<void> {
  const results = await linter.lintText(text, { filePath: path })
  const fatal = results.flatMap(({ messages }) => messages).find(message => message.fatal)
  if (fatal) throw new Error(`${path}: ${fatal.message}`)
}

async function keystrokes(path: string, watched: readonly string[]): Promise<number[]> {
  const original = readFileSync(path, 'utf8')
  const times: number[] = []
  for (let round = 0; round < Number(rounds); round++) {
    const start = performance.now()
    await lint(path, afterKeystrokes(original, round + 1))
    for (const other of watched) await lint(other, readFileSync(other, 'utf8'))
    times.push(performance.now() - start)
  }
  return times
}

await lint(handler, readFileSync(handler, 'utf8'))
process.stdout.write(`${JSON.stringify({ first: true })}\n`)
const inHandler = await keystrokes(handler, [])
const inHelper = await keystrokes(helper, [handler])
process.stdout.write(`${JSON.stringify({ inHandler, inHelper, peakBytes: peakBytes(process.pid) })}\n`)
