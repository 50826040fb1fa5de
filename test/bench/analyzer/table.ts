/** The measurements of one workspace as a table, and the ratios that count. */
import { type Measured, median } from './measured.ts'
import type { Workspace } from './workspace.ts'

export function print({ files }: Workspace, results: ReadonlyMap<string, Measured>): void {
  console.log(`\n${files} files`)
  console.log(row('contestant', ['first diagnostics', 'key in handler', 'key in helper', 'peak memory']))
  for (const [name, measured] of results)
    console.log(
      row(name, [
        `${measured.firstMs.toFixed(0)} ms`,
        `${median(measured.inHandlerMs).toFixed(2)} ms`,
        `${median(measured.inHelperMs).toFixed(2)} ms`,
        `${(memoryOf(measured) / 1e6).toFixed(0)} MB`,
      ]),
    )
  for (const ours of ['tidemark, engine', 'tidemark, server']) {
    const measured = results.get(ours)
    if (!measured) continue
    for (const [name, peer] of results)
      if (!name.startsWith('tidemark')) console.log(ratios(ours, measured, name, peer))
  }
}

function ratios(ours: string, one: Measured, theirs: string, two: Measured): string {
  const ratio = (a: number, b: number): string => (a / b).toFixed(3)
  return (
    `${ours} / ${theirs}: first ${ratio(one.firstMs, two.firstMs)}, ` +
    `key in handler ${ratio(median(one.inHandlerMs), median(two.inHandlerMs))}, ` +
    `key in helper ${ratio(median(one.inHelperMs), median(two.inHelperMs))}, ` +
    `memory ${ratio(memoryOf(one), memoryOf(two))}`
  )
}

function memoryOf({ memoryBytes }: Measured): number {
  return memoryBytes ?? Number.NaN
}

function row(name: string, cells: readonly string[]): string {
  const widths = [19, 16, 15, 13]
  return name.padEnd(18) + cells.map((cell, index) => cell.padStart(widths[index] ?? 0)).join('')
}
