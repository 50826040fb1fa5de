/** Calls that make a value of a record's bytes or text, and throw where the record is broken. */

/** By what the method is called, whoever has it: generated classes of Protocol Buffers, codecs, registries of schemas. */
const names =
  /^(?:decode|decodeDelimited|decodeSync|decodeFirst|decodeFirstSync|deserialize|deserializeBinary|fromBinary|fromBuffer|unpack)$/

/** Of these libraries it reads any text, or answers without an error. */
const lenient = /^(?:global|iconv-lite|string_decoder|querystring|url|he|html-entities|js-base64|jsonwebtoken|jose):/

/** Names that elsewhere mean something else. */
const known =
  /^(?:zod|superjson|json5|json-bigint|secure-json-parse|yaml|js-yaml|valibot|fast-xml-parser|xml2js|joi|@hapi\/joi|yup|superstruct|class-validator|@sinclair\/typebox\/value)(?:\/v\d)?:.*\b(?:parse|parseAsync|parseStringPromise|load|attempt|assert|validateAsync|validateSync|validateOrReject|Parse|Decode)$/

/** @param type of the callee, where it is of a library */
export function isDecoder(name: string, type: string | undefined): boolean {
  if (type === 'global:JSON.parse') return true
  if (type !== undefined && known.test(type)) return true
  return names.test(name) && !(type !== undefined && lenient.test(type))
}
