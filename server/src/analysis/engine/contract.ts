/** What the engine is given, and what it promises. */
import type { Finding } from '../../facts/finding.ts'
import type { TypeOracle } from '../../facts/typeOracle.ts'
import type { NameInfo, PipelineInfo } from '../../protocol.ts'
import type { Rule } from '../../rules/rule.ts'
import type { Levels } from '../settings/levels.ts'
import type { CommittedOffset } from '../walk/offsets/committedOffsets.ts'
import type { FileSystem } from './fileSystem.ts'

export interface EngineSettings {
  /** Severity by rule and file. @defaultValue that of each rule */
  readonly levels?: Levels
  /** Outputs of a team's own: see `facts/libraries/outputs.ts` for the pattern language. */
  readonly outputs?: readonly CustomOutput[]
  /** Calls of a team's own libraries that hand records to a function: their sources are not read. */
  readonly consumers?: readonly CustomConsumer[]
  /** Larger files are skipped with a note. @defaultValue 1_000_000 bytes */
  readonly fileBytesMax?: number
  /** Parsed files kept in memory. @defaultValue 2_000 */
  readonly modulesMax?: number
  /** Characters of the parsed files kept in memory. @defaultValue 1_500_000 */
  readonly charactersMax?: number
}

/** `{ call: '@acme/events:publish', kind: 'produce', idempotent: false }` */
export interface CustomOutput {
  readonly call: string
  readonly kind: string
  readonly idempotent?: boolean
}

/** `{ call: '@acme/streams:Reader#.each', handler: 1, commits: 'after-handler' }` */
export interface CustomConsumer {
  readonly call: string
  /** Which argument is the handler, counted from 0, or the name of an option that is. @defaultValue the first function among the arguments */
  readonly handler?: number | string
  /** What the handler gets. @defaultValue `message` */
  readonly gives?: 'message' | 'batch' | 'payload'
  /** When the library commits. @defaultValue not known, and so is the guarantee */
  readonly commits?: 'after-handler' | 'before-handler' | 'manual'
}

export interface FileAnalysis {
  readonly path: string
  /** Findings whose place lies in this file, whichever handler led to them. Unsuppressed: suppression comments are the doors' matter. */
  readonly findings: readonly Finding[]
  readonly pipelines: readonly PipelineInfo[]
  /** Offsets committed in this file, whichever handler led to them. */
  readonly commits: readonly CommittedOffset[]
  readonly notes: readonly Note[]
}

/** Something a person should know about the analysis itself: a file too large, a rule that failed. */
export interface Note {
  readonly code:
    | 'FILE_TOO_LARGE'
    | 'FILE_GENERATED'
    | 'FILE_UNREADABLE'
    | 'PARSE_ERROR'
    | 'RULE_FAILED'
    | 'LIMIT_REACHED'
  readonly path: string
  readonly message: string
  /** RULE_FAILED: which one. */
  readonly rule?: string
}

export interface Engine {
  /** An editor holds the file: its text here wins over the disk until `close`. */
  open(path: string, text: string, version: number): void
  change(path: string, text: string, version: number): void
  close(path: string): void
  /** The disk changed (watcher): forget what was read of it. */
  invalidate(paths: readonly string[]): void
  configure(settings: EngineSettings): void
  analyze(path: string): FileAnalysis
  /** Texts of the file that name topics and groups. Not kept: asked for by a person who looks at one. */
  names(path: string): readonly NameInfo[]
  /** Known files whose findings may change when `path` does, itself first. */
  reach(path: string): readonly string[]
  /**
   * Walks a folder for pipelines and for the wrappers around them, so that findings in helpers are known before their
   * handlers are opened. Yields to the event loop every few milliseconds.
   * @returns files that hold pipelines or lie within their reach.
   */
  discover(root: string, options?: DiscoverOptions): Promise<readonly string[]>
  /**
   * Reads which types these files implement and which tokens they bind, and nothing else of them; none of it where no
   * analysis has asked for such a thing.
   * @returns files whose findings may have changed
   */
  survey(files: Iterable<string>): Promise<readonly string[]>
  /**
   * Looks up types where analyses left something open that syntax cannot tell; without an oracle there is nothing to do.
   * Rules have answered without them, and may answer better afterwards.
   *
   * @returns files whose findings may have changed; none when nothing is open any more
   * @throws Error types could not be looked up; findings stay as they are
   */
  refine(signal?: AbortSignal): Promise<readonly string[]>
  /** The source text as the engine sees it: of the editor or of the disk. */
  text(path: string): string | undefined
  statistics(): EngineStatistics
}

export interface DiscoverOptions {
  readonly signal?: AbortSignal
  /** Files found by the caller's own walk (globs, ignore files); without it every source file below the root is looked at. */
  readonly files?: Iterable<string>
  /** Whether a file that comes later is one of these; without it every source file below the root is. */
  readonly has?: (path: string) => boolean
  readonly onProgress?: (done: number, found: number) => void
}

export interface EngineStatistics {
  readonly modules: number
  readonly pipelines: number
  readonly parsedFiles: number
}

export interface EngineOptions {
  readonly fileSystem: FileSystem
  readonly settings?: EngineSettings
  /** @defaultValue all rules */
  readonly rules?: readonly Rule[]
  /** Who knows types; without it rules answer from syntax alone. */
  readonly oracle?: TypeOracle
}
