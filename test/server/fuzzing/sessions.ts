/** Which sessions are run, by one thread or by several that take them from one counter. */
import { Worker } from 'node:worker_threads'
import { createEngine } from '@tidemark/server/analysis/engine/engine'
import { seededRandom } from '../../../runtime/src/random.ts'
import { readCorpus } from './corpus.ts'
import { Pace } from './pace.ts'
import { type CreateEngine, runSession, type SessionOutcome } from './session.ts'

export interface SessionsOptions {
  /** Of all sessions together. */
  readonly edits: number
  readonly seed: number
}

export interface NumberedOutcome extends SessionOutcome {
  readonly session: number
}

/** A counter in shared memory: the first session that nobody has taken yet. */
export type NextSession = Int32Array<SharedArrayBuffer>

export function sessionsFrom(first: number): NextSession {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)).fill(first)
}

const editsPerSession = 200

/** Edits of all sessions up to this one, itself included. */
export function editsUntil(session: number): number {
  return (session + 1) * editsPerSession
}

/**
 * Takes sessions until none is left, or until the first that fails.
 *
 * @throws Error a crash or a difference, with the seed and session that repeat it
 */
export async function takeSessions(
  { edits, seed }: SessionsOptions,
  next: NextSession,
  report: (outcome: NumberedOutcome) => void,
  create: CreateEngine = createEngine,
): Promise<void> {
  const corpus = readCorpus()
  const pace = new Pace()
  for (;;) {
    const session = Atomics.add(next, 0, 1)
    const left = edits - session * editsPerSession
    if (left <= 0) return
    // Each session has its own numbers, so that it can be repeated without those before it.
    const random = seededRandom(seed * 1_000_003 + session)
    try {
      const outcome = await runSession(corpus, random, {
        edits: Math.min(editsPerSession, left),
        createEngine: create,
        pace,
      })
      const { edits: done, findings, comparisons, worstMs, slow } = outcome
      report({ session, edits: done, findings, comparisons, worstMs, slow })
    } catch (error) {
      // The others end with the session that they have begun.
      Atomics.store(next, 0, Math.ceil(edits / editsPerSession))
      const repeat = `npm run fuzz -- --seed ${seed} --session ${session}`
      throw new Error(`${(error as Error).message}\nRepeat with: ${repeat}`, { cause: error })
    }
  }
}

export interface ThreadData {
  readonly options: SessionsOptions
  readonly next: NextSession
}

/** @throws Error as {@link takeSessions}; all threads have ended by then */
export async function takeSessionsInThreads(
  options: SessionsOptions,
  next: NextSession,
  threads: number,
  report: (outcome: NumberedOutcome) => void,
): Promise<void> {
  const entry = new URL('thread.ts', import.meta.url)
  const ends = Array.from({ length: threads }, () => {
    const worker = new Worker(entry, { workerData: { options, next } satisfies ThreadData })
    worker.on('message', report)
    return new Promise<void>((done, failed) => worker.once('error', failed).once('exit', () => done()))
  })
  const failed = (await Promise.allSettled(ends)).find(end => end.status === 'rejected')
  if (failed) throw failed.reason
}
