/** Waiting for an observable: `await lastValueFrom(…)`, with its import. */
import type { CallExpression, Module } from '../../facts/code.ts'
import type { FixSketch } from '../../facts/model.ts'
import { at } from '../walk/places.ts'

export function observableFixes(module: Module, call: CallExpression): FixSketch[] {
  const name = call.callee.kind === 'member' ? call.callee.name : ''
  if (name === 'subscribe' || name === 'forEach') return []
  const isAwaited = /await\s*$/.test(module.text.slice(Math.max(0, call.start - 12), call.start))
  const edits = [
    ...importEdit(module),
    { at: at(module, call.start), newText: isAwaited ? 'lastValueFrom(' : 'await lastValueFrom(' },
    { at: at(module, call.end), newText: ')' },
  ]
  return [{ title: 'Await lastValueFrom(…)', isSafe: false, edits }]
}

function importEdit(module: Module): FixSketch['edits'] {
  if (/\blastValueFrom\b[^'"]*['"]rxjs['"]/.test(module.text)) return []
  const first = module.imports[0]
  const start = first ? module.text.lastIndexOf('import', first.at.start) : 0
  return [{ at: at(module, Math.max(0, start)), newText: "import { lastValueFrom } from 'rxjs'\n" }]
}
