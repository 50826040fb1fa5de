/** The sentences of the connection form, in the reader's language. */
import type { ConnectionReport } from '@tidemark/runtime/monitor'
import * as vscode from 'vscode'
import type { FormWords } from '../cluster/clusterForm.ts'
import { told } from '../told.ts'

export function formWords(): FormWords {
  return {
    nameMissing: vscode.l10n.t('A name is needed'),
    nameTaken: vscode.l10n.t('That name is taken'),
    brokersMissing: vscode.l10n.t('Write host:port, for example broker-1:9092, broker-2:9092'),
    notAnAddress: text => vscode.l10n.t('"{0}" is not host:port, for example broker-1:9092', text),
    userMissing: vscode.l10n.t('A user name is needed'),
    notAnEndpoint: vscode.l10n.t('An address is needed that begins with https:// or http://'),
    clientMissing: vscode.l10n.t('The token endpoint needs it'),
    secretMissing: vscode.l10n.t('This mechanism needs it'),
    keyMissing: vscode.l10n.t('A certificate needs its key'),
    certMissing: vscode.l10n.t('A key needs its certificate'),
  }
}

/** One sentence: what there is, or the first thing that is wrong. */
export function reportSummary({ isUsable, kafkaVersion, steps }: ConnectionReport): string {
  const failed = steps.find(({ isFine }) => !isFine)
  if (isUsable && !failed) return vscode.l10n.t('Kafka {0}', release(kafkaVersion))
  if (isUsable) return vscode.l10n.t('Kafka {0}; not every broker answers.', release(kafkaVersion))
  return failed ? `${failed.place}: ${told(failed.detail)}` : ''
}

/** The monitor says `4.1 or newer`, since a broker does not tell its release. */
function release(version = '?'): string {
  const [, least] = /^(\S+) or newer$/.exec(version) ?? []
  return least === undefined ? version : vscode.l10n.t('{0} or newer', least)
}
