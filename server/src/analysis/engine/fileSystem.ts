/** What the engine asks of a disk. Nothing throws: what cannot be read is `undefined` or empty. */
export interface FileSystem {
  readFile(path: string): string | undefined
  stat(path: string): FileStat | undefined
  /** Names in a folder; symbolic links are told apart so that loops can be left out. */
  readDirectory(path: string): readonly DirectoryEntry[]
}

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'other'
  readonly sizeBytes: number
  readonly modifiedMs: number
}

export interface DirectoryEntry {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'link' | 'other'
}
