/** The examples of `server/README.md`, run as they stand there. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ruleIds } from '@tidemark/server/analysis/findings/catalog'
import { parseSettings } from '@tidemark/server/analysis/settings/settings'
import { repositoryRoot } from '../harness/generate/files.ts'
import { type Folder, folder } from './folder.ts'
import { doublingPipeline, repeatablePipeline } from './sources.ts'

const readme = readFileSync(join(repositoryRoot, 'server/README.md'), 'utf8')

/** The code block that holds these words. */
function block(words: string): string {
  const found = [...readme.matchAll(/```\w+\n([\s\S]*?)```/g)]
    .map(match => match[1] ?? '')
    .find(code => code.includes(words))
  assert.ok(found, `no block of the README holds '${words}'`)
  return found
}

/** A repository with the tool installed, where only the rules about outputs count. */
function repository(t: TestContext): Folder {
  const at = folder(t, {
    'package.json': '{ "name": "shop", "tidemark": { "rules": { "no-graceful-stop": "off" } } }',
    '.gitignore': 'node_modules\n',
  })
  mkdirSync(at.at('node_modules/.bin'), { recursive: true })
  symlinkSync(join(repositoryRoot, 'server/bin/tidemark-lint.js'), at.at('node_modules/.bin/tidemark-lint'))
  run(at, 'git init -q && git config user.email a@example.org && git config user.name a')
  return at
}

function run(at: Folder, script: string): { readonly status: number | null; readonly output: string } {
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter)
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
    cwd: at.path,
    encoding: 'utf8',
    env: { ...process.env, PATH: path, GIT_CONFIG_GLOBAL: '', GIT_CONFIG_NOSYSTEM: '1' },
  })
  return { status, output: stdout + stderr }
}

test('the git hook stops a commit with a finding and lets a clean one pass', t => {
  const at = repository(t)
  at.write('.git/hooks/pre-commit', block('git diff --cached'))
  chmodSync(at.at('.git/hooks/pre-commit'), 0o755)
  at.write('a file with spaces.ts', doublingPipeline)
  const stopped = run(at, 'git add -A && git commit -q -m wrong')
  assert.equal(stopped.status, 1, stopped.output)
  assert.match(stopped.output, /a file with spaces\.ts:10:\d+ \w+ non-idempotent-output/)
  at.write('a file with spaces.ts', repeatablePipeline)
  const passed = run(at, 'git add -A && git commit -q -m right')
  assert.equal(passed.status, 0, passed.output)
  at.write('notes.md', 'nothing to analyse')
  const empty = run(at, 'git add -A && git commit -q -m notes')
  assert.equal(empty.status, 0, empty.output)
})

test('the hook for pre-commit runs what it names', t => {
  const at = repository(t)
  at.write('wrong.ts', doublingPipeline)
  const entry = /entry: (.*)/.exec(block('repo: local'))?.[1]
  assert.equal(run(at, `${entry} wrong.ts`).status, 1)
})

test('the steps of the workflow', t => {
  const at = repository(t)
  at.write('src/wrong.ts', doublingPipeline)
  const steps = [...block('runs-on').matchAll(/- run: (npx .*)/g)].map(match => match[1] ?? '')
  assert.equal(steps.length, 2)
  const [sarif, annotate] = steps.map(step => run(at, step))
  assert.equal(sarif?.status, 0, sarif?.output)
  assert.equal(JSON.parse(readFileSync(at.at('tidemark.sarif'), 'utf8')).runs[0].results.length, 1)
  assert.equal(annotate?.status, 1)
  assert.match(annotate?.output ?? '', /^::\w+ file=src\/wrong\.ts,line=10/)
  assert.equal(run(at, `${steps[0]?.replace('lint .', 'lint gone')}`).status, 1, 'what could not run fails the job')
})

test('the baseline keeps old findings quiet', t => {
  const at = repository(t)
  at.write('src/wrong.ts', doublingPipeline)
  const [write, compare] = block('--write-baseline')
    .split('\n')
    .map(line => `npx --no-install ${line}`)
  assert.equal(run(at, write ?? '').status, 0)
  assert.equal(run(at, compare ?? '').status, 0)
})

test('the settings are valid', () => {
  assert.deepEqual(parseSettings('/tidemark.config.json', block('"outputs"'), ruleIds).problems, [])
})
