/** The language server: the analyzer's door for editors. Transport by argument: `--stdio`, `--node-ipc`, `--socket=<port>`. */
import module from 'node:module'
import { join } from 'node:path'
import { loadCompiled } from './compiledScript.ts'

/** Set in the bundle: the file beside it that holds the server. */
declare const serverBeside: string | undefined

// Before anything is loaded that it could keep.
module.enableCompileCache()
if (typeof serverBeside === 'undefined') {
  const { start } = await import('./start.ts')
  start(keepModules)
} else {
  const script = loadCompiled(serverBeside, import.meta.url, cachePathOf(serverBeside))
  const { start } = script.run() as typeof import('./start.ts')
  start(found => {
    // By now everything has run once, if there was anything to run for.
    if (found.length > 0) script.keep()
    keepModules()
  })
}

/** When a folder was looked through. At the end it may be too late: an editor that closes kills its servers. */
function keepModules(): void {
  module.flushCompileCache?.()
}

/** In Node's own cache where we were given a folder for it. The one all programs share is no place to take code from. */
function cachePathOf(name: string): string | undefined {
  const folder = process.env.NODE_COMPILE_CACHE ? module.getCompileCacheDir?.() : undefined
  return folder && join(folder, `${name}.compiled`)
}
