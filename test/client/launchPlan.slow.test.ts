/** Every way a project starts its TypeScript, really started: the program runs, is preloaded, and knows where the editor listens. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { before, type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { controlSocketVariable } from '@tidemark/runtime/protocol'
import { build } from 'esbuild'
import { isProblem, type LaunchRequest, planLaunch } from '../../client/src/debugging/launchPlan.ts'
import { preloadBundles } from '../harness/bundle.ts'
import { tempFolder } from '../harness/folders.ts'
import { findLaunchers, olderNode, versionOf } from '../harness/launchers.ts'

let launchers = ''
before(async () => {
  launchers = await findLaunchers()
})

/** An enum is what Node's own type stripping refuses: only a real loader runs it. */
const withEnum = 'enum Way { Ran = "ran" }\n'
const nodenext = '{"compilerOptions":{"module":"nodenext"}}'
const told = `console.log(JSON.stringify({ preloaded: process.env.PRELOADED, control: process.env.${controlSocketVariable}, args: process.argv.slice(2) }))\n`

for (const type of ['module', 'commonjs'] as const)
  for (const loader of ['tsx', 'ts-node'] as const)
    test(`a ${type} project with ${loader}`, async t => {
      const { folder, preload } = await project(t, {
        type,
        files: { 'main.ts': withEnum + told, 'tsconfig.json': nodenext },
        modules: [loader],
      })
      // ts-node does not know the newest Node; a project that still uses it pins an older one.
      const runtimeExecutable = loader === 'ts-node' ? await olderNode() : process.execPath
      if (runtimeExecutable === undefined) return t.skip('every Node here strips types by itself')
      const request = { program: join(folder, 'main.ts'), cwd: folder, args: ['one'], preload, runtimeExecutable }
      assert.deepEqual(await run(request), { preloaded: 'yes', control: 'there', args: ['one'] })
    })

test('TypeScript by Node itself, with the Node that the project pins', async t => {
  const { folder, preload } = await project(t, { type: 'module', files: { 'main.ts': `const n: number = 1\n${told}` } })
  await mkdir(join(folder, 'node_modules/.bin'), { recursive: true })
  await symlink(process.execPath, join(folder, 'node_modules/.bin/node'))
  const plan = await planLaunch({ program: join(folder, 'main.ts'), cwd: folder, preload })
  assert.ok(!isProblem(plan) && plan.runtimeExecutable === join(folder, 'node_modules/.bin/node'))
  assert.equal((await run({ program: join(folder, 'main.ts'), cwd: folder, preload })).preloaded, 'yes')
})

for (const [manager, lock] of [
  ['npm', 'package-lock.json'],
  ['pnpm', 'pnpm-lock.yaml'],
  ['yarn', 'yarn.lock'],
] as const)
  test(`a script by ${manager}, known by its lock file; what follows its name reaches the program`, async t => {
    const files = { 'main.ts': withEnum + told, [lock]: manager === 'npm' ? '{}' : '' }
    const scripts = { start: 'tsx main.ts' }
    const { folder, preload } = await project(t, { type: 'module', files, scripts, modules: ['tsx'] })
    const request = { script: 'start', cwd: folder, preload, args: ['one', '--two'] }
    const plan = await planLaunch(request)
    assert.ok(!isProblem(plan))
    assert.equal(plan.runtimeExecutable, manager)
    assert.deepEqual(await run(request), { preloaded: 'yes', control: 'there', args: ['one', '--two'] })
  })

test('the package manager that package.json pins goes before the lock file', async t => {
  const { folder } = await project(t, {
    files: { 'yarn.lock': '' },
    scripts: { start: 'true' },
    pinned: 'pnpm@10.34.9',
  })
  const plan = await planLaunch({ script: 'start', cwd: folder })
  assert.ok(!isProblem(plan) && plan.runtimeExecutable === 'pnpm')
})

