/** JSON laid out for reading, digit for digit. */

/**
 * JSON with a line for each member, without parsing numbers: `JSON.parse` would round those beyond 2^53. Only white
 * space outside of strings changes. What is not JSON is shown as it came.
 */
export function laidOut(text: string): string {
  if (!/^\s*[[{]/.test(text) || !isJson(text)) return text
  let depth = 0
  const line = (change: number): string => {
    depth += change
    return `\n${'  '.repeat(depth)}`
  }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
  return tokens
    .map((token, at) => {
      if (token === '{' || token === '[') return isClosing(tokens[at + 1]) ? token : token + line(1)
      if (isClosing(token)) return isOpening(tokens[at - 1]) ? token : line(-1) + token
      if (token === ',') return token + line(0)
      return token === ':' ? ': ' : token
    })
    .join('')
}

function isOpening(token: string | undefined): boolean {
  return token === '{' || token === '['
}

function isClosing(token: string | undefined): boolean {
  return token === '}' || token === ']'
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
