import { checkCode } from '../errorCodes.ts'
import type { Request } from '../transport.ts'

/** The versions a broker speaks, by api key. */
export type ApiVersions = ReadonlyMap<number, { readonly min: number; readonly max: number }>

/** `ApiVersions` v0: the one version every broker answers. */
export function apiVersions(): Request<ApiVersions> {
  return {
    name: 'ApiVersions',
    apiKey: 18,
    version: 0,
    isFlexible: false,
    lane: 'prompt',
    encode() {},
    decode(reader) {
      checkCode('ApiVersions', reader.int16())
      const list = reader.array(() => ({ apiKey: reader.int16(), min: reader.int16(), max: reader.int16() }))
      return new Map(list.map(({ apiKey, min, max }) => [apiKey, { min, max }]))
    },
  }
}
