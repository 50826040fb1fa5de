/** Lines of the report, and what memory is held. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export function report(name: string, requests: number, ms: number, note: string): void {
  console.log(
    `${name.padEnd(40)} ${requests.toLocaleString('en-US').padStart(8)} requests ${Math.round(ms).toLocaleString('en-US').padStart(8)} ms   ${note}`,
  )
}

/** What is held, not what the collector has not fetched yet. */
export function memoryMb(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed / 2 ** 20 + process.memoryUsage().arrayBuffers / 2 ** 20
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
