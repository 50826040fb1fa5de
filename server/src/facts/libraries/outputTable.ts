import { type OutputRow, outputRows } from './outputs.ts'

/** Finds the row of a call; a longer chain after the row's call (`….values().onConflictDoNothing()`) still is that call. */
export class OutputTable {
  readonly #exact = new Map<string, OutputRow>()
  readonly #patterns: { readonly pattern: RegExp; readonly row: OutputRow }[] = []

  constructor(own: readonly OutputRow[]) {
    for (const row of [...outputRows, ...own]) {
      if (row.call.includes('*')) this.#patterns.push({ pattern: patternOf(row.call), row })
      else this.#exact.set(row.call, row)
    }
  }

  /** The calls it knows, as its rows write them. */
  get calls(): string[] {
    return [...this.#exact.keys(), ...this.#patterns.map(({ row }) => row.call)]
  }

  find(type: string): OutputRow | undefined {
    for (let at = type; at.endsWith('()'); ) {
      const row = this.#exact.get(at) ?? this.#patterns.find(({ pattern }) => pattern.test(at))?.row
      if (row) return row
      const shorter = /^(.*\))\.\w+\(\)$/.exec(at)?.[1]
      if (!shorter) return undefined
      at = shorter
    }
    return undefined
  }
}

function patternOf(call: string): RegExp {
  const escaped = call.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll(/\*\*?/g, star => (star === '**' ? '.+' : '[\\w$]+'))}$`)
}
