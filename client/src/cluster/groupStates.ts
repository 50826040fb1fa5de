/** The states that Kafka knows a group in, for people: in their language, with Kafka's own word where it says it otherwise. */
import * as vscode from 'vscode'

export function stateText(state: string): string {
  switch (state) {
    case 'Stable':
      return vscode.l10n.t('stable')
    case 'Empty':
      return vscode.l10n.t('empty')
    case 'Dead':
      return vscode.l10n.t('dead')
    case 'PreparingRebalance':
      return vscode.l10n.t('members join (PreparingRebalance)')
    case 'CompletingRebalance':
      return vscode.l10n.t('partitions are dealt out (CompletingRebalance)')
    case 'Assigning':
      return vscode.l10n.t('partitions are dealt out (Assigning)')
    case 'Reconciling':
      return vscode.l10n.t('partitions change hands (Reconciling)')
    case 'NotReady':
      return vscode.l10n.t('topics are missing (NotReady)')
    default:
      return state
  }
}
