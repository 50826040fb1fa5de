/** Commands that act on the newest debug run: the batch panel's buttons, for the keyboard and the palette. */
import * as vscode from 'vscode'
import type { CommandHandler } from '../commands.ts'
import type { Debugging } from './debugging.ts'
import type { PanelRequest } from './debugRun.ts'

export function debugCommands(debugging: Debugging) {
  const ask = (request: PanelRequest) => (): void => {
    const run = debugging.current()
    if (!run) return void vscode.window.showInformationMessage(vscode.l10n.t('No pipeline is being debugged.'))
    run.show()
    run.request(request)
  }
  return {
    debugPipeline: (uri, range) => debugging.debugPipeline(uri, range),
    stepBatch: ask({ type: 'control', command: 'stepBatch' }),
    stepPhase: ask({ type: 'control', command: 'stepPhase' }),
    stepPartition: ask({ type: 'control', command: 'stepPartition' }),
    stepIntoHandler: ask({ type: 'control', command: 'intoHandler' }),
    continueBatches: ask({ type: 'control', command: 'continue' }),
    pauseBatches: ask({ type: 'control', command: 'pause' }),
    runToOffset: ask({ type: 'runTo', kind: 'offset' }),
    runToTime: ask({ type: 'runTo', kind: 'time' }),
    runToMatch: ask({ type: 'runTo', kind: 'match' }),
    runToThrow: ask({ type: 'runTo', kind: 'throw' }),
    stopPipeline: ask({ type: 'control', command: 'stop' }),
  } satisfies Record<string, CommandHandler>
}
