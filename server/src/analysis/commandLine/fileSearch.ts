/** Which files a run looks at: paths, folders and globs, less what ignore files leave out. */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { globSync, isDynamicPattern } from 'tinyglobby'

/** Source that a frontend reads; declarations hold no code. */
export function isSource(path: string): boolean {
  return /\.(?:[cm]?[jt]s|[jt]sx)$/i.test(path) && !/\.d\.(?:[cm]?ts|[\w-]+\.ts)$/i.test(path)
}

export interface FilesOptions {
  readonly workingFolder: string
  /** Files, folders, globs. */
  readonly patterns: readonly string[]
  /** Lines of a .gitignore that count from a folder, as settings give them. */
  readonly ignored?: { readonly folder: string; readonly lines: readonly string[] } | undefined
  /** Look into what ignore files leave out too. */
  readonly seesIgnored?: boolean
  /** @defaultValue 200_000 files */
  readonly filesMax?: number
}

export interface FoundFiles {
  /** Absolute, sorted, each once. */
  readonly paths: readonly string[]
  /** Patterns that named nothing, with the reason. */
  readonly problems: readonly string[]
}

/**
 * Folders are walked without following symbolic links, so loops cannot catch us and no file is met twice. A file that is
 * named itself is taken although a .gitignore leaves it out, since someone asked for it; a .tidemarkignore and the settings
 * still hold, because commit hooks name every file.
 */
export function findFiles(options: FilesOptions): FoundFiles {
  const rules = options.seesIgnored ? undefined : new IgnoreRules(options.workingFolder, options.ignored)
  const found = new Set<string>()
  const problems: string[] = []
  const filesMax = options.filesMax ?? 200_000
  for (const pattern of options.patterns) {
    const path = resolve(options.workingFolder, pattern)
    const kind = kindOf(path)
    if (kind === 'file') {
      if (!rules?.isIgnored(path, ownIgnoreFiles) && isSource(path)) found.add(path)
    } else if (kind === 'directory') {
      for (const file of walk(path, rules)) if (found.add(file).size >= filesMax) break
    } else if (kind === 'missing' && isDynamicPattern(pattern)) {
      const matches = globbed(pattern, options.workingFolder)
      for (const match of matches) if (isSource(match) && !rules?.isIgnored(match)) found.add(match)
      if (matches.length === 0) problems.push(`'${pattern}' matches no file.`)
    } else problems.push(`'${pattern}' ${reasons[kind]}`)
  }
  if (found.size >= filesMax) problems.push(`There are more than ${filesMax} files. Name fewer folders at once.`)
  return { paths: [...found].sort(), problems }
}

/** The source files of a folder as an editor sees it. */
export interface Sources {
  /** Every one, found while the caller takes them. */
  all(): Iterable<string>
  has(path: string): boolean
}

/** What ignore files say is read once; a change of theirs asks for a new one. */
export function sourcesBelow(folder: string, ignored: FilesOptions['ignored']): Sources {
  const rules = new IgnoreRules(folder, ignored)
  const isSkipped = (path: string): boolean =>
    relative(folder, path)
      .split(sep)
      .some(part => skippedFolders.has(part))
  return {
    all: () => walk(folder, rules),
    has: path => isSource(path) && !isSkipped(path) && !rules.isIgnored(path),
  }
}

export function isIgnoreFile(path: string): boolean {
  return allIgnoreFiles.includes(basename(path))
}

const reasons = {
  missing: 'does not exist.',
  loop: 'is a symbolic link that leads in a circle.',
  denied: 'cannot be looked at: permission is missing.',
  other: 'is neither a file nor a folder.',
} as const

function kindOf(path: string): 'file' | 'directory' | keyof typeof reasons {
  try {
    const stats = statSync(path)
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other'
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ELOOP' ? 'loop' : code === 'EACCES' || code === 'EPERM' ? 'denied' : 'missing'
  }
}

