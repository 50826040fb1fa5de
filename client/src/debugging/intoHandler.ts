/** Steps to the first statement of the handler: a breakpoint of the JavaScript debugger there, for one stop. */
import type { HandlerPlace } from '@tidemark/runtime/protocol'
import * as vscode from 'vscode'
import { ClientError } from '../failures.ts'
import type { DebugRun } from './debugRun.ts'
import { runWords } from './runWords.ts'
import { when } from './waiting.ts'

/** How long the debugger may take to accept a breakpoint; it is stepped on then, for it may be accepted all the same. */
const breakpointDeadlineMs = 3_000
/** How long a batch may take to come once the pipeline is let go; a topic may be empty. */
const handlerDeadlineMs = 600_000

/**
 * Where it stands decides how far it has to go:
 *   1. before the batch, or before its handler: one or two phases
 *   2. behind the handler: through the rest of this batch, and into the handler of the next
 * So it steps phase by phase until the debugger holds the process. After that the pipeline stands at the next phase.
 *
 * @throws {ClientError} the handler's place is not known.
 */
export async function stepIntoHandler(run: DebugRun): Promise<void> {
  const offer = run.state.hello?.capabilities.stepIntoHandler
  const place = offer?.isOffered === false ? null : await run.ask.handler()
  if (!place)
    throw new ClientError(
      runWords.reason('handlerUnknown'),
      vscode.l10n.t('Set a breakpoint in it instead: the panel says when it is reached.'),
    )
  const breakpoint = await placed(run, place)
  try {
    await stepUntilFrozen(run)
  } finally {
    if (breakpoint) vscode.debug.removeBreakpoints([breakpoint])
  }
}

/** `undefined`: one of the person's own stands there already, and stays. */
async function placed(run: DebugRun, { path, line, column }: HandlerPlace): Promise<vscode.Breakpoint | undefined> {
  const uri = vscode.Uri.file(path)
  const isThere = vscode.debug.breakpoints.some(
    known =>
      known instanceof vscode.SourceBreakpoint &&
      known.enabled &&
      known.location.uri.toString() === uri.toString() &&
      known.location.range.start.line === line - 1,
  )
  if (isThere) return undefined
  const at = new vscode.Position(line - 1, Math.max(0, column - 1))
  const breakpoint = new vscode.SourceBreakpoint(new vscode.Location(uri, at))
  const accepted = when(run.onDidSetBreakpoints, told => (told === uri.fsPath ? true : undefined), breakpointDeadlineMs)
  vscode.debug.addBreakpoints([breakpoint])
  await accepted
  return breakpoint
}

async function stepUntilFrozen(run: DebugRun): Promise<void> {
  let stepped: unknown
  await when(
    run.onDidChange,
    () => {
      const { frozenAt, batch } = run.state
      if (frozenAt !== undefined || run.isOver) return true
      // Each stop is left once: its state may be told again before the pipeline has heard the command.
      if (batch?.isStopped && batch !== stepped) {
        stepped = batch
        run.send({ kind: 'stepPhase' })
      }
      return undefined
    },
    handlerDeadlineMs,
  )
}
