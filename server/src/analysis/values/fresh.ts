/** Values that differ on every run: clocks, random numbers, new ids. */
import type { Expression } from '../../facts/code.ts'
import type { Place } from '../../facts/model.ts'
import { placeOf, sourceText } from '../walk/places.ts'
import type { Frame } from './frames.ts'
import type { Origins } from './origins.ts'

const fresh =
  /^(?:global:(?:Date\.now|Math\.random|crypto\.randomUUID|performance\.now|process\.hrtime)|crypto:(?:randomUUID|randomBytes)|uuid:v[14]?|uuid:v7|nanoid:nanoid|nanoid:|ulid:ulid|ulidx:ulid|cuid:|@paralleldrive\/cuid2:createId|short-uuid:generate|uuid:)\(\)/

export interface FreshSource {
  readonly at: Place
  readonly source: string
  readonly made: Expression
  readonly frame: Frame
}

/** The first such value that something is made of. `new Date()` counts only as a number: dates in ids are times of events. */
export function freshSource(origins: Origins, expression: Expression, frame: Frame): FreshSource | undefined {
  let found: FreshSource | undefined
  origins.visit(expression, frame, {
    external: (type, made, inside) => {
      if (found || !inside.module || !fresh.test(type)) return
      found = { at: placeOf(inside.module, made), source: sourceText(inside.module, made, 40), made, frame: inside }
    },
  })
  return found
}