function globbed(pattern: string, cwd: string): string[] {
  const options = { cwd, absolute: true, followSymbolicLinks: false, expandDirectories: false }
  return globSync(pattern.split(sep).join('/'), { ...options, ignore: ['**/node_modules/**', '**/.git/**'] })
}

const skippedFolders = new Set(['node_modules', '.git', '.hg', '.svn', '.yarn', '.pnpm-store'])

/** Depth first, folder by folder, as it is asked: a caller that pauses between two files blocks nobody. */
function* walk(folder: string, rules: IgnoreRules | undefined): Generator<string> {
  const pending = [folder]
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const entry of entriesOf(at)) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) {
        if (!skippedFolders.has(entry.name) && !rules?.isIgnored(`${path}${sep}`)) pending.push(path)
      } else if (entry.isFile() && isSource(path) && !rules?.isIgnored(path)) yield path
    }
  }
}

/** A folder that cannot be opened holds nothing for us; its files were not named, so nobody waits for them. */
function entriesOf(folder: string): ReturnType<typeof readdirNow> {
  try {
    return readdirNow(folder)
  } catch {
    return []
  }
}

function readdirNow(folder: string) {
  return readdirSync(folder, { withFileTypes: true })
}

const ownIgnoreFiles = ['.tidemarkignore']
const allIgnoreFiles = ['.gitignore', ...ownIgnoreFiles]

/** `.gitignore` and `.tidemarkignore` of every folder from the repository's root down, as git reads them: the nearest decides. */
class IgnoreRules {
  readonly #root: string
  readonly #settings: { readonly folder: string; readonly matcher: Ignore } | undefined
  readonly #byFile = new Map<string, Ignore | undefined>()

  constructor(workingFolder: string, settings: FilesOptions['ignored']) {
    this.#root = repositoryRoot(workingFolder)
    this.#settings = settings && { folder: settings.folder, matcher: ignore().add([...settings.lines]) }
  }

  /** @param path - absolute; a folder ends with a separator */
  isIgnored(path: string, fileNames: readonly string[] = allIgnoreFiles): boolean {
    if (this.#settings && matches(this.#settings.matcher, this.#settings.folder, path)?.ignored) return true
    // The nearest file that says something decides, so walk upwards and stop at the first word.
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      for (const name of fileNames) {
        const matcher = this.#matcher(join(folder, name))
        const verdict = matcher && matches(matcher, folder, path)
        if (verdict?.ignored) return true
        if (verdict?.unignored) return false
      }
      if (folder === this.#root || dirname(folder) === folder) return false
    }
  }

  #matcher(file: string): Ignore | undefined {
    if (!this.#byFile.has(file)) {
      let matcher: Ignore | undefined
      try {
        matcher = ignore().add(readFileSync(file, 'utf8'))
      } catch {
        // No such file, or one we may not read: it leaves nothing out.
      }
      this.#byFile.set(file, matcher)
    }
    return this.#byFile.get(file)
  }
}

function matches(matcher: Ignore, folder: string, path: string): ReturnType<Ignore['test']> | undefined {
  const inner = relative(folder, path).split(sep).join('/')
  if (inner === '' || inner.startsWith('..')) return undefined
  return matcher.test(path.endsWith(sep) ? `${inner}/` : inner)
}

/** The nearest folder upwards that git calls its own, else the working folder. */
function repositoryRoot(workingFolder: string): string {
  for (let at = workingFolder; ; at = dirname(at)) {
    if (kindOf(join(at, '.git')) !== 'missing') return at
    if (dirname(at) === at) return workingFolder
  }
}

/** The folder of the package that a file belongs to: what has to be known to judge a helper that is named alone. */
export function packageFolder(path: string): string {
  for (let at = dirname(path); ; at = dirname(at)) {
    if (kindOf(join(at, 'package.json')) === 'file') return at
    if (dirname(at) === at) return dirname(path)
  }
}

/** Two names of one file are one file. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
