/** What is measured of each contestant. */
import { readFileSync } from 'node:fs'

export interface Measured {
  /** From starting the process to the first diagnostics of the open file. */
  readonly firstMs: number
  readonly inHandlerMs: readonly number[]
  readonly inHelperMs: readonly number[]
  readonly memoryBytes: number | undefined
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, two) => one - two)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Resident memory of a running process; undefined where the system does not tell it in this way. */
export function peakBytes(pid: number): number | undefined {
  try {
    const kilobytes = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}
