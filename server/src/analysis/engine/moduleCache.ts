/** Parsed files: an editor's text wins over the disk, a file is parsed again only when its text changed, and only so many are kept. */
import type { Module } from '../../facts/code.ts'
import { parseTypeScript } from '../../frontends/typescript/index.ts'
import type { EngineSettings, Note } from './contract.ts'
import type { FileStat, FileSystem } from './fileSystem.ts'
import { hasFrontend } from './words.ts'

interface Entry {
  readonly stamp: string
  readonly module: Module | undefined
  readonly note: Note | undefined
}

const fileBytesMax = 1_000_000
const modulesMax = 2_000
/** With what is made of them about 50 MB: more than the reach of any handler we have seen, less than a workspace. */
const charactersMax = 1_500_000

export function limitsOf(settings: EngineSettings): CacheLimits {
  return {
    fileBytesMax: settings.fileBytesMax ?? fileBytesMax,
    modulesMax: settings.modulesMax ?? modulesMax,
    charactersMax: settings.charactersMax ?? charactersMax,
  }
}

export interface CacheLimits {
  readonly fileBytesMax: number
  readonly modulesMax: number
  /** Of their texts; what is made of them takes some thirty times as much. */
  readonly charactersMax: number
}

export class ModuleCache {
  readonly #files: FileSystem
  readonly #overlays = new Map<string, { text: string; version: number }>()
  /** In order of use: the first one was used longest ago. */
  readonly #entries = new Map<string, Entry>()
  readonly #stats = new Map<string, FileStat | undefined>()
  #limits: CacheLimits
  #characters = 0
  parsedFiles = 0

  constructor(files: FileSystem, limits: CacheLimits) {
    this.#files = files
    this.#limits = limits
  }

  get size(): number {
    return this.#entries.size
  }

  limit(limits: CacheLimits): void {
    this.#limits = limits
    this.#entries.clear()
    this.#characters = 0
  }

  overlay(path: string, text: string | undefined, version: number): void {
    if (text === undefined) this.#overlays.delete(path)
    else this.#overlays.set(path, { text, version })
    this.#drop(path)
  }

  /** An editor holds its text. */
  isOpen(path: string): boolean {
    return this.#overlays.has(path)
  }

  forget(paths: readonly string[]): void {
    for (const path of paths) this.#drop(path)
    this.#stats.clear()
  }

  /** `undefined` also for what is too large to be analysed: nobody needs the text of that. */
  text(path: string): string | undefined {
    const known = this.#overlays.get(path)?.text ?? this.#entries.get(path)?.module?.text
    if (known !== undefined) return known.length > this.#limits.fileBytesMax ? undefined : known
    return (this.stat(path)?.sizeBytes ?? 0) > this.#limits.fileBytesMax ? undefined : this.#files.readFile(path)
  }

  module(path: string): Module | undefined {
    return this.#entry(path)?.module
  }

  note(path: string): Note | undefined {
    return this.#entry(path)?.note
  }

  /** Asked many times for the same path while imports are resolved. */
  stat(path: string): FileStat | undefined {
    if (this.#overlays.has(path)) return { kind: 'file', sizeBytes: 0, modifiedMs: 0 }
    if (this.#stats.has(path)) return this.#stats.get(path)
    if (this.#stats.size > 200_000) this.#stats.clear()
    const stat = this.#files.stat(path)
    this.#stats.set(path, stat)
    return stat
  }

  #entry(path: string): Entry | undefined {
    const known = this.#entries.get(path)
    if (known) {
      // Invariant: the map's order is the order of use.
      this.#entries.delete(path)
      this.#entries.set(path, known)
      return known
    }
    const entry = this.#read(path)
    this.#entries.set(path, entry)
    this.#characters += sizeOf(entry)
    // Used longest ago goes first; a module that someone still works with lives on until that is done.
    const { modulesMax, charactersMax } = this.#limits
    for (const oldest of this.#entries.keys()) {
      if (oldest === path || (this.#entries.size <= modulesMax && this.#characters <= charactersMax)) break
      this.#drop(oldest)
    }
    return entry
  }

  #drop(path: string): void {
    const entry = this.#entries.get(path)
    if (!entry) return
    this.#entries.delete(path)
    this.#characters -= sizeOf(entry)
  }

  #read(path: string): Entry {
    const none = (note: Note | undefined): Entry => ({ stamp: '', module: undefined, note })
    if (!hasFrontend(path)) return none(undefined)
    const overlay = this.#overlays.get(path)
    const size = overlay ? overlay.text.length : (this.stat(path)?.sizeBytes ?? 0)
    if (size > this.#limits.fileBytesMax)
      return none({
        code: 'FILE_TOO_LARGE',
        path,
        message: `Skipped: ${size} bytes, more than the ${this.#limits.fileBytesMax} that are analysed. Raise maxFileBytes in the settings, or leave the file out.`,
      })
    const text = overlay?.text ?? this.#files.readFile(path)
    if (text === undefined)
      return none({
        code: 'FILE_UNREADABLE',
        path,
        message: 'Skipped: the file could not be read. It may be gone, or not yours to read.',
      })
    if (isGenerated(text))
      return none({
        code: 'FILE_GENERATED',
        path,
        message: 'Skipped: generated or minified code. Its source is what can be mended.',
      })
    this.parsedFiles++
    const module = parseTypeScript(path, text)
    const note: Note | undefined = module.isBroken
      ? { code: 'PARSE_ERROR', path, message: 'Has syntax errors: what the parser could make of it was analysed.' }
      : undefined
    return { stamp: '', module, note }
  }
}

/** Each entry costs something, whatever it holds. */
function sizeOf({ module }: Entry): number {
  return 100 + (module?.text.length ?? 0)
}

/** Said so in its head, or lines no person writes. */
export function isGenerated(text: string): boolean {
  const head = text.slice(0, 600)
  if (/@generated\b|<auto-generated|DO NOT EDIT/.test(head)) return true
  return text.length > 20_000 && text.length / (countLines(text, 400) || 1) > 400 && countLines(text, 400) < 400
}

function countLines(text: string, max: number): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0 && lines < max; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
