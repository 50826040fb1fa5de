/** Values that differ on every run: clocks, random numbers, new ids. */
import type { Expression } from '../../facts/code.ts'
import type { Place } from '../../facts/model.ts'
import { placeOf, sourceText } from '../walk/places.ts'
import type { Frame } from './frames.ts'
import type { Origins } from './origins.ts'
import { waysOf } from './ways.ts'

const fresh =
  /^(?:global:(?:Date\.now|Math\.random|crypto\.randomUUID|performance\.now|process\.hrtime)|crypto:(?:randomUUID|randomBytes)|uuid:v[14]?|uuid:v7|nanoid:nanoid|nanoid:|ulid:ulid|ulidx:ulid|cuid:|@paralleldrive\/cuid2:createId|short-uuid:generate|uuid:)\(\)/

export interface FreshSource {
  readonly at: Place
  readonly source: string
  readonly made: Expression
  readonly frame: Frame
  /** Only where the record gives none: `order.id ?? randomUUID()`. */
  readonly isDefault?: boolean
}

/** The first such value that something is made of. `new Date()` counts only as a number: dates in ids are times of events. */
export function freshSource(origins: Origins, expression: Expression, frame: Frame): FreshSource | undefined {
  const ways = waysOf(origins.evaluator, expression, frame)
  const made = ways.map(way => freshIn(origins, way.expression, way.frame))
  const found = made.find(one => one !== undefined)
  if (!found) return undefined
  return made.includes(undefined) ? { ...found, isDefault: true } : (freshIn(origins, expression, frame) ?? found)
}

function freshIn(origins: Origins, expression: Expression, frame: Frame): FreshSource | undefined {
  let found: FreshSource | undefined
  origins.visit(expression, frame, {
    external: (type, made, inside) => {
      if (found || !inside.module || !fresh.test(type)) return
      // By what makes it, not by the name it is given.
      const by = origins.evaluator.evaluate(made, inside).by ?? { expression: made, frame: inside }
      const source = sourceText(by.frame.module, by.expression, 40)
      // `const id = randomUUID()` in the same function is where it is mended for every use of it.
      const from = by.frame.code === inside.code && by.frame.module === inside.module ? by.expression : made
      found = { at: placeOf(inside.module, from), source, made: from, frame: inside }
    },
  })
  return found
}
