/**
 * Outputs beside the transaction handle: statements through `node:sqlite` and `pg`, noted while a handler runs.
 *
 * Only in a debug run, and only modules that the program has loaded by itself. Calls outside of handlers pass through untouched.
 */
import { createRequire } from 'node:module'
import { currentHandling, noteOutput } from './outputs.ts'
import { rowsOf, sqlOutput } from './seenTransaction.ts'
import { isWriting } from './sqlAgain.ts'

type Method = (this: object, ...parameters: unknown[]) => unknown
type Methods = Record<string, Method>

const watched = new WeakSet<object>()

/** Called before a handler runs: a module may have been loaded meanwhile. */
export function watchModules(): void {
  watchSqlite()
  watchPostgres()
}

function watchSqlite(): void {
  const loaded: unknown = Reflect.get(process, 'moduleLoadList')
  if (!Array.isArray(loaded) || !loaded.includes('NativeModule sqlite')) return
  const { DatabaseSync, StatementSync } = process.getBuiltinModule('node:sqlite')
  if (!once(DatabaseSync.prototype)) return
  const statement = StatementSync.prototype as unknown as Methods & { readonly sourceSQL: string }
  const nothing: Methods = { run: () => ({ changes: 0, lastInsertRowid: 0 }), get: () => undefined, all: () => [] }
  for (const name of ['run', 'get', 'all'])
    replace(statement, name, original => {
      return function (...parameters) {
        const sql = String(Reflect.get(this, 'sourceSQL'))
        return noted(sql, parameters, () => original.apply(this, parameters), nothing[name] ?? (() => undefined))
      }
    })
  replace(DatabaseSync.prototype as unknown as Methods, 'exec', original => {
    return function (...parameters) {
      return noted(
        String(parameters[0]),
        [],
        () => original.apply(this, parameters),
        () => undefined,
      )
    }
  })
}

/** `pg` as the program sees it: what was loaded by `require`, which an `import` of it is too. */
function watchPostgres(): void {
  const cache = createRequire(import.meta.url).cache
  for (const [path, module] of Object.entries(cache ?? {})) {
    if (!/[\\/]pg[\\/]lib[\\/]client\.js$/.test(path)) continue
    const client: unknown = module?.exports
    if (typeof client !== 'function' || !once(client.prototype)) continue
    replace(client.prototype as Methods, 'query', original => {
      return function (...parameters) {
        const [query, values] = parameters
        const sql = typeof query === 'string' ? query : String((query as { text?: unknown } | undefined)?.text ?? '')
        const given = Array.isArray(values) ? values : ((query as { values?: unknown[] } | undefined)?.values ?? [])
        const empty = () => Promise.resolve({ command: '', rowCount: 0, oid: 0, rows: [], fields: [] })
        return noted(sql, given, () => original.apply(this, parameters), empty)
      }
    })
  }
}

function noted(sql: string, parameters: readonly unknown[], write: () => unknown, nothing: () => unknown): unknown {
  const here = currentHandling()
  if (!here || !isWriting(sql)) return write()
  const output = { ...sqlOutput(sql, parameters), isInTransaction: false }
  return noteOutput(output, here.kind === 'recorded' ? nothing : write, rowsOf)
}

function once(prototype: object): boolean {
  if (watched.has(prototype)) return false
  watched.add(prototype)
  return true
}

function replace(methods: Methods, name: string, make: (original: Method) => Method): void {
  const original = methods[name]
  if (original) methods[name] = make(original)
}
