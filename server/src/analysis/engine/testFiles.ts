/** Tests and their helpers, by their name or a folder of their package, as test runners find them. */
import { dirname, join } from 'node:path'

const named = /\.(?:test|spec|e2e|e2e-spec)\.[cm]?[jt]sx?$/
const foldered = /^(?:.*\/)?(?:tests?|__tests__|__mocks__|e2e|specs?)\//

/** @param exists - asked for manifests: what lies above the package (`~/test/shop/src`) says nothing */
export function isTestFile(path: string, exists: (path: string) => boolean): boolean {
  if (named.test(path)) return true
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const isTop = dirname(folder) === folder
    if (isTop || exists(join(folder, 'package.json'))) return !isTop && foldered.test(path.slice(folder.length + 1))
  }
}
