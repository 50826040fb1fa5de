/**
 * Finds the addresses under which a compose file's Kafka can be reached from this machine.
 *
 * A compose file is read for its lines, not as YAML: what matters are the advertised listeners, which every image takes
 * under a name that ends alike, and they are addresses wherever they stand. Accepted misses: values built from variables
 * without a default, files that include others.
 */
import { parseBroker } from './config.ts'

/** Addresses in the order of the file, those on this machine first. Empty: none is advertised to the outside. */
export function composeBrokers(text: string, env: Readonly<Record<string, string | undefined>> = {}): string[] {
  const found: string[] = []
  for (const line of text.split('\n')) {
    if (/^\s*#/.test(line)) continue
    const match = /ADVERTISED_LISTENERS["']?\s*[:=]\s*["']?([^"'#]+)/i.exec(line)
    if (!match?.[1]) continue
    for (const listener of expand(match[1], env).split(',')) {
      const [, name = '', address = ''] = /^\s*([A-Z0-9_-]+):\/\/(\S+?)\s*$/i.exec(listener) ?? []
      if (name !== '' && !/^CONTROLLER$/i.test(name) && parseBroker(address)) found.push(address)
    }
  }
  const here = found.filter(address => /^(localhost|127\.|\[::1\]|host\.docker\.internal|0\.0\.0\.0)/.test(address))
  return [...new Set(here.length > 0 ? here : found)]
}

/** `${PORT:-9092}` and `${PORT}`, as compose does. */
function expand(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(
    /\$\{(\w+)(?::?-([^}]*))?\}/g,
    (whole, name: string, fallback?: string) => env[name] ?? fallback ?? whole,
  )
}
