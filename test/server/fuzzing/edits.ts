/** Edits of a text: some as an editor makes them, some by syntax, some by chance. */

import ts from 'typescript'
import type { Random } from '../../../runtime/src/random.ts'

export interface Edit {
  /** For the report. */
  readonly name: string
  readonly start: number
  readonly end: number
  readonly newText: string
}

/** @param donor - another text, from which pieces are pasted */
export function anyEdit(text: string, donor: string, random: Random): Edit {
  const edits = random.next() < 0.5 ? plainEdits : syntaxEdits
  const make = edits[random.integer(edits.length)] as MakeEdit
  return make(text, donor, random) ?? insertCharacter(text, donor, random)
}

type MakeEdit = (text: string, donor: string, random: Random) => Edit | undefined
type Insertion = Edit

const characters = [
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  '`',
  "'",
  '"',
  '/',
  '*',
  '<',
  '=',
  '>',
  '.',
  ',',
  ';',
  '\n',
  ' ',
  'a',
  '0',
  '@',
  '#',
  '?',
  '!',
  '\\',
  '$',
  '\u2028',
  '\uFEFF',
  '😀',
  '\0',
  '\r',
]
const snippets = [
  'await ',
  'async ',
  'return ',
  'try { ',
  '} catch {}',
  '// ',
  '/* ',
  '*/',
  '`${',
  '=> ',
  '?.',
  '...',
  'for (;;) ',
  'while (true) {',
  'import x from "./x"\n',
  'export * from "./helper.ts"\n',
  'export default ',
  'class A extends ',
  'class PgOrders implements Orders<Order> { async save(order: Order) { await db.query("INSERT INTO t VALUES (1)") } }\n',
  'interface Orders<T> ',
  'abstract ',
  'implements Orders<Order> ',
  '{ provide: ORDERS, useClass: PgOrders }, ',
  'function* ',
  '<div>',
  'as any',
  '// tidemark-ignore non-idempotent-output: x\n',
  '() => ',
]

function insertCharacter(text: string, _donor: string, random: Random): Insertion {
  const at = random.integer(text.length + 1)
  return { name: 'a character', start: at, end: at, newText: pick(characters, random) ?? 'a' }
}

const plainEdits: readonly MakeEdit[] = [
  insertCharacter,
  (text, _, random) => {
    const at = random.integer(text.length + 1)
    return { name: 'a snippet', start: at, end: at, newText: pick(snippets, random) ?? '' }
  },
  (text, _, random) => {
    const start = random.integer(text.length + 1)
    const end = Math.min(text.length, start + 1 + random.integer(random.next() < 0.2 ? 400 : 12))
    return { name: 'a deletion', start, end, newText: '' }
  },
  (text, donor, random) => {
    const at = random.integer(text.length + 1)
    const from = random.integer(donor.length + 1)
    return { name: 'a paste', start: at, end: at, newText: donor.slice(from, from + random.integer(300)) }
  },
  (text, _, random) => {
    const lines = text.split('\n')
    const line = random.integer(lines.length)
    const start = lines.slice(0, line).join('\n').length + (line > 0 ? 1 : 0)
    const own = lines[line] ?? ''
    return { name: 'a line twice', start, end: start, newText: `${own}\n` }
  },
  text => ({ name: 'everything gone', start: 0, end: text.length, newText: '' }),
  (text, donor) =>
    text.length < 200 ? { name: 'another file', start: 0, end: text.length, newText: donor } : undefined,
]

const syntaxEdits: readonly MakeEdit[] = [
  (text, _, random) => {
    const node = anyNode(text, random)
    return node && { name: `without ${kindName(node)}`, start: node.getStart(), end: node.end, newText: '' }
  },
  (text, donor, random) => {
    const node = anyNode(text, random)
    const other =
      node &&
      pick(
        nodesOf(donor).filter(({ kind }) => kind === node.kind),
        random,
      )
    return (
      other && { name: `another ${kindName(node)}`, start: node.getStart(), end: node.end, newText: other.getText() }
    )
  },
  (text, _, random) => {
    const node = anyNode(text, random, ts.isExpression)
    const [before, after] = pick(wrappers, random) ?? ['', '']
    return (
      node && {
        name: `${before}…${after}`,
        start: node.getStart(),
        end: node.end,
        newText: `${before}${node.getText()}${after}`,
      }
    )
  },
  (text, _, random) => {
    const node = anyNode(text, random, ts.isStatement)
    return node && { name: 'a statement twice', start: node.end, end: node.end, newText: `\n${node.getText()}` }
  },
  (text, _, random) => {
    const node = anyNode(text, random, ts.isAwaitExpression)
    return (
      node && {
        name: 'no await',
        start: node.getStart(),
        end: (node as ts.AwaitExpression).expression.getStart(),
        newText: '',
      }
    )
  },
  (text, _, random) => {
    const names = nodesOf(text).filter(ts.isIdentifier)
    const node = pick(names, random)
    const other = pick(names, random)
    return node && other && { name: 'another name', start: node.getStart(), end: node.end, newText: other.getText() }
  },
  (text, _, random) => {
    const node = anyNode(text, random, ts.isStringLiteral)
    return (
      node && {
        name: 'another text',
        start: node.getStart(),
        end: node.end,
        newText: pick(["''", "'./helper.ts'", "'kafkajs'", "'INSERT INTO t VALUES (1)'"], random) ?? '',
      }
    )
  },
]

const wrappers = [
  ['await ', ''],
  ['(', ')'],
  ['[', ']'],
  ['() => ', ''],
  ['Promise.all([', '])'],
  ['void ', ''],
  ['...', ''],
  ['`${', '}`'],
  ['new (', ')()'],
  ['async () => { ', ' }'],
] as const

function anyNode(text: string, random: Random, isWanted: (node: ts.Node) => boolean = () => true): ts.Node | undefined {
  return pick(nodesOf(text).filter(isWanted), random)
}

function nodesOf(text: string): readonly ts.Node[] {
  const nodes: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    nodes.push(node)
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(ts.createSourceFile('a.tsx', text, parseOptions, true, ts.ScriptKind.TS), visit)
  return nodes
}

const parseOptions: ts.CreateSourceFileOptions = {
  languageVersion: ts.ScriptTarget.ESNext,
  jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
}

function pick<T>(list: readonly T[], random: Random): T | undefined {
  return list[random.integer(list.length)]
}

function kindName(node: ts.Node): string {
  return ts.SyntaxKind[node.kind] ?? 'node'
}