test('with outFiles no loader is added: the JavaScript debugger runs what was compiled', async t => {
  const { folder } = await project(t, { files: { 'main.ts': withEnum }, modules: ['tsx'] })
  const plan = await planLaunch({ program: join(folder, 'main.ts'), cwd: folder, outFiles: [`${folder}/dist/**/*.js`] })
  assert.ok(!isProblem(plan))
  assert.deepEqual(plan.runtimeArgs, [])
})

test('what cannot be started says what is missing', async t => {
  const { folder } = await project(t, { files: { 'main.ts': '' }, scripts: { dev: 'true' } })
  const older = await olderNode()
  if (older !== undefined)
    assert.deepEqual(await planLaunch({ program: join(folder, 'main.ts'), cwd: folder, runtimeExecutable: older }), {
      problem: 'noTypeScript',
      tried: [`${older} (${await versionOf(older)})`],
    })
  assert.deepEqual(await planLaunch({ program: '/x.ts', cwd: folder, runtimeExecutable: '/nowhere/node' }), {
    problem: 'noTypeScript',
    tried: ['/nowhere/node'],
  })
  assert.deepEqual(await planLaunch({ script: 'start', cwd: folder }), {
    problem: 'noScript',
    script: 'start',
    scripts: ['dev'],
  })
  const empty = await tempFolder(t)
  assert.deepEqual(await planLaunch({ script: 'start', cwd: empty }), { problem: 'noPackage', cwd: empty })
})

test('the preload of the extension passes by what is no pipeline, in either module system', async t => {
  const { folder } = await project(t, { type: 'module', files: { 'main.mjs': told, 'main.cjs': told } })
  const outdir = join(folder, 'dist with blanks')
  for (const options of preloadBundles) await build({ ...options, outdir })
  const preload = join(outdir, 'preload.cjs')
  for (const name of ['main.mjs', 'main.cjs'])
    assert.equal((await run({ program: join(folder, name), cwd: folder, preload })).control, 'there')
})

interface Project {
  readonly type?: 'module' | 'commonjs'
  readonly files: Readonly<Record<string, string>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly modules?: readonly string[]
  readonly pinned?: string
}

async function project(
  t: TestContext,
  { type = 'module', files, scripts, modules = [], pinned }: Project,
): Promise<{ readonly folder: string; readonly preload: string }> {
  const folder = join(await tempFolder(t), 'a project')
  await mkdir(join(folder, 'node_modules'), { recursive: true })
  const description = { type, scripts, ...(pinned ? { packageManager: pinned } : {}) }
  await writeFile(join(folder, 'package.json'), JSON.stringify(description))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  if (modules.length > 0) await installed(folder)
  const preload = join(folder, 'preload.cjs')
  await writeFile(preload, "process.env.PRELOADED = 'yes'")
  return { folder, preload }

  /** Linked, as pnpm would; `typescript` is what ts-node asks for. */
  async function installed(into: string): Promise<void> {
    const from = join(launchers, 'node_modules')
    for (const name of ['.bin', ...modules, 'typescript', '@types'])
      await symlink(join(from, name), join(into, 'node_modules', name), 'junction')
  }
}

interface Told {
  readonly preloaded?: string
  readonly control?: string
  readonly args: readonly string[]
}

/** Starts what was planned, as the JavaScript debugger does: executable, its options, program, arguments. */
async function run(request: LaunchRequest): Promise<Told> {
  const plan = await planLaunch(request)
  assert.ok(!isProblem(plan), JSON.stringify(plan))
  const parameters = [...plan.runtimeArgs, ...(plan.program === undefined ? [] : [plan.program]), ...plan.args]
  const path = [join(launchers, 'node_modules/.bin'), dirname(process.execPath), process.env.PATH].join(delimiter)
  const { stdout } = await promisify(execFile)(plan.runtimeExecutable, parameters, {
    cwd: request.cwd,
    env: { ...process.env, ...plan.env, PATH: path, [controlSocketVariable]: 'there', FORCE_COLOR: '0' },
    timeout: 60_000,
  })
  const line = stdout.split('\n').find(each => each.startsWith('{'))
  assert.ok(line, stdout)
  return JSON.parse(line)
}
