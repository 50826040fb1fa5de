/** The only door to the debugger's code: nothing behind it is loaded without an editor that has started this process. */
import type { Attachment, AttachOptions } from '../control/attach.ts'
import { controlSocketVariable } from '../protocol.ts'
import type { RunHandler } from './handler.ts'
import type { ProcessorOptions } from './options.ts'

type FromRun = Pick<AttachOptions, 'connection' | 'groupId' | 'clock' | 'trace' | 'membership' | 'stop'>

export async function attachEditor<V, Extra extends object>(
  { client, guarantee, isolation, groupInstanceId }: ProcessorOptions<V, Extra>,
  { call, isPerPartition }: RunHandler<V, Extra>,
  run: FromRun,
): Promise<Attachment | undefined> {
  if (!process.env[controlSocketVariable]) return undefined
  const { attach } = await import('../control/attach.ts')
  return attach({
    ...run,
    environment: process.env,
    guarantee: guarantee.name,
    store: guarantee.storeName,
    client: client.name,
    handler: call,
    isPerPartition,
    groupInstanceId,
    forgetGroups: guarantee.forgetGroups,
    isolation: isolation ?? 'read_committed',
  })
}
