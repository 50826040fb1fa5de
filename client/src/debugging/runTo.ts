/** Asks what is run to, and lets the pipeline go until there. */
import { matchCharactersMax, type RunToTarget } from '@tidemark/runtime/protocol'
import type { RunToKind } from '@tidemark/webview/protocol'
import * as vscode from 'vscode'
import { askTimestampMs } from '../askTime.ts'
import type { DebugRun } from './debugRun.ts'

/** Asked of the pipeline while a person types: not at every key. */
const checkDelayMs = 150

/** Nothing happens when the person closes the question. */
export async function runTo(run: DebugRun, kind: RunToKind): Promise<void> {
  const target = await ask[kind](run)
  if (target) run.send({ kind: 'runTo', target })
}

const ask: Readonly<Record<RunToKind, (run: DebugRun) => Promise<RunToTarget | undefined>>> = {
  offset: askOffset,
  time: askTime,
  match: askMatch,
  throw: () => Promise.resolve({ kind: 'throw' }),
}

async function askOffset(run: DebugRun): Promise<RunToTarget | undefined> {
  const ranges = run.state.batch?.ranges ?? []
  const [first] = ranges
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Run to an offset'),
    prompt: vscode.l10n.t('Topic, partition and offset: the pipeline stops before the first record at or past it.'),
    value: first ? `${first.topic}/${first.partition} @ ${first.untilOffset}` : '',
    ...(first ? { valueSelection: selectionOfOffset(first.topic, first.partition, first.untilOffset) } : {}),
    validateInput: typed => (placeIn(typed) ? undefined : vscode.l10n.t('As in {0}.', 'orders/0 @ 18250')),
  })
  const place = text === undefined ? undefined : placeIn(text)
  return place && { kind: 'offset', ...place }
}

function selectionOfOffset(topic: string, partition: number, offset: string): [number, number] {
  const start = `${topic}/${partition} @ `.length
  return [start, start + offset.length]
}

/** @returns what `orders/0 @ 18,250` names */
export function placeIn(text: string): { topic: string; partition: number; offset: string } | undefined {
  const found = /^\s*([^\s/]+)\/(\d{1,9})\s*@\s*([\d,_' ]{1,30})\s*$/.exec(text)
  const offset = found?.[3]?.replaceAll(/\D/g, '').replace(/^0+(?=\d)/, '')
  return found?.[1] && offset ? { topic: found[1], partition: Number(found[2]), offset } : undefined
}

async function askTime(): Promise<RunToTarget | undefined> {
  const timestampMs = await askTimestampMs({
    title: vscode.l10n.t('Run to a time'),
    prompt: vscode.l10n.t(
      'The pipeline stops before the first record whose time is at or after it. Local time without a zone.',
    ),
    placeHolder: '2026-11-20T12:01:04.120',
  })
  return timestampMs === undefined ? undefined : { kind: 'time', timestampMs }
}

/** The pipeline checks the expression as it is typed, without running it: it runs there, with the rights of the pipeline. */
async function askMatch(run: DebugRun): Promise<RunToTarget | undefined> {
  let asked = 0
  const expression = await vscode.window.showInputBox({
    title: vscode.l10n.t('Run to a record that matches'),
    prompt: vscode.l10n.t(
      'A JavaScript expression over topic, partition, offset, timestampMs, key, value and headers; value is parsed where it is JSON.',
    ),
    placeHolder: "key === 'c-17' && value.amount > 100",
    validateInput: async typed => {
      if (typed.trim() === '') return vscode.l10n.t('Nothing to match yet.')
      if (typed.length > matchCharactersMax) return vscode.l10n.t('At most {0} characters.', matchCharactersMax)
      const mine = ++asked
      await new Promise(done => setTimeout(done, checkDelayMs))
      if (mine !== asked) return undefined
      return (await run.ask.checkMatch(typed)).error ?? undefined
    },
  })
  return expression === undefined ? undefined : { kind: 'match', expression }
}
