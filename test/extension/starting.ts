/**
 * One of each kind of ways to start TypeScript, under VS Code's debugger: the panel attaches, and a breakpoint in the source holds the
 * handler. All of them, in both module systems, are started by `test/client/launchPlan.slow.test.ts`.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import * as vscode from 'vscode'
import { findLaunchers, olderNode } from '../harness/launchers.ts'
import { batchPanel, sessionEnd, trackStops } from './batchPanel.ts'
import { page } from './driver.ts'
import { closeAll, open } from './files.ts'
import { makeTopic, produceOrders } from './kafka.ts'
import { type TestScope, test } from './suite.ts'

interface Way {
  readonly type: 'module' | 'commonjs'
  /** Packages of the project, beside kafkajs. */
  readonly modules: readonly string[]
  /** What the launch configuration says beyond its `program`, or instead of it. */
  launch(project: Project): Promise<object>
}

interface Project {
  readonly folder: string
  readonly launchers: string
}

const ways: Readonly<Record<string, Way>> = {
  'ts-node': {
    type: 'commonjs',
    modules: ['ts-node'],
    // It does not know the newest Node; a project that still uses it pins an older one.
    launch: async () => ({ runtimeExecutable: (await olderNode()) ?? assert.fail('every Node here strips types') }),
  },
  'compiled, with source maps': {
    type: 'module',
    modules: [],
    async launch({ folder, launchers }) {
      const compiler = join(launchers, 'node_modules/typescript/bin/tsc')
      await promisify(execFile)(process.execPath, [compiler, '-p', folder], { cwd: folder })
      return { outFiles: [`${folder}/dist/**/*.js`] }
    },
  },
  'a script of yarn, which runs tsx': {
    type: 'module',
    modules: ['tsx'],
    async launch({ folder }) {
      await writeFile(join(folder, 'yarn.lock'), '')
      return { program: undefined, script: 'start' }
    },
  },
}

for (const [name, way] of Object.entries(ways))
  test(`started by ${name}: the panel attaches, and a breakpoint in the TypeScript holds`, async t => {
    const topic = await makeTopic(t, 'starts', 1)
    await produceOrders(topic, [3])
    const project = await useProject(t, name, way, topic)
    const source = join(project.folder, 'src/main.ts')
    // A person has it open; the panel then stands beside it.
    await open(vscode.workspace.asRelativePath(source))
    const line = consumer.split('\n').findIndex(text => text.includes('cents +='))
    const breakpoint = new vscode.SourceBreakpoint(
      new vscode.Location(vscode.Uri.file(source), new vscode.Position(line, 0)),
    )
    vscode.debug.addBreakpoints([breakpoint])
    t.after(() => vscode.debug.removeBreakpoints([breakpoint]))
    const stops = trackStops(t)
    const [folder] = vscode.workspace.workspaceFolders ?? []
    await vscode.debug.startDebugging(folder, {
      type: 'tidemark',
      request: 'launch',
      name,
      program: source,
      cwd: project.folder,
      env: {
        STARTS_TOPIC: topic,
        PATH: [join(project.launchers, 'node_modules/.bin'), process.env.PATH].join(delimiter),
      },
      ...(await way.launch(project)),
    })
    await batchPanel.untilStopped()
    await batchPanel.press('Step batch')
    assert.equal(await stops.next(), 'breakpoint')
    await batchPanel.untilHeard(`main.ts:${line + 1}`)
    vscode.debug.removeBreakpoints([breakpoint])
    await page.wait({ selector: '.debug-top-stack-frame-line' })
    await vscode.commands.executeCommand('workbench.action.debug.continue')
    await vscode.debug.stopDebugging()
    await sessionEnd()
  })

/** An enum is what Node's own type stripping refuses: only what is named in the test's title runs it. */
const consumer = `import { Kafka, logLevel } from 'kafkajs'
enum Start { Earliest = 'earliest' }
const { TIDEMARK_BROKERS = '', STARTS_TOPIC: topic = '' } = process.env
const kafka = new Kafka({ brokers: TIDEMARK_BROKERS.split(','), logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({ groupId: topic })
let cents = 0
async function main(): Promise<void> {
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: String(Start.Earliest) === 'earliest' })
  await consumer.run({
    eachMessage: async ({ message }) => {
      cents += JSON.parse(String(message.value)).amountCents
    },
  })
}
void main()
`

async function useProject(t: TestScope, name: string, { type, modules }: Way, topic: string): Promise<Project> {
  t.after(async () => {
    await vscode.debug.stopDebugging()
    await closeAll()
  })
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail('no folder')
  const [folder, launchers] = [join(workspace, topic, name), await findLaunchers()]
  await mkdir(join(folder, 'src'), { recursive: true })
  await mkdir(join(folder, 'node_modules'))
  for (const each of [...modules, 'typescript', '@types'])
    await symlink(join(launchers, 'node_modules', each), join(folder, 'node_modules', each), 'junction')
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type, scripts: { start: 'tsx src/main.ts' } }))
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }))
  await writeFile(join(folder, 'src/main.ts'), consumer)
  return { folder, launchers }
}

const compilerOptions = {
  module: 'nodenext',
  target: 'es2022',
  sourceMap: true,
  rootDir: 'src',
  outDir: 'dist',
  skipLibCheck: true,
  types: ['node'],
}
