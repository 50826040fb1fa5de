/** What the commands that look at a cluster share: how it is reached, and looking again and again. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pause, systemClock } from '../clock.ts'
import {
  type ClusterSnapshot,
  type ConnectionConfig,
  importClientProperties,
  inEnglish,
  type Monitor,
  openCluster,
  parseBroker,
  type Selection,
} from '../monitor/index.ts'
import { wholeNumber } from './arguments.ts'
import { exitCodes, type Terminal, UsageError } from './command.ts'

export const clusterOptions = {
  brokers: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
  watch: { type: 'string' },
} as const

export const clusterHelp = `  --brokers HOST:PORT[,…]  where the cluster is (127.0.0.1:9092)
  --config FILE            a Kafka client's properties file: TLS, logins, bootstrap.servers
  --json                   for programs: one JSON value a line, offsets as strings
  --watch SECONDS          look again every so many seconds, until Ctrl+C`

interface ClusterValues {
  readonly brokers?: string
  readonly config?: string
  readonly json?: boolean
  readonly watch?: string
}

/** Shows a view of the cluster once, or until interrupted. */
export async function showCluster(
  values: ClusterValues,
  terminal: Terminal,
  selectionOf: (snapshot: ClusterSnapshot | undefined) => Selection | Promise<Selection>,
  render: (snapshot: ClusterSnapshot) => { readonly text: string; readonly json: unknown },
): Promise<number> {
  const watchSeconds = wholeNumber('watch', values.watch, 1, 86_400)
  const monitor = await connect(values, terminal)
  let linesShown = 0
  let previous: ClusterSnapshot | undefined
  try {
    for (;;) {
      const snapshot = await monitor.refresh(await selectionOf(previous))
      previous = snapshot
      const { text, json } = render(snapshot)
      if (values.json) terminal.out(JSON.stringify(json, bigintsAsText))
      else {
        // On a screen the table stays in its place; in a pipe or file each table follows the last.
        const rewind = linesShown > 0 && terminal.columns !== undefined ? `\u001b[${linesShown}A\u001b[0J` : ''
        terminal.out(rewind + text)
        linesShown = text.split('\n').length
        for (const { place, reason } of snapshot.problems)
          terminal.error(shown(`${inEnglish(place)}: ${inEnglish(reason)}`))
        if (snapshot.problems.length > 0) linesShown = 0
      }
      if (watchSeconds === undefined) return exitCodes.done
      await pause(systemClock, watchSeconds * 1_000, terminal.interrupted)
      if (terminal.interrupted.aborted) return exitCodes.done
    }
  } finally {
    await monitor.close()
  }
}

/** Columns as wide as their longest cell; numbers are set to the right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: ReadonlySet<number>,
): string {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)))
  return all
    .map(row =>
      row
        .map((cell, column) =>
          numeric.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `18,201`; a dash where there is nothing to tell. */
export function count(value: bigint | number | undefined): string {
  return value === undefined ? '-' : value.toLocaleString('en-US')
}

/** Names come from the cluster and may hold anything: what would move the cursor or turn the writing is shown as its code. */
export function shown(name: string): string {
  return name.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    character => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}

async function connect(values: ClusterValues, terminal: Terminal): Promise<Monitor> {
  return openCluster(await clusterConfig(values, terminal))
}

/** A properties file, and what the command line says of brokers wins over it. */
export async function clusterConfig(
  { brokers: text, config: path }: Pick<ClusterValues, 'brokers' | 'config'>,
  terminal: Terminal,
): Promise<ConnectionConfig> {
  const brokers = text?.split(',').map(broker => broker.trim())
  if (brokers && !brokers.every(parseBroker))
    throw new UsageError(`--brokers takes host:port, several separated by commas, not '${text}'`)
  if (path === undefined) return { brokers: brokers ?? ['127.0.0.1:9092'] }
  const read = (name: string) => readFile(resolve(dirname(path), name), 'utf8')
  const contents = await readFile(path, 'utf8').catch(error => {
    throw new UsageError(`--config names ${path}, which cannot be read (${error.code})`)
  })
  const { config, warnings } = await importClientProperties(contents, read)
  for (const warning of warnings) {
    const isOfAddress = typeof warning === 'object' && 'sentence' in warning && warning.sentence === 'noBootstrap'
    if (!brokers || !isOfAddress) terminal.error(inEnglish(warning))
  }
  return { ...config, brokers: brokers ?? config.brokers }
}

/** For `JSON.stringify`: offsets are strings, since JSON has no 64-bit integer. */
export function bigintsAsText(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return value === Number.POSITIVE_INFINITY ? 'never' : value
}
