/** The command line's words. */
import { parseArgs } from 'node:util'
import { nearest } from '../settings/nearest.ts'

export interface Arguments {
  readonly asks: 'help' | 'version' | undefined
  readonly paths: readonly string[]
  readonly format: Format
  readonly output: string | undefined
  readonly fixes: boolean
  /** Empty: all that are on. */
  readonly rules: readonly string[]
  readonly warningsMax: number | undefined
  readonly baseline: string | undefined
  readonly writesBaseline: boolean
  readonly config: string | undefined
  readonly isStdin: boolean
  readonly stdinFileName: string | undefined
  readonly seesIgnored: boolean
  readonly isColored: boolean | undefined
}

export type Format = 'text' | 'json' | 'sarif' | 'github'
const formats: readonly Format[] = ['text', 'json', 'sarif', 'github']

/** The words make no sense: said in one line, exit code 2. */
export class UsageError extends Error {}

/** @throws UsageError an option is unknown, lacks its value, or has one that is not allowed */
export function parseArguments(args: readonly string[], rules: readonly string[]): Arguments {
  const { values, positionals } = parsed(args)
  const asks = values.help ? 'help' : values.version ? 'version' : undefined
  const isStdin = values.stdin === true || values['stdin-filename'] !== undefined || positionals.includes('-')
  const paths = positionals.filter(path => path !== '-')
  if (!asks && !isStdin && paths.length === 0)
    throw new UsageError(`Nothing to analyse. Name files, folders or globs, as 'tidemark-lint src'. See --help.`)
  if (isStdin && paths.length > 0)
    throw new UsageError(`Either standard input or paths: leave '${paths[0]}' or --stdin out.`)
  for (const rule of values.rule ?? []) {
    const guess = nearest(rule, rules)
    if (!rules.includes(rule))
      throw new UsageError(
        `No rule is called '${rule}'.${guess ? ` Did you mean '${guess}'?` : ''} See --help for all.`,
      )
  }
  return {
    asks,
    paths,
    format: oneOf('format', values.format ?? 'text', formats),
    output: values.output,
    fixes: values.fix === true,
    rules: values.rule ?? [],
    warningsMax: values['max-warnings'] === undefined ? undefined : count('max-warnings', values['max-warnings']),
    baseline: values.baseline,
    writesBaseline: values['write-baseline'] === true,
    config: values.config,
    isStdin,
    stdinFileName: values['stdin-filename'],
    seesIgnored: values['no-ignore'] === true,
    isColored: values.color ? true : values['no-color'] ? false : undefined,
  }
}

export function help(rules: readonly string[]): string {
  return `tidemark-lint <files, folders or globs>

Finds where a Kafka pipeline does not keep the delivery guarantee it claims.

  --format text|json|sarif|github  how to report (text)
  --output <file>                  write the report there
  --fix                            make the fixes that are safe
  --rule <id>                      only this rule; may be repeated
  --max-warnings <n>               exit with 1 only above so many warnings (0)
  --baseline <file>                leave out the findings it holds
  --write-baseline                 put all findings of now into the baseline
  --config <file>                  instead of the nearest tidemark.config.json
  --stdin                          analyse standard input; with --fix, print it fixed
  --stdin-filename <path>          the file that standard input stands for
  --no-ignore                      also look at what .gitignore and .tidemarkignore leave out
  --color, --no-color              colors, or none
  --help, --version

Exit code 0: clean (hints do not count). 1: findings. 2: could not do what was asked.

Rules: ${rules.join(', ')}.
`
}

const options = {
  format: { type: 'string' },
  output: { type: 'string' },
  fix: { type: 'boolean' },
  rule: { type: 'string', multiple: true },
  'max-warnings': { type: 'string' },
  baseline: { type: 'string' },
  'write-baseline': { type: 'boolean' },
  config: { type: 'string' },
  stdin: { type: 'boolean' },
  'stdin-filename': { type: 'string' },
  'no-ignore': { type: 'boolean' },
  color: { type: 'boolean' },
  'no-color': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    const unknown = /Unknown option '--?([^']+)'/.exec((error as Error).message)?.[1]
    if (unknown === undefined) throw new UsageError(`${(error as Error).message.split('. ')[0]}. See --help.`)
    const guess = nearest(unknown, Object.keys(options))
    throw new UsageError(`There is no option --${unknown}.${guess ? ` Did you mean --${guess}?` : ''} See --help.`)
  }
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find(candidate => candidate === value)
  if (found === undefined) throw new UsageError(`--${name} is '${value}'. Allowed: ${allowed.join(', ')}.`)
  return found
}

function count(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new UsageError(`--${name} is '${value}'. Allowed: a whole number from 0.`)
  return Number(value)
}
