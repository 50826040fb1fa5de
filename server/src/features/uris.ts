/** Paths and addresses. An editor may write an address otherwise than we would (`c%3A`); its own spelling is kept. */
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export interface Uris {
  /** `undefined` for what is no file of ours: a side of a diff, a notebook cell. */
  pathOf(uri: string): string | undefined
  uriOf(path: string): string
}

const extensions: Readonly<Record<string, string>> = {
  typescript: '.ts',
  typescriptreact: '.tsx',
  javascript: '.js',
  javascriptreact: '.jsx',
}

export interface KnownUris extends Uris {
  /** A document was opened: from now on its path has the editor's spelling. */
  learn(uri: string, languageId: string): void
}

export function createUris(): KnownUris {
  const spelling = new Map<string, string>()
  const untitled = new Map<string, string>()
  const pathOf = (uri: string): string | undefined => {
    if (uri.startsWith('file:')) return filePath(uri)
    return untitled.get(uri)
  }
  return {
    pathOf,
    uriOf: path => spelling.get(path) ?? pathToFileURL(path).href,
    learn(uri, languageId) {
      if (uri.startsWith('untitled:')) {
        const name = uri.slice('untitled:'.length).replace(/[^\w.-]/g, '_')
        untitled.set(uri, join('/', 'untitled', `${name}${extensions[languageId] ?? ''}`))
      }
      const path = pathOf(uri)
      if (path !== undefined) spelling.set(path, uri)
    },
  }
}

function filePath(uri: string): string | undefined {
  try {
    return fileURLToPath(uri)
  } catch {
    // An address with a host, as file://server/share outside Windows.
    return undefined
  }
}
