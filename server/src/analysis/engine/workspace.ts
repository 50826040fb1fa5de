/** What an editor has open: folders, texts, settings, and the findings of each file, kept until an edit can change them. */
import { basename, dirname, join, sep } from 'node:path'
import type { NameInfo } from '../../protocol.ts'
import { isIgnoreFile, isSource, type Sources, sourcesBelow } from '../commandLine/fileSearch.ts'
import { ruleIds } from '../findings/catalog.ts'
import { engineSettings, findSettings, noSettings, type Settings, settingsFileName } from '../settings/settings.ts'
import type { Problem } from '../settings/shape.ts'
import { type CheckedFile, checkFile } from './check.ts'
import { createDisk } from './disk.ts'
import type { Engine, EngineOptions } from './engine.ts'

export interface Workspace {
  addFolder(path: string): void
  /** @returns files whose findings are no longer ours to show */
  removeFolder(path: string): readonly string[]
  readonly folders: readonly string[]
  /** @returns files whose findings may have changed, the edited one first */
  open(path: string, text: string, version: number): readonly string[]
  change(path: string, text: string, version: number): readonly string[]
  close(path: string): readonly string[]
  /** The disk changed. @returns files whose findings may have changed */
  filesChanged(paths: readonly string[]): readonly string[]
  /** Findings of a file as of now: from memory when nothing in its reach has changed since. */
  check(path: string): CheckedFile
  /** Texts that name topics and groups. @throws never: a file that cannot be analysed has none. */
  names(path: string): readonly NameInfo[]
  text(path: string): string | undefined
  /** Version of an open document; `null` for one that is only on disk, as the protocol has it. */
  versionOf(path: string): number | null
  /** Mistakes in settings files, by file; a file without any is there with an empty list, so that old ones are cleared. */
  settingsProblems(): ReadonlyMap<string, readonly Problem[]>
  /**
   * Looks for pipelines and wrappers in a folder. Yields often.
   * @returns files that hold pipelines or lie in their reach
   */
  discover(folder: string, signal: AbortSignal): Promise<readonly string[]>
  /**
   * Looks up types where syntax could not tell.
   * @returns files whose findings may have changed
   * @throws Error types could not be looked up; findings stay as they are
   */
  refine(signal: AbortSignal): Promise<readonly string[]>
}

/** Files that say what belongs to a workspace and how it is judged: a change asks to look through it again. */
export function isWorkspaceFile(path: string): boolean {
  return path.endsWith(settingsFileName) || basename(path) === 'package.json' || isIgnoreFile(path)
}

interface Folder {
  /** `undefined` for the files that lie in no folder. */
  readonly path: string | undefined
  readonly engine: Engine
  settings: Settings
  /** `undefined` where no folder says what belongs to it. */
  sources: Sources | undefined
}

/** @param createEngine - taken as a parameter so that tests can put a failing one in */
export function createWorkspace(createEngine: (options: EngineOptions) => Engine): Workspace {
  return new OpenWorkspace(createEngine)
}

class OpenWorkspace implements Workspace {
  readonly #createEngine: (options: EngineOptions) => Engine
  readonly #disk = createDisk()
  readonly #folders: Folder[] = []
  readonly #loose: Folder
  readonly #documents = new Map<string, { readonly text: string; readonly version: number }>()
  readonly #checked = new Map<string, CheckedFile>()
  readonly #settingsFiles = new Set<string>()

