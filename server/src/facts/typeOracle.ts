/**
 * What a type checker is asked where syntax cannot tell: the port between the engine and whoever can build a program.
 *
 * Rules never wait for it. They answer without it, and are refined when the answers come.
 */

/** An expression of a file, by its place in the text that is sent along. */
export interface TypeQuestion {
  readonly path: string
  readonly start: number
  readonly end: number
}

export interface TypeAnswer {
  /** What is known without a name; a union of these and others is none. */
  readonly primitive: 'string' | 'number' | 'bigint' | undefined
  /** `{ library: 'pg', name: 'PoolClient' }`: the type and what it extends, nearest first; empty where no library declares it. */
  readonly names: readonly TypeName[]
}

export interface TypeName {
  /** As imported: `pg`, not `@types/pg`. */
  readonly library: string
  readonly name: string
}

/** A file of the project, as the engine sees it. */
export interface TypedFile {
  readonly path: string
  readonly text: string
  /** Where its imports lead, for those that lead to files of the project. */
  readonly links: Readonly<Record<string, string>>
  /** Its other imports: libraries, whose declarations are looked for from this file. */
  readonly libraries: readonly string[]
}

export interface TypeRequest {
  /** Only these and the declarations of their libraries are looked at; nothing else is followed. */
  readonly files: readonly TypedFile[]
  readonly questions: readonly TypeQuestion[]
}

export interface TypeOracle {
  /**
   * @returns one answer a question, in their order
   * @throws Error the checker could not be started, or ended while it worked
   */
  ask(request: TypeRequest): Promise<readonly TypeAnswer[]>
  /** Lets go of what it holds; a later question starts it anew. */
  stop(): Promise<void>
}

export const noAnswer: TypeAnswer = { primitive: undefined, names: [] }
