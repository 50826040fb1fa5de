/**
 * A script that is loaded together with what V8 compiled of it at an earlier start.
 *
 * Node's own compile cache keeps what is compiled by the time a file is loaded. V8 compiles a function when it is first
 * called, so that the first diagnostics of every start would wait for many of them: a quarter of their time. This cache
 * is written later, when everything has run.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'

export interface CompiledScript {
  /** Whether it was compiled at an earlier start. */
  readonly isKept: boolean
  /** Runs it as a CommonJS module. @returns what it exports */
  run(): unknown
  /** Writes down what is compiled by now, where an earlier start has not done so. */
  keep(): void
}

/**
 * @param name - of the script, relative to the module that it stands for
 * @param moduleUrl - that module's `import.meta.url`, which the script gets as its own
 * @param cachePath - `undefined`: nothing is read or kept
 */
export function loadCompiled(name: string, moduleUrl: string, cachePath: string | undefined): CompiledScript {
  const path = fileURLToPath(new URL(name, moduleUrl))
  const source = readFileSync(path)
  const sourceSum = crc32(source)
  const cachedData = cachePath === undefined ? undefined : readKept(cachePath, sourceSum)
  const script = new Script(`(function (${moduleNames.join(', ')}) {${source}\n})`, {
    filename: path,
    ...(cachedData && { cachedData }),
  })
  const isKept = cachedData !== undefined && script.cachedDataRejected === false
  let isWritten = isKept
  return {
    isKept,
    run() {
      const module = { exports: {} }
      script.runInThisContext()(module, module.exports, createRequire(path), path, dirname(path), moduleUrl)
      return module.exports
    },
    keep() {
      if (cachePath === undefined || isWritten) return
      isWritten = true
      write(cachePath, sourceSum, script.createCachedData())
    },
  }
}

/** What a CommonJS module is given, and an address for `import.meta.url`. */
const moduleNames = ['module', 'exports', 'require', '__filename', '__dirname', 'moduleUrl'] as const

/** The source's checksum, and that of what follows. V8 itself only compares its version, its flags and the source's length. */
const headerBytes = 8

function readKept(path: string, sourceSum: number): Buffer | undefined {
  try {
    const bytes = readFileSync(path)
    const data = bytes.subarray(headerBytes)
    const isWhole = bytes.readUInt32LE(0) === sourceSum && bytes.readUInt32LE(4) === crc32(data)
    return isWhole ? data : undefined
  } catch {
    // Not there yet, or cut off within the header.
    return undefined
  }
}

function write(path: string, sourceSum: number, data: Buffer): void {
  const header = Buffer.alloc(headerBytes)
  header.writeUInt32LE(sourceSum, 0)
  header.writeUInt32LE(crc32(data), 4)
  try {
    // Whole or not at all: another server may be starting.
    const unfinished = `${path}.${process.pid}`
    writeFileSync(unfinished, Buffer.concat([header, data]), { mode: 0o600 })
    renameSync(unfinished, path)
  } catch {
    // A disk that is full or not ours to write: the next start compiles again.
  }
}
