/** Whether one function lies in another. */
import type { FunctionCode } from '../../facts/code.ts'

export function isWithin(inner: FunctionCode | undefined, outer: FunctionCode): boolean {
  for (let at = inner; at; at = at.parent) if (at === outer) return true
  return false
}
