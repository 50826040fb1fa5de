/**
 * `npm run fuzz -- --edits N --seed S [--session K]`: edits pipelines as no person would, and watches the analyzer.
 *
 * 1. nothing throws, and no rule fails
 * 2. no step (an edit and the check of the edited file) takes longer than 100 ms, at the pace that the machine has shown
 * 3. after every burst of edits, what an editor shows equals what a fresh analyzer says of the same texts
 *
 * A failure prints the seed and the session; `--session K` runs that one again.
 */
import { parseArgs } from 'node:util'
import { createEngine } from '@tidemark/server/analysis/engine/engine'
import { seededRandom } from '../../runtime/src/random.ts'
import { type Corpus, readCorpus } from './fuzzing/corpus.ts'
import { Pace } from './fuzzing/pace.ts'
import { type CreateEngine, runSession } from './fuzzing/session.ts'

export interface FuzzOptions {
  readonly edits: number
  readonly seed: number
  /** Only this session, to repeat a failure. */
  readonly session?: number
  readonly onProgress?: (edits: number) => void
  /** What keeps up with the edits; fresh analyses are always made with the real one. @defaultValue the real one */
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
  const corpus: Corpus = readCorpus()
  const pace = new Pace()
  const result = { edits: 0, sessions: 0, slow: [] as SlowStep[], worstMs: 0, findings: 0, comparisons: 0 }
  for (let session = options.session ?? 0; result.edits < options.edits; session++) {
    // Each session has its own numbers, so that it can be repeated without those before it.
    const random = seededRandom(options.seed * 1_000_003 + session)
    try {
      const outcome = await runSession(corpus, random, {
        edits: Math.min(editsPerSession, options.edits - result.edits),
        createEngine: options.createEngine ?? createEngine,
        pace,
      })
      result.edits += outcome.edits
      result.sessions++
      result.findings += outcome.findings
      result.comparisons += outcome.comparisons
      result.worstMs = Math.max(result.worstMs, outcome.worstMs)
      result.slow.push(...outcome.slow.map(step => ({ session, ...step })))
    } catch (error) {
      const repeat = `npm run fuzz -- --edits ${editsPerSession} --seed ${options.seed} --session ${session}`
      throw new Error(`${(error as Error).message}\nRepeat with: ${repeat}`, { cause: error })
    }
    options.onProgress?.(result.edits)
    if (options.session !== undefined) break
  }
  return { ...result, slow: result.slow.sort((a, b) => b.stepMs - a.stepMs) }
}

const editsPerSession = 200

if (import.meta.main) {
  const { values } = parseArgs({
    options: { edits: { type: 'string' }, seed: { type: 'string' }, session: { type: 'string' } },
  })
  const seed = Number(values.seed ?? 1)
  const began = performance.now()
  const result = await fuzz({
    edits: Number(values.edits ?? 20_000),
    seed,
    ...(values.session === undefined ? {} : { session: Number(values.session) }),
    onProgress: edits => process.stderr.isTTY && process.stderr.write(`\r${edits} edits`),
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
