import type { WireOutput } from '../protocol.ts'

/** Whether a statement may write; what only reads is no output. */
export function isWriting(sql: string): boolean {
  const text = withoutComments(sql)
  if (/^(insert|update|delete|replace|merge|upsert|create|alter|drop|truncate|copy|call|do)\b/i.test(text)) return true
  return /^with\b/i.test(text) && /\b(insert\s+into|update\s+\S+\s+set|delete\s+from|merge\s+into)\b/i.test(text)
}

/**
 * What the same statement with the same parameters does when it runs a second time: leaves things as they are, or adds to them.
 *
 * Read from its text. What is knowingly missed: triggers, and a plain insert into a table whose unique key refuses the second row
 * (that one fails loudly, so nothing is doubled either; it still says `adds`).
 */
export function sqlAgain(sql: string): WireOutput['again'] {
  const text = withoutComments(sql)
  if (/^(create|drop)\b.*\bif\s+(not\s+)?exists\b/is.test(text)) return 'same'
  if (/^(replace\s+into|insert\s+or\s+(replace|ignore)\b|insert\s+ignore\b|delete\b|truncate\b)/i.test(text))
    return 'same'
  if (/^update\b/i.test(text)) return addsToItself(text.slice(text.search(/\bset\b/i))) ? 'adds' : 'same'
  if (/^insert\b/i.test(text)) {
    const conflict = /\bon\s+(conflict|duplicate\s+key)\b(.*)$/is.exec(text)?.[2]
    if (conflict === undefined) return /\bwhere\s+not\s+exists\b/i.test(text) ? 'same' : 'adds'
    if (/\bdo\s+nothing\b/i.test(conflict)) return 'same'
    const set = /\b(?:set|update)\s+(.*)$/is.exec(conflict)?.[1] ?? ''
    return addsToItself(set) ? 'adds' : 'same'
  }
  return 'unknown'
}

/** `cents = cents + ?`, `n = totals.n + excluded.n`, `list = list || ?`, `n = coalesce(n, 0) + 1`: a column made of its old self. */
function addsToItself(assignments: string): boolean {
  const until = assignments.search(/\b(where|returning)\b/i)
  const list = (until < 0 ? assignments : assignments.slice(0, until)).replace(/^set\b/i, '')
  return [
    ...list.matchAll(/(?:^|,)\s*(?:[\w"`]+\.)?["`]?(\w+)["`]?\s*=\s*((?:[^,(]|\([^()]*(?:\([^()]*\)[^()]*)*\))*)/gi),
  ].some(([, column = '', value = '']) => {
    const others = value.replace(/\b(excluded|values|new)\s*[.(]\s*["`]?\w+["`]?\)?/gi, ' ')
    return new RegExp(`(?<![\\w'])${column}(?![\\w'])`, 'i').test(others) && /[-+*/|]|\bconcat\b/i.test(value)
  })
}

function withoutComments(sql: string): string {
  return sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ').trimStart()
}
