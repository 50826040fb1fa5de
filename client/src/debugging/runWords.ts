/** The status line of the batch panel, in the reader's language. */
import * as vscode from 'vscode'
import type { RunWords } from './batchRun.ts'

export const runWords: RunWords = {
  waiting: () => vscode.l10n.t('waiting for the pipeline to start'),
  running: () => vscode.l10n.t('running'),
  frozen: place => vscode.l10n.t('paused by the debugger at {0}', place),
  stopped: phase => {
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
  },
  ended: () => vscode.l10n.t('ended'),
  lost: reason =>
    reason === ''
      ? vscode.l10n.t('the process ended without saying goodbye')
      : vscode.l10n.t('the process ended without saying goodbye: {0}', reason),
}
