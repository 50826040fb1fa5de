/** The simulated cluster in a process of its own. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ClusterSize } from '../../sim/model.ts'

export async function startCluster(size: ClusterSize): Promise<{ readonly brokers: readonly string[]; stop(): void }> {
  const flags = Object.entries(size).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = fork(join(import.meta.dirname, '../../sim/main.ts'), flags, {
    execArgv: ['--conditions=source'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [brokers] = (await once(child, 'message')) as [string[]]
  return { brokers, stop: () => child.disconnect() }
}
