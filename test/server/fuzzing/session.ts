/** One editing session: a unit of files in a folder of its own, edited in bursts, each compared with a fresh analyzer. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { CheckedFile } from '@tidemark/server/analysis/engine/check'
import { createEngine, type Engine, type EngineOptions } from '@tidemark/server/analysis/engine/engine'
import { createWorkspace, type Workspace } from '@tidemark/server/analysis/engine/workspace'
import type { Random } from '../../../runtime/src/random.ts'
import type { Corpus, Unit } from './corpus.ts'
import { anyEdit, type Edit } from './edits.ts'
import type { Pace } from './pace.ts'

export interface SessionOutcome {
  readonly edits: number
  readonly findings: number
  readonly comparisons: number
  readonly worstMs: number
  readonly slow: readonly { readonly file: string; readonly stepMs: number; readonly edit: string }[]
}

/** The longest that an edit and the check of its file may take, on a machine that is as fast as it has been seen to be. */
const stepMsMax = 100
const editsPerBurst = 20
/** How often an edit replaces a whole file. */
const whole = 0.05

export type CreateEngine = (options: EngineOptions) => Engine

export interface SessionOptions {
  readonly edits: number
  readonly createEngine: CreateEngine
  readonly pace: Pace
}

export async function runSession(
  corpus: Corpus,
  random: Random,
  { edits, createEngine, pace }: SessionOptions,
): Promise<SessionOutcome> {
  const unit = anyUnit(corpus, random)
  const donors = Object.values(corpus)
    .flat()
    .flatMap(({ files }) => [...files.values()])
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-fuzz-')))
  try {
    const session = new Session(folder, unit, donors, random, createEngine, pace)
    await session.start()
    while (session.edits < edits) await session.burst(Math.min(editsPerBurst, edits - session.edits))
    return session
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Files that call each other are few among the fixtures, and it is with them that something may be left stale. */
function anyUnit(corpus: Corpus, random: Random): Unit {
  const chance = random.next()
  const kind = chance < 0.3 ? corpus.related : chance < 0.8 ? corpus.pipelines : corpus.others
  return kind[random.integer(kind.length)] as Unit
}

class Session implements SessionOutcome {
  edits = 0
  findings = 0
  comparisons = 0
  worstMs = 0
  readonly slow: { file: string; stepMs: number; edit: string }[] = []
  readonly #folder: string
  readonly #unit: Unit
  readonly #donors: readonly string[]
  readonly #originals: readonly string[]
  readonly #random: Random
  readonly #workspace: Workspace
  /** What is on the disk; `undefined` for a file that was removed. */
  readonly #disk = new Map<string, string | undefined>()
  readonly #open = new Map<string, { text: string; version: number }>()
  /** What an editor would show: refreshed only for the files that an edit is said to affect. */
  readonly #shown = new Map<string, CheckedFile>()
  readonly #history: string[] = []
  readonly #pace: Pace

  constructor(folder: string, unit: Unit, donors: readonly string[], random: Random, create: CreateEngine, pace: Pace) {
    this.#workspace = createWorkspace(create)
    this.#folder = folder
    this.#unit = unit
    this.#originals = [...unit.files.values()]
    this.#donors = donors
    this.#random = random
    this.#pace = pace
  }

  async start(): Promise<void> {
    this.#pace.slowdown()
    for (const [name, text] of this.#unit.files) this.#write(join(this.#folder, name), text)
    await this.#discoverIn(this.#workspace)
    this.#show([...this.#disk.keys()])
  }

  async burst(count: number): Promise<void> {
    const paths = [...this.#disk.keys()]
    // A burst stays in one file, or jumps between two, as editing does.
    const targets = [this.#pick(paths), this.#pick(paths)]
    for (let done = 0; done < count; done++) this.#step(this.#pick(targets))
    if (this.#random.next() < 0.3) this.#changeOnDisk(this.#pick(paths))
    await this.#compare()
  }

  #step(path: string): void {
    const open = this.#open.get(path)
    const text = open?.text ?? this.#disk.get(path) ?? ''
    const edit = this.#edit(text)
    const edited = text.slice(0, edit.start) + edit.newText + text.slice(edit.end)
    // What has grown without bound is thrown away, as a person would undo it.
    const next = edited.length > textMax ? (this.#disk.get(path) ?? '') : edited
    const version = (open?.version ?? 0) + 1
    const shown = `${edit.name} at ${edit.start}`
    this.#history.push(`${relative(this.#folder, path)}: ${shown}`)
    this.edits++
    this.#open.set(path, { text: next, version })
    const { affected, stepMs } = this.#timed(path, next, version, open !== undefined)
    // A processor that is shared by others makes any step slow now and then; a step that is slow by itself stays so.
    const ownMs = stepMs > stepMsMax ? Math.min(stepMs, ...this.#again(path, text, next, version)) : stepMs
    this.worstMs = Math.max(this.worstMs, ownMs)
    if (ownMs > stepMsMax)
      this.slow.push({ file: `${this.#unit.name}/${relative(this.#folder, path)}`, stepMs: ownMs, edit: shown })
    this.#show(affected)
  }

  /** Now and then a file becomes what it or one beside it was at first, so that names come back, or are there twice. */
  #edit(text: string): Edit {
    if (this.#random.next() >= whole) return anyEdit(text, this.#pick(this.#donors), this.#random)
    return { name: 'a file of the unit', start: 0, end: text.length, newText: this.#pick(this.#originals) }
  }

  #timed(
    path: string,
    text: string,
    version: number,
    isOpen: boolean,
  ): { affected: readonly string[]; stepMs: number } {
    const before = performance.now()
    const cpuBefore = process.threadCpuUsage()
    const affected = isOpen ? this.#workspace.change(path, text, version) : this.#workspace.open(path, text, version)
    this.#shown.set(path, this.#workspace.check(path))
    const wallMs = performance.now() - before
    const cpu = process.threadCpuUsage(cpuBefore)
    // Waiting for a processor is no step of ours: both clocks must say that it took long.
    return { affected, stepMs: Math.min(wallMs, (cpu.user + cpu.system) / 1000) }
  }

  /** The same edit, undone and made again, at the machine's best pace. */
  #again(path: string, before: string, after: string, version: number): number[] {
    return [1, 2, 3].map(() => {
      this.#timed(path, before, version, true)
      const { stepMs } = this.#timed(path, after, version, true)
      return stepMs / this.#pace.slowdown()
    })
  }

  /** Saved, reverted, removed or written anew by someone else. */
  #changeOnDisk(path: string): void {
    const open = this.#open.get(path)
    const choice = this.#random.next()
    if (open && choice < 0.4) this.#write(path, open.text)
    else if (choice < 0.6) this.#remove(path)
    else this.#write(path, this.#pick(choice < 0.8 ? this.#originals : this.#donors))
    this.#history.push(`${relative(this.#folder, path)}: changed on disk`)
    this.#show(this.#workspace.filesChanged([path]))
    if (!open || this.#random.next() < 0.5) return
    this.#open.delete(path)
    this.#show(this.#workspace.close(path))
  }

  async #compare(): Promise<void> {
    const fresh = createWorkspace(createEngine)
    await this.#discoverIn(fresh)
    for (const [path, { text, version }] of this.#open) fresh.open(path, text, version)
    for (const path of this.#disk.keys()) {
      const expected = comparable(fresh.check(path))
      const actual = comparable(this.#shown.get(path))
      this.comparisons++
      assert.deepEqual(
        actual,
        expected,
        `${this.#unit.name}: what is shown of ${relative(this.#folder, path)} differs from a fresh analysis after\n  ${this.#history.slice(-editsPerBurst * 2).join('\n  ')}`,
      )
    }
  }

  async #discoverIn(workspace: Workspace): Promise<void> {
    workspace.addFolder(this.#folder)
    await workspace.discover(this.#folder, new AbortController().signal)
  }

  #show(paths: readonly string[]): void {
    for (const path of paths) {
      const checked = this.#workspace.check(path)
      const failed = checked.notes.find(({ code }) => code === 'ANALYSIS_FAILED' || code === 'RULE_FAILED')
      if (failed)
        throw new Error(
          `${this.#unit.name}: ${failed.message}\nafter\n  ${this.#history.slice(-editsPerBurst).join('\n  ')}`,
        )
      this.findings += checked.findings.length
      if (this.#disk.has(path)) this.#shown.set(path, checked)
    }
  }

  #write(path: string, text: string): void {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    this.#disk.set(path, text)
  }

  #remove(path: string): void {
    if (this.#disk.get(path) !== undefined) unlinkSync(path)
    this.#disk.set(path, undefined)
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.integer(list.length)] as T
  }
}

const textMax = 60_000

/** Findings and pipelines; notes of files that come and go depend on when one looks. */
function comparable(checked: CheckedFile | undefined): unknown {
  return { findings: sorted(checked?.findings ?? []), pipelines: sorted(checked?.pipelines ?? []) }
}

function sorted(items: readonly object[]): string[] {
  return items.map(item => JSON.stringify(item)).sort()
}
