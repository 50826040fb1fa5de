/** The engine's state: parsed files, the analyses of files with pipelines, and who reaches whom. */

import type { OutputTable } from '../../facts/libraries/outputTable.ts'
import type { PipelineSummary } from '../../facts/model.ts'
import type { NameInfo } from '../../protocol.ts'
import { rules as allRules } from '../../rules/index.ts'
import type { Rule } from '../../rules/rule.ts'
import { type Link, Linker } from '../linking/linker.ts'
import { librariesOf } from '../pipelines/consumers/own.ts'
import { namesIn } from '../pipelines/names.ts'
import { TypeRefinement, type VisitedFiles } from '../types/typeRefinement.ts'
import { analyzeModule, groupsOf, type RootAnalysis, unique } from './analyzeFile.ts'
import type {
  DiscoverOptions,
  Engine,
  EngineOptions,
  EngineSettings,
  EngineStatistics,
  FileAnalysis,
  Note,
} from './contract.ts'
import { breath, discoverFiles, filesPerTurn } from './discovery.ts'
import type { FileSystem } from './fileSystem.ts'
import { KafkaMentions } from './kafkaMentions.ts'
import { KeyIndex } from './keyIndex.ts'
import { limitsOf, ModuleCache } from './moduleCache.ts'
import { tableOf } from './ownOutputs.ts'
import type { Project } from './project.ts'
import { isTestFile } from './testFiles.ts'
import { lastNameOf, namesOf } from './words.ts'
import { WorkspaceNames } from './workspaceNames.ts'

/** Analyses kept; each is findings and places, no trees. */
const rootsMax = 20_000
/** An answer may lead to the next question, as a helper does to another one; so often. */
const refineRoundsMax = 4

interface Root extends RootAnalysis {
  /** Every file that was looked into on the way. */
  readonly reach: ReadonlySet<string>
  /** Last names of imports that led nowhere: a file that comes may be one of them. */
  readonly missing: ReadonlySet<string>
  /** Names that were asked of the index: a file that comes to say one of them may change what was found. */
  readonly asked: ReadonlySet<string>
}

export class EngineState implements Engine {
  readonly #files: FileSystem
  readonly #modules: ModuleCache
  readonly #linker: Linker
  readonly #roots = new Map<string, Root>()
  /** File -> files whose analysis looked into it, by their last analysis. */
  readonly #dependents = new Map<string, Set<string>>()
  readonly #dirty = new Set<string>()
  /** Of {@link #roots}: their groups, and the names of what they miss. */
  readonly #groups = new KeyIndex()
  readonly #missing = new KeyIndex()
  /** Groups that a file's pipelines had before its last change. */
  readonly #formerGroups = new Map<string, readonly string[]>()
  readonly #mentions: KafkaMentions
  readonly #names: WorkspaceNames
  readonly #rules: readonly Rule[]
  readonly #types: TypeRefinement | undefined
  #settings: EngineSettings
  #table: OutputTable
  #ownLibraries: readonly string[]

