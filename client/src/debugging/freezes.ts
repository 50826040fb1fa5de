/** Tells a run where the JavaScript debugger holds its process: while it does, the pipeline cannot answer the panel. */
import { basename } from 'node:path'
import * as vscode from 'vscode'
import type { DebugRun } from './debugRun.ts'

/** The parts of the debug adapter protocol that are looked at. */
interface AdapterMessage {
  readonly seq?: number
  readonly request_seq?: number
  readonly type?: string
  readonly event?: string
  readonly command?: string
  readonly arguments?: { readonly source?: { readonly path?: string } }
  readonly body?: {
    readonly category?: string
    readonly output?: string
    readonly stackFrames?: readonly { readonly line: number; readonly source?: { readonly path?: string } }[]
  }
}

export function trackFreezes(runOf: (session: vscode.DebugSession) => DebugRun | undefined): vscode.Disposable {
  return vscode.debug.registerDebugAdapterTrackerFactory('pwa-node', {
    createDebugAdapterTracker(session) {
      const run = runOf(session)
      if (!run) return undefined
      const breakpointsOf = new Map<number, string>()
      return {
        onDidSendMessage: (message: AdapterMessage) => {
          if (message.event === 'output' && message.body?.category === 'stderr') run.hear(message.body.output ?? '')
          else if (message.event === 'stopped') run.setFrozen(somewhere())
          else if (message.event === 'continued') run.setFrozen(undefined)
          else if (message.command === 'stackTrace' && run.state.frozenAt === somewhere()) namePlace(run, message)
          else if (message.type === 'response' && message.command === 'setBreakpoints') {
            const path = breakpointsOf.get(message.request_seq ?? -1)
            breakpointsOf.delete(message.request_seq ?? -1)
            if (path !== undefined) run.heardBreakpoints(path)
          }
        },
        onWillReceiveMessage: (message: AdapterMessage) => {
          if (message.command === 'continue') run.setFrozen(undefined)
          const path = message.arguments?.source?.path
          // The session that has a parent is the process itself; the other one only starts it.
          if (message.command === 'setBreakpoints' && path !== undefined && session.parentSession)
            breakpointsOf.set(message.seq ?? -1, path)
        },
      }
    },
  })
}

/** Until the first stack trace tells the line. Later ones fetch deeper frames. */
function somewhere(): string {
  return vscode.l10n.t('a breakpoint')
}

/** VS Code asks for the stack right after a stop; its answer names the line, so nothing more has to be asked. */
function namePlace(run: DebugRun, message: AdapterMessage): void {
  const frame = message.body?.stackFrames?.[0]
  if (frame?.source?.path) run.setFrozen(`${basename(frame.source.path)}:${frame.line}`)
}
