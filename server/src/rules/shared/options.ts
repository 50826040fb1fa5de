/** Fixes of options. */
import type { FixSketch, Option } from '../../facts/model.ts'

/** The edit that gives an option another value where it is written. */
export function setTo({ at, shorthand }: Option<unknown>, value: string): FixSketch['edits'][number] {
  return { at, newText: shorthand === undefined ? value : `${shorthand}: ${value}` }
}
