/** The engine's file system on the real disk. What cannot be read is remembered with its reason, for the report. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import type { Note } from '../report/report.ts'
import type { DirectoryEntry, FileStat, FileSystem } from './fileSystem.ts'

export interface Disk extends FileSystem {
  /** Why these files were not read, or not read well. */
  notes(): readonly Note[]
  /** Its bytes are not the UTF-8 of the text that was analysed: writing it back would change more than a fix means to. */
  isLossy(path: string): boolean
}

const notesMax = 10_000

export function createDisk(): Disk {
  const notes = new Map<string, Note>()
  const lossy = new Set<string>()
  return {
    readFile(path) {
      try {
        const { text, note } = decode(path, readFileSync(path))
        if (note) {
          notes.set(path, note)
          lossy.add(path)
        } else notes.delete(path)
        return text
      } catch (error) {
        // Most of what is not there was only looked for, as a package.json in every folder.
        if (notes.size < notesMax) notes.set(path, unreadable(path, error as NodeJS.ErrnoException))
        return undefined
      }
    },
    stat(path) {
      try {
        return fileStat(path)
      } catch {
        return undefined
      }
    },
    readDirectory(path) {
      try {
        return readdirSync(path, { withFileTypes: true }).map(entryOf)
      } catch {
        return []
      }
    },
    notes: () => [...notes.values()],
    isLossy: path => lossy.has(path),
  }
}

interface Decoded {
  readonly text: string | undefined
  readonly note?: Note
}

/** UTF-8 with or without its mark, UTF-16 with it; anything else is read as far as it goes, and said. */
function decode(path: string, bytes: Buffer): Decoded {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined
  if (encoding) {
    const message = `It is ${encoding.toUpperCase()}: analysed, but never fixed. Save it as UTF-8.`
    return { text: new TextDecoder(encoding).decode(bytes), note: { code: 'FILE_NOT_UTF8', path, message } }
  }
  if (bytes.subarray(0, 8192).includes(0)) {
    const message = 'It is binary, so it was not analysed. Name source files only, or add it to .tidemarkignore.'
    return { text: undefined, note: { code: 'FILE_NOT_TEXT', path, message } }
  }
  const text = bytes.toString('utf8')
  if (!text.includes('\uFFFD') || Buffer.from(text, 'utf8').equals(bytes)) return { text }
  const message =
    'It is not valid UTF-8: analysed with the wrong characters replaced, but never fixed. Save it as UTF-8.'
  return { text, note: { code: 'FILE_NOT_UTF8', path, message } }
}

function unreadable(path: string, error: NodeJS.ErrnoException): Note {
  if (error.code === 'ENOENT')
    return { code: 'FILE_VANISHED', path, message: 'It vanished before it was read; nothing was analysed.' }
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'the permission to read it is missing. Grant it, or add the file to .tidemarkignore',
    EPERM: 'the system refuses it. Grant the right, or add the file to .tidemarkignore',
    EISDIR: 'it is a folder',
    ELOOP: 'its symbolic links lead in a circle. Remove the link',
    EMFILE: 'too many files are open. Raise the limit (ulimit -n)',
  }
  const reason = reasons[error.code ?? ''] ?? error.message
  return { code: 'FILE_UNREADABLE', path, message: `It could not be read: ${reason}.` }
}

function fileStat(path: string): FileStat {
  const stats = statSync(path)
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other'
  return { kind, sizeBytes: stats.size, modifiedMs: stats.mtimeMs }
}

function entryOf(entry: {
  name: string
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}): DirectoryEntry {
  const kind = entry.isSymbolicLink() ? 'link' : entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other'
  return { name: entry.name, kind }
}
