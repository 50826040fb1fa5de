/** What a person asks of a run, in the panel, by the keyboard or from the palette, and who does it. */
import * as vscode from 'vscode'
import type { LocalKafka } from '../cluster/localKafka.ts'
import { showFailure } from '../failures.ts'
import type { DebugRun, PanelRequest } from './debugRun.ts'
import { faultHere } from './faults.ts'
import { stepIntoHandler } from './intoHandler.ts'
import { Replays } from './replays.ts'
import { runTo } from './runTo.ts'

/** Listens to the run until disposed. */
export function controlRun(run: DebugRun, local: LocalKafka): vscode.Disposable {
  const replays = new Replays(run)
  let knownLife = 0
  return vscode.Disposable.from(
    replays,
    run.onDidRequest(request => {
      perform(run, local, replays, request).catch(showFailure)
    }),
    run.onDidChange(({ hello, life }) => {
      if (!hello || life === knownLife) return
      knownLife = life
      void local.cluster().then(
        cluster => run.change(state => ({ ...state, localBrokers: cluster?.brokers ?? [] })),
        () => undefined,
      )
    }),
  )
}

async function perform(run: DebugRun, local: LocalKafka, replays: Replays, request: PanelRequest): Promise<void> {
  switch (request.type) {
    case 'control':
      if (request.command === 'stop') return run.stop()
      if (request.command === 'intoHandler') return stepIntoHandler(run)
      return run.send({ kind: request.command })
    case 'runTo':
      return runTo(run, request.kind)
    case 'fault':
      return faultHere(run, local, request.fault)
    case 'replay':
      return replays.replay(request.key, request.mode)
    case 'dismiss':
      return run.change(state => ({ ...state, [request.what]: undefined }))
  }
}
