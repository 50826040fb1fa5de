/** The thread in which types are looked up: it holds a compiler and a program, and so is started only when something is asked. */
import { parentPort } from 'node:worker_threads'
import type { TypeRequest } from '../../../facts/typeOracle.ts'
import { PrunedProgram } from './prunedProgram.ts'

const program = new PrunedProgram()

parentPort?.on('message', ({ id, request }: { id: number; request: TypeRequest }) => {
  const startedAt = performance.now()
  try {
    const answers = program.answer(request)
    parentPort?.postMessage({ id, answers, fileCount: program.fileCount, tookMs: performance.now() - startedAt })
  } catch (error) {
    parentPort?.postMessage({ id, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
})
