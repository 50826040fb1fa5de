/** The overview's sentences, in the reader's language. */
import * as vscode from 'vscode'
import { stateText } from '../cluster/groupStates.ts'
import { topicShape } from '../cluster/topicShape.ts'
import { told } from '../told.ts'
import type { OverviewSentences } from './overviewSentences.ts'

export const overviewWords: OverviewSentences = {
  connected: () => vscode.l10n.t('connected'),
  told,
  groupState: stateText,
  coordinatorSilent: nodeId => vscode.l10n.t('its coordinator, broker {0}, does not answer', nodeId),
  offsetsIn: store => vscode.l10n.t('offsets in {0}', store),
  age: seconds => vscode.l10n.t('oldest unread record {0} old', duration(seconds)),
  internal: () => vscode.l10n.t('internal'),
  topicShape: ({ partitionCount, replicationFactor }) => topicShape(partitionCount, replicationFactor),
  troubled: count =>
    count === 1 ? vscode.l10n.t('1 partition needs attention') : vscode.l10n.t('{0} partitions need attention', count),
  event: ({ kind, names, count }) => {
    const who =
      count > names.length
        ? vscode.l10n.t('{0} and {1} more', names.join(', '), count - names.length)
        : names.join(', ')
    if (kind === 'joined') return vscode.l10n.t('{0} joined', who)
    return kind === 'left' ? vscode.l10n.t('{0} left', who) : vscode.l10n.t('{0} went back', who)
  },
  type: type => {
    switch (type) {
      case 'classic':
        return vscode.l10n.t('classic protocol')
      case 'consumer':
        return vscode.l10n.t('consumer protocol')
      case 'share':
        return vscode.l10n.t('share group')
      case 'streams':
        return vscode.l10n.t('streams group')
      case 'simple':
        return vscode.l10n.t('offsets only')
      case 'stored':
        return vscode.l10n.t('offsets elsewhere')
      case 'unknown':
        return vscode.l10n.t('unknown protocol')
    }
  },
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

/** `12 s`, `4 min`, `3 h`. */
function duration(seconds: number): string {
  if (seconds < 90) return vscode.l10n.t('{0} s', seconds < 10 ? seconds.toFixed(1) : Math.round(seconds))
  return seconds < 5_400
    ? vscode.l10n.t('{0} min', Math.round(seconds / 60))
    : vscode.l10n.t('{0} h', Math.round(seconds / 3_600))
}