  constructor({ fileSystem, settings = {}, rules = allRules, oracle }: EngineOptions) {
    this.#rules = rules
    this.#types = oracle && new TypeRefinement(oracle)
    this.#files = fileSystem
    this.#settings = settings
    this.#table = tableOf(settings)
    this.#ownLibraries = librariesOf(settings)
    this.#modules = new ModuleCache(fileSystem, limitsOf(settings))
    this.#names = new WorkspaceNames(this.#modules, asker => this.#dirty.add(asker))
    this.#linker = new Linker({
      ...fileSystem,
      readFile: path => this.#modules.text(path),
      stat: path => this.#modules.stat(path),
      readDirectory: path => fileSystem.readDirectory(path),
    })
    this.#mentions = new KafkaMentions(this.#modules, this.#linker)
  }

  open(path: string, text: string, version: number): void {
    const isNew = this.#modules.stat(path) === undefined
    this.change(path, text, version)
    if (isNew) this.#relink()
  }

  change(path: string, text: string, version: number): void {
    this.#modules.overlay(path, text, version)
    this.#touch(path)
    this.#names.edited(path, text)
  }

  close(path: string): void {
    this.#modules.overlay(path, undefined, 0)
    this.#touch(path)
    this.#names.readAgain(path)
    // Removed from the disk while it was open: now it is gone.
    if (this.#modules.stat(path) === undefined) this.#relink()
  }

  invalidate(paths: readonly string[]): void {
    this.#modules.forget(paths)
    for (const path of paths) {
      this.#touch(path)
      this.#names.readAgain(path)
    }
    this.#relink()
  }

  configure(settings: EngineSettings): void {
    this.#settings = settings
    this.#table = tableOf(settings)
    this.#ownLibraries = librariesOf(settings)
    this.#mentions.clear()
    this.#modules.limit(limitsOf(settings))
    for (const path of this.#roots.keys()) this.#dirty.add(path)
  }

  analyze(path: string): FileAnalysis {
    const own = this.#root(path)
    const note = this.#modules.note(path)
    // Who asked for a name that this file says may reach it from now on.
    for (const asker of this.#names.askersAround(path)) this.#root(asker)
    const others = [...(this.#dependents.get(path) ?? [])].filter(other => other !== path).sort()
    const from = [own, ...others.map(other => this.#root(other))]
    const notes: Note[] = [...(note ? [note] : []), ...own.notes]
    return {
      path,
      findings: unique(from.flatMap(root => root.findings).filter(finding => finding.path === path)),
      pipelines: own.pipelines,
      commits: from.flatMap(root => root.commits).filter(commit => commit.path === path),
      notes,
    }
  }

  names(path: string): readonly NameInfo[] {
    const module = this.#modules.module(path)
    return module && this.#mentions.mayHoldPipelines(path, this.#ownLibraries) ? namesIn(this.#visited, module) : []
  }

  reach(path: string): readonly string[] {
    const others = new Set([
      ...(this.#dependents.get(path) ?? []),
      ...this.#names.askersAround(path),
      // Their imports led nowhere, and would lead to a file of this name.
      ...this.#missing.files(namesOf(path)),
    ])
    const files = new Set([path])
    // What was found before the change may be gone, in files that nothing leads to any more.
    for (const other of others) for (const finding of this.#roots.get(other)?.findings ?? []) files.add(finding.path)
    const roots = [this.#root(path), ...[...others].map(root => this.#root(root))]
    const groups = new Set<string>()
    for (const root of roots) {
      files.add(root.path)
      for (const finding of root.findings) files.add(finding.path)
      for (const group of [...groupsOf(root), ...(this.#formerGroups.get(root.path) ?? [])]) groups.add(group)
    }
    // Pipelines of one group are compared with each other, wherever they are.
    for (const other of this.#groups.files(groups)) files.add(other)
    return [...files]
  }

  async discover(root: string, options: DiscoverOptions = {}): Promise<readonly string[]> {
    const walk = this.#names.walk(root, options)
    const candidates = await discoverFiles(this.#files, this.#linker, root, options, this.#ownLibraries, walk.seen)
    walk.end()
    return this.#discovered(candidates, options)
  }

  async survey(files: Iterable<string>): Promise<readonly string[]> {
    if (!this.#names.isAsked) return []
    let count = 0
    for (const path of files) {
      if (++count % filesPerTurn === 0) await breath()
      this.#names.seen(path, this.#modules.text(path))
    }
    return this.#discovered([], {})
  }

  async #discovered(
    candidates: readonly string[],
    { signal, onProgress }: DiscoverOptions,
  ): Promise<readonly string[]> {
    const found = new Set<string>()
    const add = ({ path, pipelines, findings }: RootAnalysis): void => {
      if (pipelines.length > 0) for (const file of [path, ...findings.map(finding => finding.path)]) found.add(file)
    }
    // Analysed before all of this was known: what was shown of them may be gone, wherever it lay.
    const stale = [...this.#dirty].flatMap(path => this.#roots.get(path) ?? [])
    for (const root of stale) add(root)
    let count = 0
    for (const path of new Set([...candidates, ...stale.map(one => one.path)])) {
      if (signal?.aborted) break
      add(this.#root(path))
      onProgress?.(++count, found.size)
      await breath()
    }
    // Groups are compared across files: what was analysed before the last one came is looked at once more.
    for (const path of found)
      if (this.#roots.get(path)?.summaries.some(one => one.groupId !== undefined)) this.#dirty.add(path)
    return [...found]
  }

  async refine(signal?: AbortSignal): Promise<readonly string[]> {
    const affected = new Set<string>()
    for (let round = 0; round < refineRoundsMax && !signal?.aborted; round++) {
      const roots = (await this.#types?.refine(this.#visited)) ?? []
      if (roots.length === 0) break
      for (const root of roots) {
        // What was found before may be gone, in this file and in the helpers it reaches.
        for (const file of this.reach(root)) affected.add(file)
        this.#dirty.add(root)
        for (const file of this.reach(root)) affected.add(file)
      }
    }
    return [...affected]
  }

  text(path: string): string | undefined {
    return this.#modules.text(path)
  }

  statistics(): EngineStatistics {
    let pipelines = 0
    for (const root of this.#roots.values()) pipelines += root.pipelines.length
    return { modules: this.#modules.size, pipelines, parsedFiles: this.#modules.parsedFiles }
  }

  /** A file that came may be the one an import was missing, and one that went may have been in front of another. */
  #relink(): void {
    this.#linker.forget()
    for (const path of this.#roots.keys()) this.#dirty.add(path)
  }

  #touch(path: string): void {
    this.#dirty.add(path)
    this.#types?.touched(path)
    this.#mentions.forget(path)
    for (const root of this.#dependents.get(path) ?? []) this.#dirty.add(root)
  }

  #root(path: string): Root {
    const known = this.#roots.get(path)
    if (known && !this.#dirty.has(path)) return known
    for (const file of known?.reach ?? []) this.#dependents.get(file)?.delete(path)
    const root = this.#analyze(path)
    this.#dirty.delete(path)
    if (known) this.#compareAgain(known, root)
    this.#names.ask(path, root.asked)
    if (this.#roots.size > rootsMax) {
      this.#roots.clear()
      this.#groups.clear()
      this.#missing.clear()
    }
    this.#roots.set(path, root)
    this.#groups.put(path, new Set(groupsOf(root)))
    this.#missing.put(path, root.missing)
    for (const file of root.reach) {
      const dependents = this.#dependents.get(file)
      if (dependents) dependents.add(path)
      else this.#dependents.set(file, new Set([path]))
    }
    return root
  }

  /** A pipeline joined or left a group: the others in it look different now. */
  #compareAgain(before: Root, after: Root): void {
    if (before.summaries.length === 0 && after.summaries.length === 0) return
    const was = groupsOf(before)
    if (keyOf(before) === keyOf(after)) return
    this.#formerGroups.set(before.path, was)
    for (const other of this.#groups.files([...was, ...groupsOf(after)]))
      if (other !== before.path) this.#dirty.add(other)
  }

  #analyze(path: string): Root {
    const reach = new Set([path])
    const missing = new Set<string>()
    const asked = new Set<string>()
    const none: Root = {
      path,
      findings: [],
      pipelines: [],
      summaries: [],
      commits: [],
      notes: [],
      reach,
      missing,
      asked,
    }
    const module = this.#modules.module(path)
    // A file that is asked for by itself, before anything was looked through.
    if (module) this.#names.first(path, module.text)
    if (!module || !this.#mentions.mayHoldPipelines(path, this.#ownLibraries)) {
      this.#types?.forget(path)
      return none
    }
    const questions = this.#types?.questions(path)
    const project: Project = {
      isTest: other => isTestFile(other, file => this.#modules.stat(file) !== undefined),
      module: other => {
        reach.add(other)
        return this.#modules.module(other)
      },
      link: (specifier, from): Link => {
        const link = this.#linker.resolve(specifier, from)
        if (link.kind === 'missing') missing.add(lastNameOf(specifier))
        return link
      },
      heirs: name => this.#names.files('heirs', name, asked),
      renames: name => this.#names.files('renames', name, asked),
      bindings: name => this.#names.files('bindings', name, asked),
      ...(questions && { typeOf: (of, expression, inside) => questions.answer(of, expression, inside) }),
    }
    const others = this.#others(path)
    const root = {
      ...analyzeModule(project, module, this.#table, this.#rules, this.#settings, others),
      reach,
      missing,
      asked,
    }
    if (questions) this.#types?.note(path, questions, reach)
    return root
  }

  readonly #visited: VisitedFiles = {
    module: path => this.#modules.module(path),
    link: (specifier, from) => this.#linker.resolve(specifier, from),
  }

  #others(path: string): PipelineSummary[] {
    const found: PipelineSummary[] = []
    for (const [other, root] of this.#roots) if (other !== path) found.push(...root.summaries)
    return found
  }
}

/** All that another file's findings may show of these pipelines, places to the character included. */
function keyOf(root: RootAnalysis): string {
  return JSON.stringify(root.summaries)
}
