import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const repositoryRoot = join(import.meta.dirname, '..', '..')

/** Every file of the project: known to git or new, ignored ones left out; works in a tarball without git too. */
export function trackedFiles(): readonly string[] {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  return list.split('\n').filter(path => path !== '' && existsSync(join(repositoryRoot, path)))
}

/** Our own TypeScript. Fixtures of rules are left out: they are wrong on purpose. */
export function sourceFiles(): readonly string[] {
  return trackedFiles()
    .filter(path => /\.(ts|mts)$/.test(path) && !path.endsWith('.d.ts'))
    .filter(path => !path.startsWith('test/rules/') || !path.includes('valid'))
    .filter(path => !path.includes('/fixtures/') && !path.includes('.fixed.'))
    .map(path => join(repositoryRoot, path))
}
