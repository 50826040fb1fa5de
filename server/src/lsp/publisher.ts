/**
 * Pushes diagnostics and pipelines of the files whose findings may have changed.
 *
 * There is no debounce: an edit is published as soon as the messages that are already waiting have been read, so that
 * a burst of keystrokes costs one check and a single keystroke costs no delay. The edited file comes first; the others
 * follow one at a time, each giving way to newer messages.
 */
import type { Connection } from 'vscode-languageserver/node'
import type { Diagnostic } from 'vscode-languageserver-types'
import type { Note } from '../analysis/report/report.ts'
import { diagnosticsOf, settingsDiagnostics } from '../features/diagnostics.ts'
import type { FeatureContext } from '../features/feature.ts'
import { type PipelinesParams, pipelinesMethod } from '../protocol.ts'

export interface Publisher {
  /** @param paths - most urgent first */
  refresh(paths: readonly string[]): void
  /** Takes away what was shown of these files. */
  clear(paths: readonly string[]): void
  /** Files that the client was told something of. */
  shown(): readonly string[]
  stop(): void
}

export function createPublisher(connection: Connection, context: () => FeatureContext): Publisher {
  return new WaitingPublisher(connection, context)
}

/** What the client shows of a file, as JSON: an equal message is not sent again. */
interface Shown {
  readonly diagnostics: string
  readonly pipelines: string
}

const nothing: Shown = { diagnostics: '[]', pipelines: '[]' }
const notesLoggedMax = 1_000

class WaitingPublisher implements Publisher {
  readonly #connection: Connection
  readonly #context: () => FeatureContext
  readonly #shown = new Map<string, Shown>()
  readonly #settingsShown = new Map<string, string>()
  readonly #notesLogged = new Set<string>()
  #pending = new Set<string>()
  #turn: NodeJS.Immediate | undefined
  #isStopped = false

  constructor(connection: Connection, context: () => FeatureContext) {
    this.#connection = connection
    this.#context = context
  }

  refresh(paths: readonly string[]): void {
    // What is asked for now goes before what has waited: the person looks at it.
    this.#pending = new Set([...paths, ...this.#pending])
    // Twice through the event loop: the connection reads one waiting message a turn, and each of them resets this.
    if (this.#turn) clearImmediate(this.#turn)
    this.#turn = setImmediate(() => {
      this.#turn = setImmediate(() => this.#publishNext())
    })
  }

  clear(paths: readonly string[]): void {
    for (const path of paths) {
      this.#pending.delete(path)
      if (this.#shown.has(path)) this.#tell(path, [], [])
    }
  }

  shown(): readonly string[] {
    return [...this.#shown.keys()]
  }

  stop(): void {
    this.#isStopped = true
    if (this.#turn) clearImmediate(this.#turn)
  }

  #publishNext(): void {
    this.#turn = undefined
    if (this.#isStopped) return
    this.#publishSettings()
    const [path] = this.#pending
    if (path === undefined) return
    this.#pending.delete(path)
    this.#publish(path)
    if (this.#pending.size > 0) this.#turn = setImmediate(() => this.#publishNext())
  }

  #publish(path: string): void {
    const context = this.#context()
    const { pipelines, notes } = context.workspace.check(path)
    for (const note of notes) this.#log(note)
    this.#tell(
      path,
      diagnosticsOf(path, context),
      pipelines.map(({ path: _, ...pipeline }) => pipeline),
    )
  }

  #tell(path: string, diagnostics: Diagnostic[], pipelines: PipelinesParams['pipelines']): void {
    const before = this.#shown.get(path) ?? nothing
    const now: Shown = { diagnostics: JSON.stringify(diagnostics), pipelines: JSON.stringify(pipelines) }
    const { uris, workspace } = this.#context()
    const uri = uris.uriOf(path)
    const version = workspace.versionOf(path)
    const isOpen = version !== null
    // An open document is told even when nothing changed: that is how a client knows that its text was looked at.
    if (isOpen || now.diagnostics !== before.diagnostics)
      void this.#connection.sendDiagnostics({ uri, diagnostics, ...(isOpen ? { version } : {}) })
    if (now.pipelines !== before.pipelines) {
      const params: PipelinesParams = { uri, pipelines }
      void this.#connection.sendNotification(pipelinesMethod, params)
    }
    if (diagnostics.length === 0 && pipelines.length === 0) this.#shown.delete(path)
    else this.#shown.set(path, now)
  }

  #publishSettings(): void {
    const { uris, workspace } = this.#context()
    for (const [path, problems] of workspace.settingsProblems()) {
      const diagnostics = settingsDiagnostics(problems)
      const text = JSON.stringify(diagnostics)
      if (text === (this.#settingsShown.get(path) ?? nothing.diagnostics)) continue
      this.#settingsShown.set(path, text)
      void this.#connection.sendDiagnostics({ uri: uris.uriOf(path), diagnostics })
    }
  }

  /** A rule that fails is said once, however many files it fails in. */
  #log(note: Note): void {
    const key = note.code === 'RULE_FAILED' ? `${note.code} ${note.rule ?? note.message}` : `${note.code} ${note.path}`
    if (this.#notesLogged.has(key) || this.#notesLogged.size >= notesLoggedMax) return
    this.#notesLogged.add(key)
    this.#connection.console.warn(`${note.code} ${note.path}: ${note.message}`)
  }
}
