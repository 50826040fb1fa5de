/** Debug configurations of type `tidemark`: VS Code's own JavaScript debugger, plus a control link and a batch panel. */
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { endScratchGroup, scratchGroupName } from '@tidemark/runtime/host'
import {
  controlReadOnlyVariable,
  controlScratchGroupVariable,
  controlSocketVariable,
  controlTokenVariable,
  type ReadOnlyCluster,
} from '@tidemark/runtime/protocol'
import * as vscode from 'vscode'
import type { Analysis } from '../analysis/languageClient.ts'
import { noPipeline, pipelinesOfGroup } from '../analysis/openPipeline.ts'
import type { Pipeline, Pipelines } from '../analysis/pipelines.ts'
import type { Clusters } from '../cluster/clusters.ts'
import type { LocalKafka } from '../cluster/localKafka.ts'
import { contexts, debugType, settings } from '../contributions.ts'
import { ClientError, failureText, showFailure } from '../failures.ts'
import { log } from '../log.ts'
import { DebugRun, type DebugRunOptions } from './debugRun.ts'
import { trackFreezes } from './freezes.ts'
import type { LaunchPlan } from './launchPlan.ts'
import { plannedLaunch } from './programs.ts'
import { controlRun } from './runControls.ts'
import { nowMs } from './waiting.ts'

/** Property of the resolved configuration by which a session is known to be ours. */
const runProperty = '__tidemarkRun'

