/**
 * Looks up the types that analyses left open, in the background, and says whose findings to make anew.
 *
 * 1. an analysis asks; where nothing is known yet it goes on without, and the question is written down
 * 2. when someone has time, the questions go out with the files that were visited on the way, and no others
 * 3. what was asked about is analysed again; that may ask further, until nothing new is asked
 * 4. an edit in those files makes the answers old: they still serve, and are asked for again
 */
import type { Module } from '../../facts/code.ts'
import type { TypeAnswer, TypedFile, TypeOracle, TypeQuestion } from '../../facts/typeOracle.ts'
import type { Link } from '../linking/linker.ts'
import { type TypeAnswers, TypeQuestions } from './typeQuestions.ts'

/** Files and characters of one request: what does not fit waits for the next one. */
const filesMax = 400
const charactersMax = 8_000_000
/** Imported files of one root that are sent along though nothing in them was followed, and those that one barrel passes on. */
const importsMax = 60
const passedOnMax = 20
/** Files with pipelines that may have open questions at once; more of them stay without types. */
const rootsMax = 2_000
/** Changed files that are remembered; beyond, everything is asked again once. */
const changedMax = 20_000

/** What is asked of the engine about its files. */
export interface VisitedFiles {
  module(path: string): Module | undefined
  link(specifier: string, from: string): Link
}

interface Open {
  readonly asked: ReadonlyMap<string, TypeQuestion>
  readonly reach: ReadonlySet<string>
  /** The state of the files when the answers were asked for; `undefined`: not yet. */
  answeredAt: number | undefined
  /** The files that went out with its questions. */
  watched: ReadonlySet<string>
  answers: Map<string, TypeAnswer>
}

const none: TypeAnswers = new Map()

export class TypeRefinement {
  readonly #oracle: TypeOracle
  readonly #roots = new Map<string, Open>()
  /** File -> the number of its last change. */
  readonly #changed = new Map<string, number>()
  #changes = 0

  constructor(oracle: TypeOracle) {
    this.#oracle = oracle
  }

  questions(root: string): TypeQuestions {
    return new TypeQuestions(this.#roots.get(root)?.answers ?? none)
  }

  /** What an analysis asked, answered or not. */
  note(root: string, { asked }: TypeQuestions, reach: ReadonlySet<string>): void {
    const known = this.#roots.get(root)
    if (asked.size === 0) {
      this.#roots.delete(root)
      return
    }
    if (!known && this.#roots.size >= rootsMax) return
    const isAnswered = known?.answeredAt !== undefined && [...asked.keys()].every(key => known.answers.has(key))
    this.#roots.set(root, {
      asked,
      reach,
      answeredAt: isAnswered ? known.answeredAt : undefined,
      watched: known?.watched ?? reach,
      answers: known?.answers ?? new Map(),
    })
  }

  /** The root holds no pipelines any more. */
  forget(root: string): void {
    this.#roots.delete(root)
  }

  touched(path: string): void {
    if (this.#changed.size >= changedMax) {
      this.#changed.clear()
      for (const open of this.#roots.values()) open.answeredAt = undefined
    }
    this.#changed.set(path, ++this.#changes)
  }

  get isDue(): boolean {
    return this.#due().length > 0
  }

  /**
   * One round.
   *
   * @returns roots whose answers changed
   * @throws Error the oracle failed; the questions stay open and are not asked again before something changes
   */
  async refine(files: VisitedFiles): Promise<readonly string[]> {
    const due = this.#due()
    if (due.length === 0) return []
    const at = this.#changes
    const taken = this.#take(due, files)
    // Answered or not, the same question is not asked twice of the same text.
    for (const [, open] of taken.roots) open.answeredAt = at
    const questions = taken.roots.flatMap(([, { asked }]) => [...asked])
    const answers = await this.#oracle.ask({
      files: taken.files,
      questions: questions.map(([, question]) => question),
    })
    const byKey = new Map(questions.map(([key], index) => [key, answers[index] as TypeAnswer]))
    return taken.roots.flatMap(([root, open]) => (this.#keep(root, open, byKey) ? [root] : []))
  }

  #keep(root: string, open: Open, byKey: ReadonlyMap<string, TypeAnswer>): boolean {
    const answers = new Map([...open.asked.keys()].map(key => [key, byKey.get(key) as TypeAnswer]))
    // The file may have been analysed again meanwhile; its questions are then newer than these answers.
    const now = this.#roots.get(root)
    if (!now) return false
    const isNew = [...answers].some(([key, answer]) => !isSame(now.answers.get(key), answer))
    now.answers = answers
    if (now === open) now.answeredAt = open.answeredAt
    return isNew
  }

  #due(): [string, Open][] {
    return [...this.#roots].filter(
      ([, { answeredAt, watched }]) =>
        answeredAt === undefined || [...watched].some(path => (this.#changed.get(path) ?? 0) > answeredAt),
    )
  }

  #take(due: readonly [string, Open][], files: VisitedFiles): { roots: [string, Open][]; files: TypedFile[] } {
    const taken = new Map<string, TypedFile>()
    const roots: [string, Open][] = []
    let characters = 0
    for (const entry of due) {
      entry[1].watched = filesAround(entry[1], files)
      const wanted = [...entry[1].watched].filter(path => !taken.has(path))
      const added = wanted.flatMap(path => typedFile(path, files) ?? [])
      const size = added.reduce((sum, { text }) => sum + text.length, 0)
      // The first one always goes, or it would wait for ever.
      if (roots.length > 0 && (taken.size + added.length > filesMax || characters + size > charactersMax)) break
      for (const file of added.slice(0, filesMax)) taken.set(file.path, file)
      characters += size
      roots.push(entry)
    }
    return { roots, files: [...taken.values()] }
  }
}

/** What was visited, and what the asking files import: a type may come from where no value does. */
function filesAround({ asked, reach }: Open, files: VisitedFiles): ReadonlySet<string> {
  const found = new Set(reach)
  const bound = reach.size + importsMax
  const add = (path: string): void => {
    if (found.size < bound) found.add(path)
  }
  for (const path of new Set([...asked.values()].map(question => question.path)))
    for (const imported of linkedFrom(path, files)) {
      add(imported)
      const passedOn = isBarrel(files.module(imported)) ? linkedFrom(imported, files) : []
      // One that passes on half the workspace is not followed: its types stay unknown.
      if (passedOn.length <= passedOnMax) for (const next of passedOn) add(next)
    }
  return found
}

function linkedFrom(path: string, files: VisitedFiles): string[] {
  return (files.module(path)?.imports ?? []).flatMap(({ specifier }) => {
    const link = files.link(specifier, path)
    return link.kind === 'file' ? [link.path] : []
  })
}

function isBarrel(module: Module | undefined): boolean {
  return (
    module !== undefined &&
    (module.starExports.length > 0 || [...module.exports.values()].some(({ kind }) => kind === 'from'))
  )
}

function typedFile(path: string, files: VisitedFiles): TypedFile | undefined {
  const module = files.module(path)
  if (!module) return undefined
  const links: Record<string, string> = {}
  const libraries: string[] = []
  for (const { specifier } of module.imports) {
    const link = files.link(specifier, path)
    if (link.kind === 'file') links[specifier] = link.path
    else if (link.kind === 'library') libraries.push(specifier)
  }
  return { path, text: module.text, links, libraries }
}

function isSame(one: TypeAnswer | undefined, two: TypeAnswer): boolean {
  // Where nothing was known before, an answer that says nothing changes nothing.
  if (!one) return two.primitive === undefined && two.names.length === 0
  return JSON.stringify(one) === JSON.stringify(two)
}
