import type { ApiVersions } from '../clients/kafka-protocol/requests/apiVersions.ts'

/** Requests that a release was the first to speak in a stable version, newest first. A broker does not tell its release. */
const firstSpoken: readonly (readonly [release: string, apiKey: number, version: number])[] = [
  ['4.1', 77, 1],
  ['4.0', 69, 1],
  ['3.9', 18, 4],
  ['3.8', 16, 5],
  ['3.7', 68, 0],
  ['3.0', 9, 8],
  ['2.8', 3, 10],
]

/** `4.1 or newer`; `undefined` for brokers older than those known here. */
export function kafkaVersionOf(versions: ApiVersions): string | undefined {
  const found = firstSpoken.find(([, apiKey, version]) => (versions.get(apiKey)?.max ?? -1) >= version)
  return found && `${found[0]} or newer`
}
