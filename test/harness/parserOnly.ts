/**
 * The parser of TypeScript without the rest, for a server that starts in a third of the time and takes 45 MB less.
 *
 * The package is one file of its modules in a row, each under a comment with its name, and those that the parser is made of
 * come first: from `corePublic.ts` to `parser.ts`. They are taken as they are, not minified; the bundler drops what of them
 * is not reached. The thread that looks up types has the whole compiler beside it.
 *
 * What it names of the dropped part is code that parsing TypeScript and JavaScript never runs (watching files, emitting,
 * JSON); `test/server/bundle.slow.test.ts` compares what the bundle finds with what the sources find.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import type { Plugin } from 'esbuild'
import ts from 'typescript'

const root = resolve(import.meta.dirname, '../..')
const first = 'corePublic.ts'
const next = 'commandLineParser.ts'
const frontend = join(root, 'server/src/frontends/typescript')
const users = [
  join(root, 'server/src/analysis/findings/comments.ts'),
  ...readdirSync(frontend)
    .filter(name => name.endsWith('.ts'))
    .map(name => join(frontend, name)),
]

/** `typescript` is the parser alone, but the whole compiler, kept beside the bundle, for the files that look up types. */
export const parserOnly: Plugin = {
  name: 'parser-only',
  setup(build) {
    build.onResolve({ filter: /^typescript$/ }, ({ importer }) =>
      importer.includes('/frontends/typescript/types/') || importer.includes('\\frontends\\typescript\\types\\')
        ? { path: './typescript.cjs', external: true }
        : { path: 'typescript', namespace: 'parser-only' },
    )
    build.onLoad({ filter: /.*/, namespace: 'parser-only' }, () => ({
      contents: parserSource(),
      resolveDir: root,
      loader: 'js',
    }))
  },
}

/** @throws Error the package is no longer laid out as this expects, or a file uses what the parser's part does not have */
export function parserSource(): string {
  const whole = readFileSync(createRequire(import.meta.url).resolve('typescript'), 'utf8')
  const helpers = between(whole, 'var __defProp', '// src/typescript/typescript.ts')
  const body = between(whole, `\n// src/compiler/${first}\n`, `\n// src/compiler/${next}\n`)
  const names = usedNames().filter(name =>
    new RegExp(`^(?:function\\*?|var|let|const|class) ${name}\\b`, 'm').test(body),
  )
  const missing = usedNames().filter(name => name in ts && !names.includes(name))
  if (missing.length > 0)
    throw new Error(
      `The parser's part of TypeScript ${ts.version} lacks ${missing.join(', ')}. Move ${next} further down.`,
    )
  return `${helpers}\n${withoutUnusedMessages(body)}\n${nodeMethods}\nexport default { ${names.join(', ')} }\n`
}

/** The table of all messages is made when the file is loaded, one object for each of thousands; the parser says few of them. */
function withoutUnusedMessages(body: string): string {
  const used = new Set([...body.matchAll(/\bDiagnostics\.(\w+)/g)].map(match => match[1]))
  return body.replace(/^ {2}(\w+): diag\(.*\),?\n/gm, (line, name) => (used.has(name) ? line : ''))
}

/** What the compiler's service layer, which is dropped, adds to nodes, as far as the frontend uses it. */
const nodeMethods = `
for (const make of new Set([objectAllocator.getNodeConstructor(), objectAllocator.getTokenConstructor(), objectAllocator.getIdentifierConstructor()]))
  make.prototype.getStart = function (file, includesComments) { return getTokenPosOfNode(this, file, includesComments) }
Object.defineProperty(objectAllocator.getIdentifierConstructor().prototype, 'text', { get() { return idText(this) } })
class PrivateName extends objectAllocator.getNodeConstructor() { get text() { return idText(this) } }
objectAllocator.getPrivateIdentifierConstructor = () => PrivateName
`

function usedNames(): string[] {
  const names = users.flatMap(path => [...readFileSync(path, 'utf8').matchAll(/\bts\.([A-Za-z]+)/g)])
  return [...new Set(names.map(match => match[1] as string))].sort()
}

function between(text: string, start: string, end: string): string {
  const from = text.indexOf(start)
  const to = text.indexOf(end, from)
  if (from < 0 || to < 0)
    throw new Error(
      `TypeScript ${ts.version} is not laid out as expected: no ${JSON.stringify(from < 0 ? start : end)}.`,
    )
  return text.slice(from, to)
}
