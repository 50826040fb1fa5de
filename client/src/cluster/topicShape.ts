/** How a topic is laid out, in words. */
import * as vscode from 'vscode'

/** `3 partitions · 2 replicas each` */
export function topicShape(partitions: number, replicas: number): string {
  const each = replicas === 1 ? vscode.l10n.t('1 replica each') : vscode.l10n.t('{0} replicas each', replicas)
  return `${partitionsText(partitions)} · ${each}`
}

export function partitionsText(partitions: number): string {
  return partitions === 1 ? vscode.l10n.t('1 partition') : vscode.l10n.t('{0} partitions', partitions)
}
