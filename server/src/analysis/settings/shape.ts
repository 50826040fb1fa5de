/** Shapes of configuration: one description checks a file, names the wrong key with its line, and yields the JSON schema. */
import { getNodeValue, type Node, parseTree, printParseErrorCode } from 'jsonc-parser'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { nearest } from './nearest.ts'

export type Shape =
  | { readonly kind: 'string'; readonly about: string; readonly pattern?: RegExp; readonly example?: string }
  | { readonly kind: 'boolean'; readonly about: string }
  | { readonly kind: 'integer'; readonly about: string; readonly min: number }
  | { readonly kind: 'choice'; readonly about: string; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly about: string; readonly of: Shape }
  | {
      readonly kind: 'object'
      readonly about: string
      readonly keys: Readonly<Record<string, Shape>>
      readonly required?: readonly string[]
    }

export interface Problem {
  readonly path: string
  /** 0-based. */
  readonly line: number
  readonly character: number
  /** As `rules.offset-after-shuffle`; empty for the whole file. */
  readonly key: string
  /** What is wrong and which values are allowed. */
  readonly message: string
}

export interface Checked {
  /** The value with what was wrong left out, so that one mistake does not lose the rest. */
  readonly value: unknown
  readonly problems: readonly Problem[]
}

/**
 * Reads JSON with comments and trailing commas.
 *
 * @param inside - a key whose value is to be checked, as `tidemark` in a package.json; a file without it is `undefined`
 */
export function checkJson(path: string, text: string, shape: Shape, inside?: string): Checked {
  const errors: { error: number; offset: number; length: number }[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true })
  const document = TextDocument.create(path, 'jsonc', 0, text)
  const problem = (offset: number, key: string, message: string): Problem => {
    const { line, character } = document.positionAt(offset)
    return { path, line, character, key, message }
  }
  const first = errors[0]
  if (first) {
    const code = printParseErrorCode(first.error)
    const words = code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
    return { value: undefined, problems: [problem(first.offset, '', `The file is not JSON: ${words}.`)] }
  }
  const node = inside === undefined ? root : propertyOf(root, inside)
  if (!node) return { value: undefined, problems: [] }
  const problems: Problem[] = []
  const value = checkNode(node, shape, '', (at, key, message) => problems.push(problem(at.offset, key, message)))
  return { value, problems }
}

export function schemaOf(shape: Shape): Record<string, unknown> {
  const description = shape.about
  switch (shape.kind) {
    case 'string':
      return { type: 'string', description, ...(shape.pattern ? { pattern: shape.pattern.source } : {}) }
    case 'boolean':
      return { type: 'boolean', description }
    case 'integer':
      return { type: 'integer', minimum: shape.min, description }
    case 'choice':
      return { enum: shape.values, description }
    case 'list':
      return { type: 'array', items: schemaOf(shape.of), description }
    case 'object':
      return {
        type: 'object',
        description,
        properties: Object.fromEntries(Object.entries(shape.keys).map(([key, inner]) => [key, schemaOf(inner)])),
        additionalProperties: false,
        ...(shape.required ? { required: shape.required } : {}),
      }
  }
}

type Complain = (at: Node, key: string, message: string) => void

function checkNode(node: Node, shape: Shape, key: string, complain: Complain): unknown {
  const value: unknown = getNodeValue(node)
  const wrong = (allowed: string): undefined => {
    const shown = shorten(JSON.stringify(value))
    complain(node, key, `${key === '' ? 'The configuration' : `'${key}'`} is ${shown}. Allowed: ${allowed}.`)
    return undefined
  }
  switch (shape.kind) {
    case 'string':
      if (typeof value !== 'string' || value === '') return wrong('a text that is not empty')
      if (shape.pattern && !shape.pattern.test(value)) return wrong(`a text as '${shape.example}'`)
      return value
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong('true, false')
    case 'integer':
      return Number.isSafeInteger(value) && Number(value) >= shape.min
        ? value
        : wrong(`a whole number from ${shape.min}`)
    case 'choice':
      return shape.values.includes(value as string) ? value : wrong(shape.values.join(', '))
    case 'list':
      if (node.type !== 'array') return wrong('a list')
      return (node.children ?? [])
        .map((child, index) => checkNode(child, shape.of, `${key}[${index}]`, complain))
        .filter(item => item !== undefined)
    case 'object':
      return node.type === 'object' ? checkObject(node, shape, key, complain) : wrong('an object')
  }
}

function checkObject(node: Node, shape: Shape & { kind: 'object' }, key: string, complain: Complain): unknown {
  const result: Record<string, unknown> = {}
  for (const property of node.children ?? []) {
    const [name, value] = property.children ?? []
    if (!name || !value) continue
    const inner = `${key === '' ? '' : `${key}.`}${name.value}`
    const expected = Object.hasOwn(shape.keys, name.value) ? shape.keys[name.value] : undefined
    if (!expected) {
      const guess = nearest(name.value, Object.keys(shape.keys))
      const allowed = Object.keys(shape.keys).join(', ')
      complain(name, inner, `'${inner}' is not known.${guess ? ` Did you mean '${guess}'?` : ''} Allowed: ${allowed}.`)
      continue
    }
    const checked = checkNode(value, expected, inner, complain)
    if (checked !== undefined) result[name.value] = checked
  }
  const missing = shape.required?.find(name => !propertyOf(node, name))
  if (missing === undefined) return shape.required?.some(name => !(name in result)) ? undefined : result
  complain(node, key, `'${key}' lacks '${missing}'. Needed: ${shape.required?.join(', ')}.`)
  return undefined
}

function propertyOf(node: Node | undefined, name: string): Node | undefined {
  return node?.type === 'object'
    ? node.children?.find(property => property.children?.[0]?.value === name)?.children?.[1]
    : undefined
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