  constructor(createEngine: (options: EngineOptions) => Engine) {
    this.#createEngine = createEngine
    this.#loose = {
      path: undefined,
      engine: createEngine({ fileSystem: this.#disk }),
      settings: noSettings,
      sources: undefined,
    }
  }

  get folders(): readonly string[] {
    return this.#folders.flatMap(({ path }) => path ?? [])
  }

  addFolder(path: string): void {
    if (this.#folders.some(folder => folder.path === path)) return
    const settings = this.#readSettings(path)
    const engine = this.#createEngine({ fileSystem: this.#disk, settings: engineSettings(settings) })
    const folder = { path, engine, settings, sources: sourcesIn(path, settings) }
    this.#folders.push(folder)
    // Innermost first, so that the first folder that holds a file is its own.
    this.#folders.sort((a, b) => (b.path?.length ?? 0) - (a.path?.length ?? 0))
    for (const [open, { text, version }] of this.#documents)
      if (this.#folderOf(open) === folder) engine.open(open, text, version)
    this.#checked.clear()
  }

  removeFolder(path: string): readonly string[] {
    const index = this.#folders.findIndex(folder => folder.path === path)
    if (index < 0) return []
    const shown = [...this.#checked.keys()].filter(file => this.#folderOf(file).path === path)
    this.#folders.splice(index, 1)
    this.#checked.clear()
    for (const [open, { text, version }] of this.#documents)
      if (isInside(path, open)) this.#folderOf(open).engine.open(open, text, version)
    return shown
  }

  open(path: string, text: string, version: number): readonly string[] {
    this.#documents.set(path, { text, version })
    return this.#edited(path, engine => engine.open(path, text, version))
  }

  change(path: string, text: string, version: number): readonly string[] {
    this.#documents.set(path, { text, version })
    return this.#edited(path, engine => engine.change(path, text, version))
  }

  close(path: string): readonly string[] {
    this.#documents.delete(path)
    return this.#edited(path, engine => engine.close(path))
  }

  filesChanged(paths: readonly string[]): readonly string[] {
    const settings = paths.filter(isWorkspaceFile)
    for (const folder of this.#folders) {
      const { path: own } = folder
      if (own === undefined) continue
      const isTouched = settings.some(path => isInside(dirname(path), own) || isInside(own, path))
      if (!isTouched) continue
      folder.settings = this.#readSettings(own)
      folder.sources = sourcesIn(own, folder.settings)
      folder.engine.configure(engineSettings(folder.settings))
      for (const file of this.#checked.keys()) if (this.#folderOf(file) === folder) this.#checked.delete(file)
    }
    const affected = new Set<string>()
    for (const folder of [...this.#folders, this.#loose]) {
      const own = paths.filter(path => this.#folderOf(path) === folder)
      if (own.length === 0) continue
      for (const path of own) for (const reached of this.#reach(folder.engine, path)) affected.add(reached)
      folder.engine.invalidate(own)
      for (const path of own) for (const reached of this.#reach(folder.engine, path)) affected.add(reached)
    }
    for (const path of affected) this.#checked.delete(path)
    // What a build writes is nobody's source, unless someone has opened it.
    return [...affected].filter(path => this.#documents.has(path) || this.#folderOf(path).sources?.has(path) !== false)
  }

  check(path: string): CheckedFile {
    let checked = this.#checked.get(path)
    if (!checked) {
      const { engine, settings } = this.#folderOf(path)
      checked = checkFile(engine, path, { settings })
      this.#checked.set(path, checked)
    }
    return checked
  }

  names(path: string): readonly NameInfo[] {
    try {
      return this.#folderOf(path).engine.names(path)
    } catch {
      // What fails here fails in `check` too, which tells of it.
      return []
    }
  }

  text(path: string): string | undefined {
    return this.#documents.get(path)?.text ?? this.#folderOf(path).engine.text(path)
  }

  versionOf(path: string): number | null {
    return this.#documents.get(path)?.version ?? null
  }

  settingsProblems(): ReadonlyMap<string, readonly Problem[]> {
    const problems = new Map<string, readonly Problem[]>([...this.#settingsFiles].map(path => [path, []]))
    for (const { settings } of this.#folders) if (settings.path) problems.set(settings.path, settings.problems)
    return problems
  }

  async discover(path: string, signal: AbortSignal): Promise<readonly string[]> {
    const folder = this.#folders.find(candidate => candidate.path === path)
    if (!folder) return []
    const found = await folder.engine.discover(path, {
      files: folder.sources?.all() ?? [],
      has: file => folder.sources?.has(file) !== false,
      signal,
    })
    // What is known by now may lead findings into files that were checked before.
    for (const file of found) this.#checked.delete(file)
    return found
  }

  async refine(signal: AbortSignal): Promise<readonly string[]> {
    const affected: string[] = []
    for (const { engine } of [...this.#folders, this.#loose]) affected.push(...(await engine.refine(signal)))
    for (const file of affected) this.#checked.delete(file)
    return affected.filter(path => this.#documents.has(path) || this.#folderOf(path).sources?.has(path) !== false)
  }

  /** Reach before the edit and after it: an import that goes away takes its findings with it. */
  #edited(path: string, edit: (engine: Engine) => void): readonly string[] {
    const { engine } = this.#folderOf(path)
    const affected = new Set([path, ...this.#reach(engine, path)])
    edit(engine)
    for (const reached of this.#reach(engine, path)) affected.add(reached)
    for (const file of affected) this.#checked.delete(file)
    return [...affected]
  }

  #reach(engine: Engine, path: string): readonly string[] {
    return isSource(path) ? engine.reach(path) : []
  }

  #folderOf(path: string): Folder {
    return this.#folders.find(folder => folder.path !== undefined && isInside(folder.path, path)) ?? this.#loose
  }

  #readSettings(folder: string): Settings {
    const settings = findSettings(folder, ruleIds, path => this.#disk.readFile(path)?.replace(/^\uFEFF/, ''))
    if (settings.path) this.#settingsFiles.add(settings.path)
    return settings
  }
}

function sourcesIn(folder: string, settings: Settings): Sources {
  return sourcesBelow(folder, settings.path ? { folder: dirname(settings.path), lines: settings.ignore } : undefined)
}

function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(join(folder, sep))
}
