/** What a command of the command line is; each lives in its own file and is listed in `cli.ts`. */
import type { Readable } from 'node:stream'

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string
  /** Everything after `tidemark <name>`: forms, options, exit codes, an example. */
  readonly help: string
  /**
   * @returns the exit code.
   * @throws {UsageError} arguments that cannot be understood; any error with `action` is shown with what to do.
   */
  run(args: readonly string[], terminal: Terminal): Promise<number>
}

/** Where a command writes and what it knows of its surroundings: a parameter, so that tests run commands in their own process. */
export interface Terminal {
  out(text: string): void
  error(text: string): void
  readonly env: Readonly<Record<string, string | undefined>>
  /** Columns of the screen; `undefined` where the output is a pipe or file. */
  readonly columns: number | undefined
  /** What is typed or piped; only `step` reads it. */
  readonly input?: Readable & { readonly isTTY?: boolean }
  /** Aborted by Ctrl+C; only commands that run until then look at it. */
  readonly interrupted: AbortSignal
}

export const exitCodes = { done: 0, failed: 1, usage: 2, notRunning: 3 } as const

export class UsageError extends Error {}
