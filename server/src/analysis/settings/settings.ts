/** A team's settings: `tidemark.config.json`, or the key `tidemark` of a package.json, nearest folder first. */
import { dirname, join } from 'node:path'
import type { OutputKind } from '../../facts/model.ts'
import type { CustomConsumer, CustomOutput, EngineSettings } from '../engine/contract.ts'
import type { Level, Levels, Override } from './levels.ts'
import { checkJson, type Problem, type Shape, schemaOf } from './shape.ts'

export interface Settings {
  /** The file they come from; `undefined` when there is none. */
  readonly path: string | undefined
  readonly rules: Readonly<Record<string, Level>>
  /** Other levels for some of the files; the last that holds a file decides. */
  readonly overrides: readonly Override[]
  readonly outputs: readonly CustomOutput[]
  readonly consumers: readonly CustomConsumer[]
  /** Globs relative to the settings' folder, as in a .gitignore. */
  readonly ignore: readonly string[]
  /** Absolute path. */
  readonly baseline: string | undefined
  readonly warningsMax: number | undefined
  readonly fileBytesMax: number | undefined
  readonly problems: readonly Problem[]
}

export const settingsFileName = 'tidemark.config.json'

export const noSettings: Settings = {
  path: undefined,
  rules: {},
  overrides: [],
  outputs: [],
  consumers: [],
  ignore: [],
  baseline: undefined,
  warningsMax: undefined,
  fileBytesMax: undefined,
  problems: [],
}

/** Settings for everything below `folder`: the nearest file in it or above it; files are not merged. */
export function findSettings(
  folder: string,
  rules: readonly string[],
  read: (path: string) => string | undefined,
): Settings {
  for (let at = folder; ; at = dirname(at)) {
    const own = join(at, settingsFileName)
    const text = read(own)
    if (text !== undefined) return parseSettings(own, text, rules)
    const manifest = join(at, 'package.json')
    const shared = read(manifest)
    // A broken package.json is npm's matter, and one that never says the word is not ours either.
    if (shared?.includes('"tidemark"')) {
      const settings = parseSettings(manifest, shared, rules)
      if (settings.path) return settings
    }
    if (dirname(at) === at) return noSettings
  }
}

export function parseSettings(path: string, text: string, rules: readonly string[]): Settings {
  const isManifest = path.endsWith('package.json')
  const { value, problems } = checkJson(path, text, settingsShape(rules), isManifest ? 'tidemark' : undefined)
  if (value === undefined) {
    const isOurs = !isManifest || problems.some(({ key }) => key !== '')
    return { ...noSettings, path: isOurs ? path : undefined, problems: isOurs ? problems : [] }
  }
  const file = value as SettingsFile
  return {
    path,
    rules: file.rules ?? {},
    overrides: file.overrides ?? [],
    outputs: file.outputs ?? [],
    consumers: (file.consumers ?? []).map(consumerOf),
    ignore: file.ignore ?? [],
    baseline: file.baseline === undefined ? undefined : join(dirname(path), file.baseline),
    warningsMax: file.maxWarnings,
    fileBytesMax: file.maxFileBytes,
    problems,
  }
}

/** What says how much each rule matters in which file. */
export function levelsOf({ rules, overrides, path }: Settings): Levels {
  return { rules, overrides, folder: path === undefined ? undefined : dirname(path) }
}

export function engineSettings(settings: Settings): EngineSettings {
  return {
    levels: levelsOf(settings),
    outputs: settings.outputs,
    consumers: settings.consumers,
    ...(settings.fileBytesMax === undefined ? {} : { fileBytesMax: settings.fileBytesMax }),
  }
}

/** The published schema; generated into `schemas/config.schema.json`. */
export function settingsSchema(rules: readonly string[]): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of tidemark-lint and of the Tidemark extension',
    ...schemaOf(settingsShape(rules)),
  }
}

/** What the file may hold, keys as written there. */
interface SettingsFile {
  readonly rules?: Settings['rules']
  readonly overrides?: readonly Override[]
  readonly outputs?: readonly CustomOutput[]
  readonly consumers?: readonly ConsumerLine[]
  readonly ignore?: readonly string[]
  readonly baseline?: string
  readonly maxWarnings?: number
  readonly maxFileBytes?: number
}