/** What a launch configuration may say; package.json has the schema. */
interface TidemarkConfiguration extends vscode.DebugConfiguration {
  /** One of the two is given; neither means the active editor's file. */
  readonly program?: string
  readonly script?: string
  readonly cwd?: string
  readonly args?: readonly string[]
  readonly outFiles?: readonly string[]
  readonly groupId?: string
  readonly useRealGroup?: boolean
  readonly stopAtStart?: boolean
  readonly runtimeExecutable?: string
  readonly runtimeArgs?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

type OpenRun = (
  configuration: TidemarkConfiguration,
  program: string | undefined,
  folder: vscode.WorkspaceFolder | undefined,
) => Promise<DebugRun>

export interface Debugging extends vscode.Disposable {
  /** Command and code lens: debugs the pipeline at `range` of `uri`; without arguments, the one in the active editor. */
  debugPipeline(uri?: unknown, range?: unknown): Promise<void>
  /** The run that commands act on: the newest that is not over. */
  current(): DebugRun | undefined
  readonly onDidStart: vscode.Event<DebugRun>
}

interface Known {
  readonly analysis: Analysis
  readonly pipelines: Pipelines
  /** Clusters on which no pipeline is debugged: the started program refuses them, which alone knows the one it uses. */
  readOnlyClusters(): Promise<readonly ReadOnlyCluster[]>
}

export function createDebugging(
  context: vscode.ExtensionContext,
  known: Known,
  { local, clusters }: { readonly local: LocalKafka; readonly clusters: Clusters },
): Debugging {
  const runs = new Map<string, DebugRun>()
  const controls = new Map<string, vscode.Disposable>()
  const started = new vscode.EventEmitter<DebugRun>()
  const current = (): DebugRun | undefined => [...runs.values()].findLast(run => !run.isOver)

  /** The run that a configuration names goes on with a new process; else it is the first of a new run. */
  const open: OpenRun = async (configuration, program, folder) => {
    const before = runs.get(String(configuration[runProperty]))
    if (before) {
      await before.listen()
      return before
    }
    const id = randomBytes(4).toString('hex')
    const inFile = program === undefined ? undefined : known.pipelines.in(vscode.Uri.file(program))[0]
    const run = await DebugRun.open(id, {
      extensionUri: context.extensionUri,
      ...runOptions(configuration, program, configuration.groupId ?? inFile?.groupId),
      startAgain: () => vscode.debug.startDebugging(folder, { ...configuration, [runProperty]: id }),
    })
    runs.set(id, run)
    controls.set(id, controlRun(run, local))
    return run
  }
  /** @returns whether the run is over, and not only its process. */
  const close = async (run: DebugRun): Promise<boolean> => {
    if (await run.end()) return false
    runs.delete(run.id)
    controls.get(run.id)?.dispose()
    controls.delete(run.id)
    return true
  }
  const runOf = (session: vscode.DebugSession): DebugRun | undefined =>
    session.parentSession ? runOf(session.parentSession) : runs.get(String(session.configuration[runProperty]))

  const listeners = [
    vscode.debug.registerDebugConfigurationProvider(debugType, provider(context, open, known)),
    vscode.debug.registerDebugConfigurationProvider(
      debugType,
      dynamicConfigurations(known.pipelines),
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    trackFreezes(runOf),
    vscode.debug.onDidStartDebugSession(session => {
      const run = session.parentSession ? undefined : runOf(session)
      if (!run) return
      run.attach(session)
      void vscode.commands.executeCommand('setContext', contexts.isDebugging, true)
      if (run.state.life === 1) started.fire(run)
    }),
    vscode.debug.onDidTerminateDebugSession(session => {
      const run = session.parentSession ? undefined : runOf(session)
      if (!run) return
      void close(run).then(isOver => (isOver ? endScratch(run, clusters) : undefined))
    }),
  ]
  return {
    current,
    onDidStart: started.event,
    debugPipeline: (uri, range) => debugPipeline(known, uri, range),
    dispose: () => {
      for (const listener of listeners) listener.dispose()
      for (const run of runs.values()) void close(run)
    },
  }
}

function runOptions(
  { useRealGroup, stopAtStart, script, name }: TidemarkConfiguration,
  program: string | undefined,
  groupId: string | undefined,
): Omit<DebugRunOptions, 'extensionUri' | 'startAgain'> {
  return {
    name: program === undefined ? (script ?? name) : basename(program),
    groupId,
    scratchGroup: useRealGroup ? undefined : scratchGroupName(groupId ?? 'tidemark', 'debug', { nowMs }),
    stopAtStart: stopAtStart ?? setting(settings.stopAtStart, true),
    ...(program === undefined ? {} : { program }),
  }
}

/** A process that was killed, by a fault or by the debugger's own stop, leaves its scratch group; one that said goodbye does not. */
async function endScratch({ options: { scratchGroup }, state }: DebugRun, clusters: Clusters): Promise<void> {
  const { brokers } = state.hello ?? {}
  if (scratchGroup === undefined || brokers === undefined) return
  try {
    const client = await clusters.clientOf(brokers)
    if (client) await endScratchGroup(client, scratchGroup)
  } catch (error) {
    log().info(`The scratch group ${scratchGroup} stays until the pipeline's next debug run: ${failureText(error)}`)
  }
}

async function debugPipeline({ analysis, pipelines }: Known, uri: unknown, range: unknown): Promise<void> {
  const groupId = groupOfNode(uri)
  const target =
    groupId === undefined ? inDocument(pipelines, documentOf(uri), range) : await ofGroup(analysis, groupId)
  if (!target) return
  const { document, pipeline } = target
  await vscode.workspace.textDocuments.find(open => open.uri.toString() === document.toString())?.save()
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(document), configurationFor(document, pipeline))
}

interface Debuggable {
  readonly document: vscode.Uri
  readonly pipeline: Pick<Pipeline, 'groupId'> | undefined
}

function inDocument(pipelines: Pipelines, document: vscode.Uri, range: unknown): Debuggable {
  return { document, pipeline: pipelineAt(pipelines.in(document), range) }
}

/**
 * One of several is chosen by the person; `undefined`: none of them.
 * @throws {ClientError} no file of the workspace uses the group, opened or not.
 */
async function ofGroup(analysis: Analysis, groupId: string): Promise<Debuggable | undefined> {
  const found = await pipelinesOfGroup(analysis, groupId)
  const [first] = found
  if (!first) throw noPipeline(groupId)
  if (found.length === 1) return { document: first.uri, pipeline: { groupId } }
  const title = vscode.l10n.t('Several pipelines use group "{0}"', groupId)
  const items = found.map(({ uri, range }) => ({
    label: basename(uri.fsPath),
    description: `${vscode.workspace.asRelativePath(uri)}:${range.start.line + 1}`,
    uri,
  }))
  const chosen = await vscode.window.showQuickPick(items, { title })
  return chosen && { document: chosen.uri, pipeline: { groupId } }
}

/** A group of the cluster tree or the overview. */
function groupOfNode(node: unknown): string | undefined {
  const groupId = (node as { group?: { groupId?: unknown } } | undefined)?.group?.groupId
  return typeof groupId === 'string' ? groupId : undefined
}

function documentOf(uri: unknown): vscode.Uri {
  if (uri instanceof vscode.Uri) return uri
  if (typeof uri === 'string') return vscode.Uri.parse(uri)
  const active = vscode.window.activeTextEditor?.document.uri
  if (active?.scheme === 'file') return active
  throw new ClientError(
    vscode.l10n.t('There is no pipeline to debug.'),
    vscode.l10n.t('Open the file that starts it, then run the command again.'),
  )
}

function pipelineAt(candidates: readonly Pipeline[], range: unknown): Pipeline | undefined {
  const line = lineOf(range) ?? vscode.window.activeTextEditor?.selection.active.line ?? 0
  return candidates.findLast(({ range: { start } }) => start.line <= line) ?? candidates[0]
}

function lineOf(range: unknown): number | undefined {
  const start = (range as { start?: { line?: unknown } } | undefined)?.start
  return typeof start?.line === 'number' ? start.line : undefined
}

function configurationFor(
  document: vscode.Uri,
  pipeline: Pick<Pipeline, 'groupId'> | undefined,
): TidemarkConfiguration {
  return {
    type: debugType,
    request: 'launch',
    name: vscode.l10n.t('Debug {0}', pipeline?.groupId ?? basename(document.fsPath)),
    program: document.fsPath,
    ...(pipeline?.groupId ? { groupId: pipeline.groupId } : {}),
  }
}

function dynamicConfigurations(pipelines: Pipelines): vscode.DebugConfigurationProvider {
  return { provideDebugConfigurations: () => pipelines.all().map(pipeline => configurationFor(pipeline.uri, pipeline)) }
}

/** Resolves to a configuration of the JavaScript debugger, which does the rest. */
function provider(
  context: vscode.ExtensionContext,
  open: OpenRun,
  { readOnlyClusters }: Known,
): vscode.DebugConfigurationProvider {
  return {
    /** A failure is told once, here; `undefined` then ends the start without VS Code's own box. */
    async resolveDebugConfiguration(folder, given: TidemarkConfiguration) {
      try {
        requireTrust()
        const program = programOf(given, folder)
        const plan = await plannedLaunch({
          program,
          script: given.script,
          cwd: given.cwd ? substituted(given.cwd, folder) : rootOf(folder),
          runtimeExecutable: given.runtimeExecutable,
          outFiles: given.outFiles,
          args: given.args,
          preload: context.asAbsolutePath('client/dist/preload.cjs'),
        })
        const refused = await readOnlyClusters()
        return resolved(given, plan, refused, await open(given, program, folder))
      } catch (error) {
        void showFailure(error)
        return undefined
      }
    },
  }
}

/** `undefined`: a script starts it. */
function programOf({ program, script }: TidemarkConfiguration, folder: vscode.WorkspaceFolder | undefined) {
  if (program) return substituted(program, folder)
  return script ? undefined : documentOf(undefined).fsPath
}

function requireTrust(): void {
  if (vscode.workspace.isTrusted) return
  throw new ClientError(
    vscode.l10n.t('Pipelines are not run in a folder that is not trusted.'),
    vscode.l10n.t('Trust the workspace first.'),
  )
}

function resolved(
  given: TidemarkConfiguration,
  plan: LaunchPlan,
  refused: readonly ReadOnlyCluster[],
  run: DebugRun,
): vscode.DebugConfiguration {
  const { groupId: _group, useRealGroup: _real, stopAtStart: _stop, script: _script, ...passedOn } = given
  return {
    skipFiles: ['<node_internals>/**', '**/node_modules/**'],
    console: 'internalConsole',
    // The batch panel is what a person looks at; the console is one key away.
    internalConsoleOptions: 'neverOpen',
    ...passedOn,
    type: 'pwa-node',
    request: 'launch',
    name: given.name || vscode.l10n.t('Debug {0}', run.options.name),
    ...(plan.program === undefined ? {} : { program: plan.program }),
    runtimeExecutable: plan.runtimeExecutable,
    runtimeArgs: [...plan.runtimeArgs, ...(given.runtimeArgs ?? [])],
    args: [...plan.args],
    env: {
      ...plan.env,
      ...given.env,
      [controlSocketVariable]: run.link.path,
      [controlTokenVariable]: run.link.token,
      ...(refused.length > 0 ? { [controlReadOnlyVariable]: JSON.stringify(refused) } : {}),
      ...(run.options.scratchGroup ? { [controlScratchGroupVariable]: run.options.scratchGroup } : {}),
    },
    [runProperty]: run.id,
  }
}

/** The variables a `program` is usually written with; VS Code itself substitutes them only after this step. */
function substituted(program: string, folder: vscode.WorkspaceFolder | undefined): string {
  return program
    .replaceAll(/\$\{workspaceFolder\}/g, rootOf(folder))
    .replaceAll(/\$\{file\}/g, vscode.window.activeTextEditor?.document.uri.fsPath ?? '')
}

function rootOf(folder: vscode.WorkspaceFolder | undefined): string {
  return (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath ?? ''
}

function setting<T>(id: string, fallback: T): T {
  return vscode.workspace.getConfiguration().get<T>(id, fallback)
}
