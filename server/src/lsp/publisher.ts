/**
 * Pushes diagnostics and pipelines of the files whose findings may have changed.
 *
 * There is no debounce: an edit is published as soon as the messages that are already waiting have been read, so that
 * a burst of keystrokes costs one check and a single keystroke costs no delay. The edited file comes first; the others
 * follow one at a time, each giving way to newer messages.
 */
import type { Connection } from 'vscode-languageserver/node'
import type { Note } from '../analysis/report/report.ts'
import { diagnosticsOf, settingsDiagnostics } from '../features/diagnostics.ts'
import type { FeatureContext } from '../features/feature.ts'
import { type PipelinesParams, pipelinesMethod } from '../protocol.ts'

export interface Publisher {
  /** @param paths - most urgent first */
  refresh(paths: readonly string[]): void
  /** Takes away what was shown of these files. */
  clear(paths: readonly string[]): void
  stop(): void
}

export function createPublisher(connection: Connection, context: () => FeatureContext): Publisher {
  /** What the client shows now, by path: an equal message is not sent again. */
  const shown = new Map<string, { diagnostics: string; pipelines: string }>()
  const settingsShown = new Map<string, string>()
  const notesLogged = new Set<string>()
  let pending = new Set<string>()
  let turn: NodeJS.Immediate | undefined
  let isStopped = false

  /** Twice through the event loop: the connection reads one waiting message a turn, and each resets this. */
  const schedule = (): void => {
    if (turn) clearImmediate(turn)
    turn = setImmediate(() => {
      turn = setImmediate(publishNext)
    })
  }

  const publishNext = (): void => {
    turn = undefined
    const [path] = pending
    if (path === undefined || isStopped) return
    pending.delete(path)
    publish(path)
    publishSettings()
    if (pending.size > 0) turn = setImmediate(publishNext)
  }

  const publish = (path: string): void => {
    const { uris, workspace } = context()
    const uri = uris.uriOf(path)
    const diagnostics = diagnosticsOf(path, context())
    const { pipelines, notes } = workspace.check(path)
    for (const note of notes) log(note)
    const before = shown.get(path) ?? { diagnostics: '[]', pipelines: '[]' }
    const now = { diagnostics: JSON.stringify(diagnostics), pipelines: JSON.stringify(pipelines) }
    const version = workspace.versionOf(path)
    const isOpen = version !== null
    // An open document is told even when there is nothing: that is how a client knows it was looked at.
    if (isOpen || now.diagnostics !== before.diagnostics)
      void connection.sendDiagnostics({ uri, diagnostics, ...(isOpen ? { version } : {}) })
    if (now.pipelines !== before.pipelines)
      void connection.sendNotification(pipelinesMethod, {
        uri,
        pipelines: pipelines.map(({ path: _, ...pipeline }) => pipeline),
      } satisfies PipelinesParams)
    if (now.diagnostics === '[]' && now.pipelines === '[]') shown.delete(path)
    else shown.set(path, now)
  }

  const publishSettings = (): void => {
    const { uris, workspace } = context()
    for (const [path, problems] of workspace.settingsProblems()) {
      const diagnostics = settingsDiagnostics(problems)
      const text = JSON.stringify(diagnostics)
      if (text === (settingsShown.get(path) ?? '[]')) continue
      settingsShown.set(path, text)
      void connection.sendDiagnostics({ uri: uris.uriOf(path), diagnostics })
    }
  }

  /** A rule that fails is said once, however many files it fails in. */
  const log = (note: Note): void => {
    const key = note.code === 'RULE_FAILED' ? `${note.code} ${note.rule ?? note.message}` : `${note.code} ${note.path}`
    if (notesLogged.has(key) || notesLogged.size >= notesLoggedMax) return
    notesLogged.add(key)
    connection.console.warn(`${note.code} ${note.path}: ${note.message}`)
  }

  return {
    refresh(paths) {
      // What is asked for now goes before what has waited: the person looks at it.
      pending = new Set([...paths, ...pending])
      schedule()
    },
    clear(paths) {
      const { uris } = context()
      for (const path of paths) {
        pending.delete(path)
        if (!shown.delete(path)) continue
        void connection.sendDiagnostics({ uri: uris.uriOf(path), diagnostics: [] })
        void connection.sendNotification(pipelinesMethod, { uri: uris.uriOf(path), pipelines: [] })
      }
    },
    stop() {
      isStopped = true
      if (turn) clearImmediate(turn)
    },
  }
}

const notesLoggedMax = 1_000
