/** A team's own outputs, from its settings into the table of outputs. */
import type { OutputRow } from '../../facts/libraries/outputs.ts'
import { OutputTable } from '../../facts/libraries/outputTable.ts'
import { outputKinds } from '../settings/settings.ts'
import type { EngineSettings } from './contract.ts'

export function tableOf({ outputs = [] }: EngineSettings): OutputTable {
  return new OutputTable(
    outputs.map(
      ({ call, kind, idempotent }): OutputRow => ({
        call: call.endsWith(')') ? call : `${call}()`,
        kind: outputKinds.find(known => known === kind) ?? 'custom',
        judge: idempotent ? 'repeatable' : { once: 'said so by the setting `outputs`' },
      }),
    ),
  )
}
