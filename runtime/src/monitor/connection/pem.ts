/**
 * PEM texts as they come out of property files and one-line fields: their line breaks are spaces, or gone. Java reads
 * them like that, OpenSSL does not.
 *
 * @see RFC 7468, section 3
 */

const block = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g
const lineLength = 64

export function isPemText(text: string): boolean {
  return text.includes('-----BEGIN ')
}

/** The same certificates and keys, on lines. What is no PEM text, or has headers of its own, stays as it is. */
export function wellFormedPem(text: string): string {
  const blocks = [...text.matchAll(block)].map(([whole, label = '', body = '']) => {
    // Headers of the old encrypted form (`Proc-Type:`) end with an empty line, which cannot be guessed back.
    if (body.includes(':')) return whole
    const lines = body.replace(/\s+/g, '').match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? []
    return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n')
  })
  return blocks.length === 0 ? text : `${blocks.join('\n')}\n`
}
