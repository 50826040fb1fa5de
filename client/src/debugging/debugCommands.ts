/** Commands that act on the newest debug run: the batch panel's buttons, for the keyboard and the palette. */
import * as vscode from 'vscode'
import type { CommandHandler } from '../commands.ts'
import type { Debugging } from './debugging.ts'

export function debugCommands(debugging: Debugging) {
  const act = (kind: 'stepBatch' | 'stepPhase' | 'continue' | 'pause' | 'stop') => (): void => {
    const run = debugging.current()
    if (!run) return void vscode.window.showInformationMessage(vscode.l10n.t('No pipeline is being debugged.'))
    run.show()
    run.command(kind)
  }
  return {
    debugPipeline: (uri, range) => debugging.debugPipeline(uri, range),
    stepBatch: act('stepBatch'),
    stepPhase: act('stepPhase'),
    continueBatches: act('continue'),
    pauseBatches: act('pause'),
    stopPipeline: act('stop'),
  } satisfies Record<string, CommandHandler>
}
