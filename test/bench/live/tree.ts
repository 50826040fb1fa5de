/** The tree in a real VS Code: from the click on a cluster until its topics stand there. */
import { join } from 'node:path'
import { runExtensionSession } from '../../harness/vscodeSession.ts'
import { report } from './report.ts'

export const treeBrokersVariable = 'TIDEMARK_BENCH_BROKERS'
export const treePrefix = 'tree painted in '

export async function measureTree(brokers: readonly string[]): Promise<void> {
  const painted: number[] = []
  const { failures } = await runExtensionSession({
    testsPath: join(import.meta.dirname, 'treeInVscode.ts'),
    env: { [treeBrokersVariable]: brokers.slice(0, 3).join(',') },
    onLog: line => {
      const ms = line.split(treePrefix)[1]
      if (ms !== undefined) painted.push(Number.parseFloat(ms))
    },
  })
  if (failures[0]) throw new Error(failures[0].message)
  const [first = Number.NaN, ...later] = painted
  report(
    'tree: click to topics in sight',
    0,
    first,
    `in VS Code, cold; again ${later.map(ms => Math.round(ms)).join(', ')} ms`,
  )
}
