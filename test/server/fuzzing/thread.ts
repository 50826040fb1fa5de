/** One of the threads among which the sessions are dealt out; it tells the outcome of each. */
import { parentPort, workerData } from 'node:worker_threads'
import { type ThreadData, takeSessions } from './sessions.ts'

const { options, next } = workerData as ThreadData
await takeSessions(options, next, outcome => parentPort?.postMessage(outcome))
