/** Names by which code says that it only looks something up. */

/** Of a call as written: by the first method of its chain, `orders.findUnique({…}).customer()`. `findOrCreate` may write. */
export function readsByName(name: string): boolean {
  const method = /[\w$]*$/.exec(name.split('(', 1)[0] ?? '')?.[0] ?? ''
  return reading.test(method) && !/And[A-Z]|Or[A-Z]/.test(method)
}

const reading = /^(?:find|get|count|exists?|has|is|list|search|look[uU]p|read|select)(?![a-z])/
