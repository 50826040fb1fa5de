/** The overview's sentences, in the reader's language. */
import * as vscode from 'vscode'
import type { OverviewWords } from './overviewSnapshot.ts'

export const overviewWords: OverviewWords = {
  connected: () => vscode.l10n.t('connected'),
  problem: (place, message) => vscode.l10n.t('{0} did not answer: {1}', place, message),
  claims: guarantee => vscode.l10n.t('claims {0}', guarantee),
  inferred: guarantee => vscode.l10n.t('inferred {0}', guarantee),
  members: count => (count === 1 ? vscode.l10n.t('1 member') : vscode.l10n.t('{0} members', count)),
  status: status => {
    switch (status) {
      case 'ok':
        return vscode.l10n.t('keeping up')
      case 'catchingUp':
        return vscode.l10n.t('catching up')
      case 'fallingBehind':
        return vscode.l10n.t('falling behind')
      case 'stalled':
        return vscode.l10n.t('stalled')
      case 'stopped':
        return vscode.l10n.t('stopped')
      case 'rewound':
        return vscode.l10n.t('rewound')
      case 'positionLost':
        return vscode.l10n.t('position lost')
      case 'neverCommitted':
        return vscode.l10n.t('never committed')
      case 'unknown':
        return ''
    }
  },
}