/** In the file a handler is an argument's number or an option's name, each under its own key. */
type ConsumerLine = Omit<CustomConsumer, 'handler'> & { readonly argument?: number; readonly option?: string }

function consumerOf({ argument, option, ...line }: ConsumerLine): CustomConsumer {
  const handler = argument ?? option
  return handler === undefined ? line : { ...line, handler }
}

export const outputKinds = [
  'database',
  'document',
  'cache',
  'http',
  'produce',
  'queue',
  'mail',
  'push',
  'file',
  'store',
  'custom',
] as const satisfies readonly OutputKind[]

const levels = ['off', 'hint', 'info', 'warning', 'error']

const consumersShape: Shape = {
  kind: 'list',
  about: 'Calls of libraries around a client that hand records to a function of yours.',
  of: {
    kind: 'object',
    about: 'One call. Without `argument` and `option` the first function among its arguments is the handler.',
    keys: {
      call: {
        kind: 'string',
        about: "The way to it: '@acme/streams:consume', '@acme/streams:Reader#.each' for a method of an instance.",
        pattern: /^[^:\s]+:\S/,
        example: '@acme/streams:Reader#.each',
      },
      argument: { kind: 'integer', min: 0, about: 'Which argument is the handler, counted from 0.' },
      option: { kind: 'string', about: 'Which option of an object among the arguments is the handler.' },
      gives: {
        kind: 'choice',
        values: ['message', 'batch', 'payload'],
        about: 'What the handler gets: a message, an array of messages, or the payload of eachMessage.',
      },
      commits: {
        kind: 'choice',
        values: ['after-handler', 'before-handler', 'manual'],
        about: 'When the library commits; without it the guarantee stays unknown.',
      },
    },
    required: ['call'],
  },
}

function overridesShape(rules: Readonly<Record<string, Shape>>): Shape {
  return {
    kind: 'list',
    about: 'Other severities for some of the files; where several name a rule, the last that holds the file decides.',
    of: {
      kind: 'object',
      about: 'Files, and what is different for findings in them.',
      keys: {
        files: {
          kind: 'list',
          about: 'Which files, as lines of a .gitignore.',
          of: {
            kind: 'string',
            about: 'A glob relative to this file.',
            pattern: /^(?!(?:.*\/)?\.\.\/)/,
            example: 'src/legacy/**',
          },
        },
        rules: { kind: 'object', about: 'Severity by rule.', keys: rules },
      },
      required: ['files', 'rules'],
    },
  }
}

function settingsShape(rules: readonly string[]): Shape {
  const level: Shape = { kind: 'choice', values: levels, about: 'How much it matters; off turns the rule off.' }
  const byRule = Object.fromEntries(rules.map(rule => [rule, level]))
  return {
    kind: 'object',
    about: 'Settings for everything below the folder of this file.',
    keys: {
      $schema: { kind: 'string', about: 'Where an editor finds this schema.' },
      rules: {
        kind: 'object',
        about: 'Severity by rule. A rule that is not named keeps its own.',
        keys: byRule,
      },
      overrides: overridesShape(byRule),
      outputs: {
        kind: 'list',
        about: `Calls of your own libraries that write to the world outside.`,
        of: {
          kind: 'object',
          about: 'One call.',
          keys: {
            call: {
              kind: 'string',
              about: "The way to it: '@acme/events:publish', '@acme/books:Ledger#.add' for a method of an instance.",
              pattern: /^[^:\s]+:\S/,
              example: '@acme/books:Ledger#.add',
            },
            kind: { kind: 'choice', about: 'What it writes to, as shown in messages.', values: outputKinds },
            idempotent: {
              kind: 'boolean',
              about: 'Whether writing the same record twice leaves what writing it once leaves.',
            },
          },
          required: ['call', 'kind'],
        },
      },
      consumers: consumersShape,
      ignore: {
        kind: 'list',
        about: 'Files that are not analysed, as lines of a .gitignore.',
        of: { kind: 'string', about: 'A glob relative to this file.' },
      },
      baseline: { kind: 'string', about: 'The baseline file, relative to this file.' },
      maxWarnings: { kind: 'integer', min: 0, about: 'More warnings than this make tidemark-lint exit with 1.' },
      maxFileBytes: {
        kind: 'integer',
        min: 1,
        about: 'Larger files are skipped with a note; by default 1,000,000 bytes.',
      },
    },
  }
}
