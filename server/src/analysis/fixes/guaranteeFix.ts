/** `transactional(store)`, `idempotent(store)`: declared as what the code keeps. */
import type { CallExpression, Module } from '../../facts/code.ts'
import type { FixSketch, Guarantee } from '../../facts/model.ts'
import { placeOf } from '../walk/places.ts'

const makers: Partial<Record<Guarantee, string>> = { 'at-least-once': 'atLeastOnce', 'at-most-once': 'atMostOnce' }

/** Not safe: another guarantee saves its offsets at another time. The store stays the same. */
export function weakerGuarantees(module: Module, call: CallExpression): Partial<Record<Guarantee, FixSketch>> {
  const [store] = call.args
  const name = call.callee.kind === 'name' ? call.callee.name : ''
  if (!/^(?:transactional|idempotent)$/.test(name) || !store || call.args.length !== 1) return {}
  return Object.fromEntries(
    Object.entries(makers).map(([guarantee, maker]): [string, FixSketch] => {
      const written = `${maker}({ store: ${module.text.slice(store.start, store.end)} })`
      const edits = [...importEdits(module, call, maker), { at: placeOf(module, call), newText: written }]
      return [guarantee, { title: `Declare ${guarantee}`, isSafe: false, edits }]
    }),
  )
}

/** The maker's name in the import of the runtime, beside the old one where that is still used. */
export function importEdits(module: Module, { callee }: CallExpression, maker: string): FixSketch['edits'] {
  const clause = /import\s*\{([^}]*)\}\s*from\s*['"]@tidemark\/runtime['"]/.exec(module.text)
  const own = callee.kind === 'name' ? callee : undefined
  if (!clause || !own || new RegExp(`\\b${maker}\\b`).test(clause[1] as string)) return []
  const name = new RegExp(`\\b${own.name}\\b`).exec(clause[0])
  if (!name) return []
  const start = clause.index + name.index
  const isElsewhere = (own.binding?.references ?? 0) > 1
  return [
    {
      at: placeOf(module, { start, end: start + name[0].length }),
      newText: isElsewhere ? `${own.name}, ${maker}` : maker,
    },
  ]
}
