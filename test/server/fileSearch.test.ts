/** Which files a run looks at. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { relative } from 'node:path'
import { test } from 'node:test'
import { type FilesOptions, findFiles, isSource } from '@tidemark/server/analysis/commandLine/fileSearch'
import { type Folder, folder } from './folder.ts'

function found(at: Folder, patterns: readonly string[], more: Partial<FilesOptions> = {}): string[] {
  return findFiles({ workingFolder: at.path, patterns, ...more }).paths.map(path => relative(at.path, path))
}

test('source is what a frontend reads', () => {
  for (const name of ['a.ts', 'a.tsx', 'a.mts', 'a.cts', 'a.js', 'a.jsx', 'a.mjs', 'a.cjs', 'a.test.ts'])
    assert.ok(isSource(name), name)
  for (const name of ['a.d.ts', 'a.d.mts', 'a.d.css.ts', 'a.json', 'a.md', 'ts', 'a.ts.map'])
    assert.equal(isSource(name), false, name)
})

test('folders, files and globs, each file once', t => {
  const at = folder(t, {
    'src/a.ts': '',
    'src/deep/b.js': '',
    'src/c.d.ts': '',
    'src/d.md': '',
    'node_modules/x/i.js': '',
  })
  assert.deepEqual(found(at, ['.']), ['src/a.ts', 'src/deep/b.js'])
  assert.deepEqual(found(at, ['src/a.ts', 'src', './src/../src/a.ts']), ['src/a.ts', 'src/deep/b.js'])
  assert.deepEqual(found(at, ['src/**/*.{js,ts}']), ['src/a.ts', 'src/deep/b.js'])
  assert.deepEqual(found(at, ['src/*']), ['src/a.ts'])
  assert.deepEqual(found(at, [at.at('src/a.ts')]), ['src/a.ts'])
})

test('a file whose name looks like a glob is a file', t => {
  const at = folder(t, { 'app/[id]/route (1).ts': '', 'app/i/x.ts': '' })
  assert.deepEqual(found(at, ['app/[id]/route (1).ts']), ['app/[id]/route (1).ts'])
  assert.deepEqual(found(at, ['app/[id]']), ['app/[id]/route (1).ts'])
})

test('.gitignore counts in walks and globs, as git reads it', t => {
  const at = folder(t, {
    '.gitignore': 'dist/\n*.gen.ts\n!keep.gen.ts\n/only-here.ts\n',
    'a.ts': '',
    'only-here.ts': '',
    'sub/only-here.ts': '',
    'dist/a.ts': '',
    'sub/dist/b.ts': '',
    'x.gen.ts': '',
    'keep.gen.ts': '',
    'sub/.gitignore': '!x.gen.ts\nlocal.ts\n',
    'sub/x.gen.ts': '',
    'sub/local.ts': '',
    'local.ts': '',
  })
  const expected = ['a.ts', 'keep.gen.ts', 'local.ts', 'sub/only-here.ts', 'sub/x.gen.ts']
  assert.deepEqual(found(at, ['.']), expected)
  assert.deepEqual(found(at, ['**/*.ts']), expected)
  assert.equal(found(at, ['.'], { seesIgnored: true }).length, 10)
})

test('a file named itself is taken in spite of .gitignore, but not of .tidemarkignore', t => {
  const at = folder(t, {
    '.gitignore': 'a.ts\n',
    '.tidemarkignore': 'b.ts\nold/\n',
    'a.ts': '',
    'b.ts': '',
    'old/c.ts': '',
  })
  assert.deepEqual(found(at, ['a.ts', 'b.ts', 'old/c.ts']), ['a.ts'])
  assert.deepEqual(found(at, ['.']), [])
})

test('ignored by settings, relative to their folder', t => {
  const at = folder(t, { 'legacy/a.ts': '', 'src/legacy/b.ts': '', 'src/c.ts': '' })
  assert.deepEqual(found(at, ['.'], { ignored: { folder: at.path, lines: ['/legacy'] } }), [
    'src/c.ts',
    'src/legacy/b.ts',
  ])
})

test('ignore files above the working folder count up to the repository', t => {
  const at = folder(t, { '.gitignore': 'generated\n', 'app/a.ts': '', 'app/generated/b.ts': '' })
  mkdirSync(at.at('.git'))
  const { paths } = findFiles({ workingFolder: at.at('app'), patterns: ['.'] })
  assert.deepEqual(paths, [at.at('app/a.ts')])
})

test('symbolic links: loops end, links are not met twice, a named link is followed', t => {
  const at = folder(t, { 'src/a.ts': '' })
  symlinkSync('..', at.at('src/up'))
  symlinkSync('a.ts', at.at('src/link.ts'))
  symlinkSync('loop', at.at('loop'))
  symlinkSync('src', at.at('named'))
  assert.deepEqual(found(at, ['.']), ['src/a.ts'])
  assert.deepEqual(found(at, ['**/*.ts']), ['src/a.ts'])
  assert.deepEqual(found(at, ['named']), ['named/a.ts'])
  assert.match(findFiles({ workingFolder: at.path, patterns: ['loop'] }).problems[0] ?? '', /'loop' .* circle/)
})

test('what names nothing is said', t => {
  const at = folder(t, { 'a.md': '' })
  const { problems } = findFiles({ workingFolder: at.path, patterns: ['gone.ts', '*.ts', 'a.md'] })
  assert.deepEqual(problems, [`'gone.ts' does not exist.`, `'*.ts' matches no file.`])
})

test('there is a bound', t => {
  const at = folder(t, { 'a.ts': '', 'b.ts': '', 'c.ts': '' })
  const { paths, problems } = findFiles({ workingFolder: at.path, patterns: ['.'], filesMax: 2 })
  assert.ok(paths.length <= 3)
  assert.match(problems[0] ?? '', /more than 2 files/)
})

test('a folder that may not be opened hides only its own files', t => {
  const at = folder(t, { 'a.ts': '', 'closed/b.ts': '' })
  chmodSync(at.path, 0o755)
  chmodSync(at.at('closed'), 0o000)
  const paths = asNobodySpecial(() => found(at, ['.']))
  chmodSync(at.at('closed'), 0o700)
  assert.deepEqual(paths, ['a.ts'])
})

/** The superuser may open everything, so it steps down while it looks. */
function asNobodySpecial<T>(look: () => T): T {
  if (process.geteuid?.() === 0) process.seteuid?.(65_534)
  try {
    return look()
  } finally {
    if (process.getuid?.() === 0) process.seteuid?.(0)
  }
}
