/**
 * The addresses under which a compose file's Kafka can be reached from this machine: what its services advertise, or
 * publish where they leave the default. Pure: the words for what is wrong come from whoever asks.
 *
 * Accepted misses: files that include or extend others, variables from `env_file`.
 *
 * @see https://github.com/compose-spec/compose-spec/blob/main/spec.md
 */
import { parseBroker } from '@tidemark/runtime/monitor'
import { LineCounter, parseDocument } from 'yaml'

export interface ComposeBrokers {
  /** Those on this machine first; where there are none, those of other hosts. */
  readonly brokers: readonly string[]
  /** Services that they are of. */
  readonly services: readonly string[]
  /** Advertised, and known only inside the services' own network. */
  readonly inside: readonly string[]
  /** Variables without a value or a default; addresses made of them are left out. */
  readonly unset: readonly string[]
}

/** The file is no YAML, or no compose file. Lines and columns count from 1. */
export class ComposeSyntaxError extends Error {
  readonly line: number
  readonly column: number

  constructor(message: string, { line, col }: { readonly line: number; readonly col: number }) {
    super(message)
    this.line = line
    this.column = col
  }
}

type Variables = Readonly<Record<string, string | undefined>>

const defaultPort = 9092

/** @throws {ComposeSyntaxError} */
export function composeBrokers(text: string, variables: Variables = {}): ComposeBrokers {
  const services = Object.entries(record(record(parsed(text)).services)).map(([name, value]) => ({
    name,
    service: record(value),
  }))
  const names = new Set(services.flatMap(({ name, service }) => namesOf(name, service)))
  const unset = new Set<string>()
  const found = services.flatMap(({ name, service }) =>
    addressesOf(service, text => expanded(text, variables, unset)).map(address => ({ name, address })),
  )
  const here = found.filter(({ address }) => isHere(address))
  const elsewhere = found.filter(({ address }) => !isHere(address) && !names.has(parseBroker(address)?.host ?? ''))
  const chosen = here.length > 0 ? here : elsewhere
  const distinct = (values: readonly string[]): string[] => [...new Set(values)]
  return {
    brokers: distinct(chosen.map(({ address }) => address)),
    services: distinct(chosen.map(({ name }) => name)),
    inside: distinct(
      found.map(({ address }) => address).filter(address => names.has(parseBroker(address)?.host ?? '')),
    ),
    unset: [...unset],
  }
}

function parsed(text: string): unknown {
  const lines = new LineCounter()
  // `<<` merges, as in YAML 1.1, which compose reads.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const [error] = document.errors
  if (error) throw new ComposeSyntaxError(error.message, lines.linePos(error.pos[0]))
  try {
    // Each alias may be a copy of much: the library counts, and refuses beyond its bound.
    return document.toJS()
  } catch (cause) {
    throw new ComposeSyntaxError((cause as Error).message, { line: 1, col: 1 })
  }
}

/** Under which others in the network find it. */
function namesOf(name: string, { hostname, container_name }: Readonly<Record<string, unknown>>): string[] {
  return [name, hostname, container_name].filter(value => typeof value === 'string')
}

function addressesOf(
  service: Readonly<Record<string, unknown>>,
  expand: (text: string) => string | undefined,
): string[] {
  const texts = [...advertisedIn(pairsOf(service.environment)), ...advertisedBy(service.command)]
  const ports = listOf(service.ports).flatMap(port => publishedPort(port, expand))
  if (texts.length === 0) {
    // The images of Kafka and Redpanda advertise localhost and their usual port when they are told nothing.
    const isKafka = /(^|[/-])(kafka|redpanda)([:@/-]|$)/i.test(String(service.image ?? ''))
    const [usual] = ports.filter(({ target }) => target === defaultPort)
    return isKafka && usual?.published === defaultPort ? [`localhost:${defaultPort}`] : []
  }
  const addresses = texts.flatMap(text => (expand(text) ?? '').split(',').flatMap(addressOf))
  // A listener on this machine whose port is not published cannot be reached, if there is one that can.
  const published = new Set(ports.map(port => port.published))
  const isPublished = (address: string): boolean => published.has(parseBroker(address)?.port ?? 0)
  const reachable = addresses.filter(address => !isHere(address) || isPublished(address))
  return reachable.some(isHere) ? reachable : addresses
}

/** `KAFKA_ADVERTISED_LISTENERS`, `KAFKA_CFG_ADVERTISED_LISTENERS`: every image has a name that ends alike. */
function advertisedIn(environment: readonly (readonly [string, string])[]): string[] {
  return environment.filter(([name]) => /ADVERTISED_LISTENERS$/i.test(name)).map(([, value]) => value)
}

/** Redpanda: `--advertise-kafka-addr internal://redpanda:9092,external://localhost:19092`, in one text or as a list. */
function advertisedBy(command: unknown): string[] {
  const text = listOf(command).map(String).join(' ')
  return [...text.matchAll(/--advertise-kafka-addr[= ]+(\S+)/g)].map(([, value = '']) => value)
}

/** `NAME://host:port`, or without a name; controllers are not spoken to. */
function addressOf(listener: string): string[] {
  const [, name = '', address = ''] = /^\s*(?:([A-Z0-9_-]+):\/\/)?(\S+?)\s*$/i.exec(listener) ?? []
  return !/^CONTROLLER$/i.test(name) && parseBroker(address) ? [address] : []
}

/** A map, or a list of `NAME=value`. */
function pairsOf(environment: unknown): readonly (readonly [string, string])[] {
  if (!Array.isArray(environment))
    return Object.entries(record(environment)).map(([name, value]) => [name, String(value ?? '')])
  return environment.map(String).map(line => {
    const at = line.indexOf('=')
    return at < 0 ? [line, `\${${line}}`] : [line.slice(0, at), line.slice(at + 1)]
  })
}

/** `9092`, `"9094:9092"`, `"127.0.0.1:9094:9092/tcp"`, or a map of `target` and `published`. */
function publishedPort(port: unknown, expand: (text: string) => string | undefined) {
  const { target, published } = record(port)
  const text = target === undefined ? String(port) : `${String(published ?? '')}:${String(target)}`
  const [container, host] = (expand(text) ?? '')
    .replace(/\/\w+$/, '')
    .split(':')
    .reverse()
  return container && host ? [{ target: Number(container), published: Number(host) }] : []
}

/** `${PORT:-9092}`, `${PORT-9092}`, `${PORT}`, `$PORT`, `$$`, as compose does. `undefined`: one is not set. */
function expanded(text: string, variables: Variables, unset: Set<string>): string | undefined {
  let isWhole = true
  const whole = text.replace(
    /\$(?:\$|\{(\w+)(?:(:?)-([^}]*))?[^}]*\}|(\w+))/g,
    (found, braced, colon, fallback, bare) => {
      if (found === '$$') return '$'
      const name: string = braced ?? bare
      const value = variables[name]
      if (value !== undefined && !(value === '' && colon)) return value
      if (fallback !== undefined) return fallback
      unset.add(name)
      isWhole = false
      return ''
    },
  )
  return isWhole ? whole : undefined
}

/** An `.env` file beside the compose file: `NAME=value`, quoted or not. */
export function envFileVariables(text: string): Record<string, string> {
  const lines = text.matchAll(/^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^#\n]*))/gm)
  return Object.fromEntries(
    [...lines].map(([, name = '', double, single, bare]) => [name, double ?? single ?? (bare ?? '').trim()]),
  )
}

function isHere(address: string): boolean {
  return /^(localhost|127\.|\[::1\]|host\.docker\.internal|0\.0\.0\.0)/.test(address)
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}
