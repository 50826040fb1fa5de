/** What a batch's compression number means, and the codecs that Node has built in. */
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import type { Decompress } from './transport.ts'

export const codecNames: readonly string[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

/** Most bytes one batch may expand to: a hundred times the broker's default limit, and no memory bomb. */
const expandedBytesMax = 256 * 1024 * 1024

const gunzip = promisify(zlib.gunzip) as (bytes: Buffer, options: zlib.ZlibOptions) => Promise<Buffer>
const zstdDecompress = zlib.zstdDecompress
  ? (promisify(zlib.zstdDecompress) as (bytes: Buffer, options: zlib.ZstdOptions) => Promise<Buffer>)
  : undefined

/** Built in: gzip, and zstd from Node 22.15. Snappy and lz4 come from the client's own registry. */
export const builtInCodecs: Readonly<Record<number, Decompress>> = {
  1: compressed => gunzip(compressed, { maxOutputLength: expandedBytesMax }),
  ...(zstdDecompress && {
    4: (compressed: Buffer) => zstdDecompress(compressed, { maxOutputLength: expandedBytesMax }),
  }),
}

export function codecName(codec: number): string {
  return codecNames[codec] ?? `codec ${codec}`
}
