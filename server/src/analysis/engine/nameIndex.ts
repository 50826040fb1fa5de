/**
 * Which files inherit from a type of some name, which pass it on under another one, and which tell a container of dependency
 * injection what stands for a token: by their words, gathered while the workspace is looked through, without parsing one of them.
 *
 * An analysis that asked for a name is made anew when a file comes to say it, or says it no more.
 */

import { KeyIndex } from './keyIndex.ts'

export type NameKind = 'heirs' | 'bindings' | 'renames'

/** Names kept in all, and of one file; those beyond lead to no file. */
const sizeMax = 400_000
const keysOfFileMax = 400

export class NameIndex {
  readonly #said = new KeyIndex()
  readonly #asked = new KeyIndex()
  /** What a file said before its last change. */
  readonly #former = new Map<string, ReadonlySet<string>>()
  #size = 0

  /**
   * @param text - `undefined`: the file is gone
   * @returns who asked for a name that came or went
   */
  note(path: string, text: string | undefined): ReadonlySet<string> {
    const before = this.#said.keysOf(path)
    const after = text === undefined || this.#size > sizeMax ? none : namesIn(text)
    const changed = [...before].filter(key => !after.has(key)).concat([...after].filter(key => !before.has(key)))
    if (changed.length === 0) return none
    this.#said.put(path, after)
    if (before.size > 0) this.#former.set(path, before)
    else this.#former.delete(path)
    this.#size += after.size - before.size
    return this.#asked.files(changed)
  }

  /** It says some name. */
  has(path: string): boolean {
    return this.#said.keysOf(path).size > 0
  }

  /** Every file that says some name. */
  paths(): Iterable<string> {
    return this.#said.all()
  }

  /** In the order of their paths, whichever came first. */
  files(kind: NameKind, name: string): readonly string[] {
    return [...this.#said.files([nameKey(kind, name)])].sort()
  }

  /** @param asked - keys of the names that its last analysis asked for */
  ask(asker: string, asked: ReadonlySet<string>): void {
    this.#asked.put(asker, asked)
  }

  get isAsked(): boolean {
    return !this.#asked.isEmpty
  }

  /** Whose analysis asked for a name that the file says, or said before its last change. */
  askersAround(path: string): ReadonlySet<string> {
    return this.#asked.files([...this.#said.keysOf(path), ...(this.#former.get(path) ?? none)])
  }
}

const none: ReadonlySet<string> = new Set()

export function nameKey(kind: NameKind, name: string): string {
  return `${kind} ${name}`
}

const clause = /\b(?:extends|implements)\s+([\w$\s.,<>[\]|&'"]{1,300})/g
const renamed = /(?<=([\w$]+)\s)as\s+([\w$]+)/g
const token = String.raw`([\w$.]+|'[^'\n]{1,200}'|"[^"\n]{1,200}")`
const provider = new RegExp(String.raw`\bprovide\s*:\s*${token}`, 'g')
const registration = new RegExp(
  String.raw`\b(?:(?:re)?bind|register(?:Singleton|Type|Instance)?|Container\.set)(?:<[^()\n]{0,200}>)?\(\s*${token}`,
  'g',
)

const service = new RegExp(String.raw`@Service\(\s*(?:\{\s*id\s*:\s*)?${token}`, 'g')
const passedOn = /\bexport\s+(?:type\s+)?\{([^{}]{1,4000})\}/g

/** Words are looked for before patterns are: of most files that is all. */
function namesIn(text: string): ReadonlySet<string> {
  const keys = new Set<string>()
  if (text.includes('extends') || text.includes('implements'))
    for (const name of parentsIn(text)) keys.add(nameKey('heirs', name))
  if (text.includes('provide')) noteTokens(text, provider, keys)
  if (text.includes('bind') || text.includes('register') || text.includes('Container.set'))
    noteTokens(text, registration, keys)
  if (text.includes('@Service(')) noteTokens(text, service, keys)
  if (text.includes(' as ') && text.includes('export'))
    for (const [, list = ''] of text.matchAll(passedOn))
      for (const [, name = ''] of list.matchAll(/([\w$]+)\s+as\s/g)) keys.add(nameKey('renames', name))
  if (keys.size === 0) return none
  return keys.size <= keysOfFileMax ? keys : new Set([...keys].slice(0, keysOfFileMax))
}

const keywords = new Set(['extends', 'implements', 'string', 'number', 'boolean', 'unknown', 'any', 'never', 'object'])

function parentsIn(text: string): Set<string> {
  const names = new Set<string>()
  for (const [, clauses = ''] of text.matchAll(clause))
    for (const name of clauses.match(/[A-Za-z_$][\w$]*/g) ?? []) if (!keywords.has(name)) names.add(name)
  // `import { Orders as Port }`: the file says the one, and the declaration is called the other.
  if (names.size > 0)
    for (const [, name = '', alias = ''] of text.matchAll(renamed)) if (names.has(alias)) names.add(name)
  return names
}

function noteTokens(text: string, pattern: RegExp, keys: Set<string>): void {
  for (const [, written = ''] of text.matchAll(pattern))
    if (written !== 'this') keys.add(nameKey('bindings', lastName(written)))
}

/** `'orders'`: orders; `TOKENS.orders`: the same. */
function lastName(written: string): string {
  return /^['"]/.test(written) ? written.slice(1, -1) : written.slice(written.lastIndexOf('.') + 1)
}
