/**
 * `npm run fuzz -- --edits N --seed S [--workers W] [--session K]`: edits pipelines as no person would, and watches the analyzer.
 *
 * 1. nothing throws, and no rule fails
 * 2. no step (an edit and the check of the edited file) takes longer than 100 ms, at the pace that the machine has shown
 * 3. after every burst of edits, what an editor shows equals what a fresh analyzer says of the same texts
 *
 * A failure prints the seed and the session; `--session K` runs that one again. Sessions do not depend on each other, so that
 * several threads find what one would find.
 */
import { parseArgs } from 'node:util'
import type { CreateEngine } from './fuzzing/session.ts'
import {
  editsUntil,
  type NumberedOutcome,
  sessionsFrom,
  takeSessions,
  takeSessionsInThreads,
} from './fuzzing/sessions.ts'

export interface FuzzOptions {
  readonly edits: number
  readonly seed: number
  /** Threads that share the sessions. @defaultValue 1, and that one is the caller's own */
  readonly workers?: number
  /** Only this session, to repeat a failure. */
  readonly session?: number
  /** After each session. */
  readonly onProgress?: (soFar: FuzzResult) => void
  /** What keeps up with the edits, in the caller's own thread; fresh analyses are always made with the real one. @defaultValue the real one */
  readonly createEngine?: CreateEngine
}

export interface FuzzResult {
  readonly edits: number
  readonly sessions: number
  /** Steps above the limit, worst first. */
  readonly slow: readonly SlowStep[]
  readonly worstMs: number
  /** Findings seen on the way, so that a run that checks nothing is noticed. */
  readonly findings: number
  readonly comparisons: number
}

export interface SlowStep {
  readonly session: number
  readonly file: string
  readonly stepMs: number
  readonly edit: string
}

/** @throws Error a crash or a difference, with the seed and session that repeat it */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { edits, seed, workers = 1, session } = options
  const result = { edits: 0, sessions: 0, slow: [] as SlowStep[], worstMs: 0, findings: 0, comparisons: 0 }
  const add = ({ session, slow, ...outcome }: NumberedOutcome): void => {
    result.edits += outcome.edits
    result.sessions++
    result.findings += outcome.findings
    result.comparisons += outcome.comparisons
    result.worstMs = Math.max(result.worstMs, outcome.worstMs)
    result.slow.push(...slow.map(step => ({ session, ...step })))
    options.onProgress?.(result)
  }
  const next = sessionsFrom(session ?? 0)
  const all = { edits: session === undefined ? edits : editsUntil(session), seed }
  if (workers > 1) await takeSessionsInThreads(all, next, workers, add)
  else await takeSessions(all, next, add, options.createEngine)
  return { ...result, slow: result.slow.sort((a, b) => b.stepMs - a.stepMs) }
}

/** Says now and then how far it is, also to a file or a pipe. */
function progressLines(): (soFar: FuzzResult) => void {
  const began = performance.now()
  let nextAt = editsPerLine
  return ({ edits, comparisons, worstMs }) => {
    if (edits < nextAt) return
    nextAt = edits + editsPerLine
    const editsPerS = edits / ((performance.now() - began) / 1000)
    process.stderr.write(
      `${edits} edits, ${editsPerS.toFixed(0)} edits/s, ${comparisons} comparisons, worst step ${worstMs.toFixed(1)} ms\n`,
    )
  }
}

const editsPerLine = 10_000

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      edits: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: '1' },
      session: { type: 'string' },
    },
  })
  const seed = Number(values.seed)
  const began = performance.now()
  const result = await fuzz({
    edits: Number(values.edits),
    seed,
    workers: Number(values.workers),
    ...(values.session === undefined ? {} : { session: Number(values.session) }),
    onProgress: progressLines(),
  })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  process.stdout.write(
    `${result.edits} edits in ${result.sessions} sessions (seed ${seed}) in ${seconds} s: no crash, ` +
      `${result.comparisons} comparisons with a fresh analyzer equal, ${result.findings} findings seen, ` +
      `worst step ${result.worstMs.toFixed(1)} ms, ${result.slow.length} above 100 ms.\n`,
  )
  for (const { session, file, stepMs, edit } of result.slow.slice(0, 10))
    process.stdout.write(`  ${stepMs.toFixed(1)} ms: ${edit} in ${file} (session ${session})\n`)
  process.exitCode = result.slow.length > 0 ? 1 : 0
}
