/** What an operator makes of two constants. */
import type { Made, Value } from './frames.ts'

export function fold(operator: string, one: unknown, two: unknown, by: Made): Value {
  if (operator === '+' && (typeof one === 'string' || typeof two === 'string'))
    return { kind: 'constant', value: String(one) + String(two), by }
  if (typeof one === 'number' && typeof two === 'number') {
    const value = { '+': one + two, '-': one - two, '*': one * two, '/': one / two }[operator]
    if (value !== undefined) return { kind: 'constant', value, by }
  }
  return { kind: 'unknown', by }
}
