/**
 * The contestants as their users would run them: compiled. Node's own stripping of types costs a process that loads a hundred sources
 * half a second and 40 MB, which would be measured as the runtime's.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { bundlePrograms } from '../../harness/programs.ts'
import { repositoryRoot } from '../../harness/run/suites.ts'

/** Compiles the runtime as it is published, and puts each of these programs into one file beside it; they are removed with this process. */
export async function compiledContestants(names: readonly string[]): Promise<string> {
  execFileSync(process.execPath, [join(repositoryRoot, 'node_modules/typescript/bin/tsc'), '-b', 'runtime'], {
    cwd: repositoryRoot,
    stdio: 'inherit',
  })
  // Libraries are loaded as packages, the runtime among them.
  return bundlePrograms(
    names.map(name => join(import.meta.dirname, `${name}.ts`)),
    { packages: 'external' },
  )
}
