/** What the batch panel says of a run, in the reader's language. */
import { type AccountRule, accountRules } from '@tidemark/runtime/account'
import {
  type BatchState,
  type CapabilityReason,
  capabilityReasons,
  tellIfItDied,
  type WirePlace,
} from '@tidemark/runtime/protocol'
import * as vscode from 'vscode'
import { translate } from '../told.ts'
import type { RunWords } from './batchRun.ts'

export const runWords: RunWords = {
  waiting: () => vscode.l10n.t('waiting for the pipeline to start'),
  restarting: () => vscode.l10n.t('starting the pipeline again'),
  running: () => vscode.l10n.t('running'),
  frozen: place => vscode.l10n.t('paused by the debugger at {0}', place),
  stopped,
  ended: () => vscode.l10n.t('ended'),
  lost: reason =>
    reason === ''
      ? vscode.l10n.t('the process ended without saying goodbye')
      : vscode.l10n.t('the process ended without saying goodbye: {0}', reason),
  readOnly: cluster =>
    vscode.l10n.t(
      'The cluster {0} is read-only, so no pipeline is debugged on it: a run joins a group and commits, and its handler writes. Nothing was read, joined or written. Use another cluster, or set "readOnly" of this one to false if you mean it.',
      cluster,
    ),
  // Their English stands in the runtime, which speaks it in terminals; translations lie beside all others.
  reason: (id: CapabilityReason) => translate(capabilityReasons[id]),
  rule: (id: AccountRule) => translate(accountRules[id]),
  ifItDied: told => tellIfItDied(told, translate, records => records.toLocaleString(vscode.env.language)),
}

function stopped({ stopCause, phase }: BatchState): string {
  const record = stopCause?.record && placeName(stopCause.record)
  if (stopCause?.kind === 'threw')
    return record === undefined
      ? vscode.l10n.t('stopped: the handler threw')
      : vscode.l10n.t('stopped: the handler threw at {0}', record)
  if (stopCause?.kind === 'runTo' && record !== undefined) return vscode.l10n.t('stopped before {0}', record)
  switch (phase) {
    case 'fetched':
      return vscode.l10n.t('stopped before the batch runs')
    case 'processing':
      return vscode.l10n.t('stopped while the batch is processed')
    case 'saved':
      return vscode.l10n.t('stopped after the results were saved')
    case 'committed':
      return vscode.l10n.t('stopped after the commit')
  }
}

export function placeName({ topic, partition, offset }: WirePlace): string {
  return `${topic}/${partition} @ ${BigInt(offset).toLocaleString(vscode.env.language)}`
}
