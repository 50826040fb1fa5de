/**
 * Snappy as Java producers write it: a header, then blocks of a length and raw snappy each.
 *
 * @see https://github.com/xerial/snappy-java, SnappyOutputStream; librdkafka and others write one raw block without a header
 */
const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const headerBytes = 16

export function unframedSnappy(bytes: Buffer, decompressBlock: (block: Buffer) => Buffer): Buffer {
  if (!bytes.subarray(0, magic.length).equals(magic)) return decompressBlock(bytes)
  const blocks: Buffer[] = []
  for (let at = headerBytes; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    blocks.push(decompressBlock(bytes.subarray(at + 4, end)))
    at = end
  }
  return Buffer.concat(blocks)
}
