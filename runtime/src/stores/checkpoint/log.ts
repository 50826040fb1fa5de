/** The log file: read and repaired once, then only appended to, and now and then replaced by a shorter one. */
import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CommitUnknownError, reasonOf, TidemarkError } from '../../errors.ts'
import { fileFailure, isNoRoom } from './failure.ts'
import { encodeLine, type Scan, scanLines } from './lines.ts'

export interface LogOptions {
  /** `checkpoint ./offsets` in messages. */
  readonly name: string
  readonly folder: string
  readonly fsync: boolean
}

export class LogFile {
  readonly #options: LogOptions
  readonly #path: string
  #file: FileHandle
  #bytes: number
  /** Set when the file may end in something half-written that could not be taken back. */
  #brokenBy: unknown

  /**
   * Opens the log and answers its records; a torn tail is cut off. A missing log is begun with `first`.
   * @throws TidemarkError STORE_CORRUPT
   */
  static async open(
    options: LogOptions,
    first: readonly unknown[],
  ): Promise<{ log: LogFile; records: readonly unknown[] }> {
    const path = pathOf(options)
    await rm(`${path}.next`, { force: true })
    const scan = await readLog(options).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    if (!scan) {
      const { file, bytes } = await writeWhole(options, path, first)
      return { log: new LogFile(options, path, file, bytes), records: first }
    }
    const file = await open(path, constants.O_RDWR)
    if (scan.kind === 'torn') {
      await file.truncate(scan.keepBytes)
      if (options.fsync) await file.sync()
    }
    return { log: new LogFile(options, path, file, scan.keepBytes), records: scan.records }
  }

  private constructor(options: LogOptions, path: string, file: FileHandle, bytes: number) {
    this.#options = options
    this.#path = path
    this.#file = file
    this.#bytes = bytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * Appends one record; on the disk when it resolves.
   * @throws TidemarkError STORE_FULL, STORE_FAILED nothing was written.
   * @throws CommitUnknownError the disk failed while it was told to keep it.
   */
  async append(record: unknown): Promise<void> {
    await this.#check()
    const line = encodeLine(record)
    try {
      await writeAll(this.#file, line, this.#bytes)
    } catch (error) {
      await this.#takeBack(error)
      throw fileFailure(error, this.#options.name)
    }
    try {
      if (this.#options.fsync) await this.#file.datasync()
    } catch (error) {
      // After a failed flush the kernel may have dropped the pages: neither this file's memory nor its disk can be believed.
      this.#brokenBy = error
      throw new CommitUnknownError(this.#options.name, reasonOf(error), { cause: error })
    }
    this.#bytes += line.length
  }

  /** Replaces the log by these records. A crash at any moment leaves the old or the new one whole. */
  async replace(records: Iterable<unknown>): Promise<void> {
    await this.#check()
    const { file, bytes } = await writeWhole(this.#options, this.#path, records).catch(async error => {
      // Renamed, but perhaps not for good: a power cut may bring the old log back, so neither of the two can be gone on with.
      if ((await this.#file.stat()).nlink === 0) this.#brokenBy = error
      throw error
    })
    await this.#file.close()
    this.#file = file
    this.#bytes = bytes
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  /** Cuts off what a failed write has left. What cannot be cut off now is a torn tail for the next open. */
  async #takeBack(cause: unknown): Promise<void> {
    try {
      await this.#file.truncate(this.#bytes)
    } catch {
      this.#brokenBy = cause
    }
  }

  async #check(): Promise<void> {
    const { name } = this.#options
    if (this.#brokenBy !== undefined) {
      const reason = `an earlier write failed (${reasonOf(this.#brokenBy)}); it is repaired when it is opened again`
      throw new TidemarkError('STORE_FAILED', { store: name, operation: 'write', reason }, { cause: this.#brokenBy })
    }
    // A deleted file can still be written, and nobody would ever read it again.
    const { nlink } = await this.#file.stat()
    if (nlink === 0)
      throw new TidemarkError('STORE_CORRUPT', { store: name, reason: `${this.#path} was deleted while it was in use` })
  }
}

/**
 * Reads a log without touching it.
 * @throws TidemarkError STORE_CORRUPT; ENOENT there is none.
 */
export async function readLog(
  log: Pick<LogOptions, 'name' | 'folder'>,
): Promise<Exclude<Scan, { readonly kind: 'damaged' }>> {
  const scan = scanLines(await readFile(pathOf(log)))
  if (scan.kind !== 'damaged') return scan
  const reason = `the record at byte ${scan.atByte} of ${pathOf(log)} does not match its checksum`
  throw new TidemarkError('STORE_CORRUPT', { store: log.name, reason })
}

function pathOf({ folder }: Pick<LogOptions, 'folder'>): string {
  return join(folder, 'log')
}

/** Writes beside the log, then renames over it. */
async function writeWhole(
  { folder, fsync, name }: LogOptions,
  path: string,
  records: Iterable<unknown>,
): Promise<{ file: FileHandle; bytes: number }> {
  const content = Buffer.concat(Array.from(records, encodeLine))
  const file = await open(`${path}.next`, 'w+')
  try {
    await writeAll(file, content, 0)
    if (fsync) await file.sync()
    await rename(`${path}.next`, path)
    if (fsync) await syncFolder(folder)
  } catch (error) {
    await file.close()
    await rm(`${path}.next`, { force: true })
    throw isNoRoom(error) ? fileFailure(error, name) : error
  }
  return { file, bytes: content.length }
}

/** A write may take only a part, for example when the disk fills up: then the rest fails, and says why. */
async function writeAll(file: FileHandle, content: Buffer, position: number): Promise<void> {
  for (let written = 0; written < content.length; ) {
    const { bytesWritten } = await file.write(content, written, content.length - written, position + written)
    written += bytesWritten
  }
}

/** A rename is on the disk when its folder is. Windows cannot open folders and needs no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
