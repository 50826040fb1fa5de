/** Measurements as tables: medians of the rounds, and ratios to each heading's baseline. */
import type { Contestant } from './index.ts'

export interface Measured {
  readonly contestant: Contestant
  readonly recordsPerS: number
  readonly cpuSPerMillion: number
  /** Of the whole process, as the system counts it. */
  readonly peakMb: number
  /** What full collections left in the old generation, at most: what is really held. */
  readonly liveMb: number
  /** What V8's young generation had taken, at most: garbage that waits for room to run out. */
  readonly youngMb: number
  /** From process start to the first commit, where there is one. */
  readonly firstCommitMs?: number
  /** A batch from its start until it was committed: median, and 99 of 100. */
  readonly batchP50Ms?: number
  readonly batchP99Ms?: number
}

export function report(measured: readonly Measured[]): string {
  const headings = [...new Set(measured.map(({ contestant }) => contestant.heading))]
  return headings
    .map(heading =>
      table(
        heading,
        measured.filter(({ contestant }) => contestant.heading === heading),
      ),
    )
    .join('\n\n')
}

function table(heading: string, measured: readonly Measured[]): string {
  const contestants = [...new Map(measured.map(({ contestant }) => [contestant.name, contestant])).values()]
  const medians = contestants.map(contestant => {
    const own = measured.filter(each => each.contestant.name === contestant.name)
    const of = (pick: (each: Measured) => number | undefined) =>
      median(own.map(pick).filter(value => value !== undefined))
    return {
      contestant,
      recordsPerS: of(each => each.recordsPerS),
      cpuSPerMillion: of(each => each.cpuSPerMillion),
      peakMb: of(each => each.peakMb),
      liveMb: of(each => each.liveMb),
      youngMb: of(each => each.youngMb),
      firstCommitMs: of(each => each.firstCommitMs),
      batchP50Ms: of(each => each.batchP50Ms),
      batchP99Ms: of(each => each.batchP99Ms),
    }
  })
  const base = medians.find(({ contestant }) => contestant.isBaseline)
  return [
    `${heading} (medians)`,
    '',
    '| contestant | records/s | ratio | CPU s per million | ratio | peak MB | ratio | of it live / young generation | first commit ms | batch ms, p50 / p99 |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...medians.map(each => {
      const ratio = (key: 'recordsPerS' | 'cpuSPerMillion' | 'peakMb') =>
        base ? (each[key] / base[key]).toFixed(2) : ''
      const name = each.contestant.name.slice(each.contestant.name.indexOf(' ') + 1)
      const speed = Math.round(each.recordsPerS).toLocaleString('en')
      const commit = Number.isNaN(each.firstCommitMs) ? '' : Math.round(each.firstCommitMs)
      const batch = Number.isNaN(each.batchP50Ms) ? '' : `${each.batchP50Ms.toFixed(1)} / ${each.batchP99Ms.toFixed(1)}`
      return `| ${name} | ${speed} | ${ratio('recordsPerS')} | ${each.cpuSPerMillion.toFixed(2)} | ${ratio('cpuSPerMillion')} | ${Math.round(each.peakMb)} | ${ratio('peakMb')} | ${Math.round(each.liveMb)} / ${Math.round(each.youngMb)} | ${commit} | ${batch} |`
    }),
  ].join('\n')
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted.length === 0 ? Number.NaN : (sorted[Math.floor(sorted.length / 2)] as number)
}
