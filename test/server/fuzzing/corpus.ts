/** What is edited: the rules' fixtures, the samples, and the project's own source, in units of files that belong together. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { isSource } from '@tidemark/server/analysis/commandLine/fileSearch'
import { repositoryRoot } from '../../harness/generate/files.ts'
import { callingPipeline, doublingHelper, doublingPipeline, injectedFiles, repeatablePipeline } from '../sources.ts'

export interface Unit {
  readonly name: string
  /** Text by file name, paths relative to the unit. */
  readonly files: ReadonlyMap<string, string>
}

export interface Corpus {
  /** Units whose files call each other. */
  readonly related: readonly Unit[]
  /** Units around pipelines. */
  readonly pipelines: readonly Unit[]
  /** Units of other source. */
  readonly others: readonly Unit[]
}

/** Most files of a unit: a fresh analyzer reads all of them after every burst. */
const filesMax = 6
/** A file that is larger is no better a test, only a slower one. */
const charactersMax = 60_000

export function readCorpus(): Corpus {
  const ours: Unit = {
    name: 'doors',
    files: new Map([
      ['pipeline.ts', callingPipeline],
      ['helper.ts', doublingHelper],
      ['alone.ts', doublingPipeline],
      ['right.js', repeatablePipeline],
    ]),
  }
  const injected: Unit = { name: 'injected', files: new Map(Object.entries(injectedFiles)) }
  // Nobody says which class it is: how many there are decides.
  const { 'module.ts': _, ...unbound } = injectedFiles
  const implemented: Unit = { name: 'implemented', files: new Map(Object.entries(unbound)) }
  return {
    related: [ours, injected, implemented, ...unitsBelow('runtime/samples')],
    pipelines: unitsBelow('test/rules'),
    others: [...unitsBelow('server/src'), ...unitsBelow('runtime/src')],
  }
}

/** One unit a folder, or several of `filesMax` files each. */
function unitsBelow(folder: string): Unit[] {
  const paths = sourcesBelow(join(repositoryRoot, folder))
  const byFolder = Map.groupBy(paths, path => dirname(path))
  return [...byFolder].flatMap(([at, own]) => {
    const units: Unit[] = []
    for (let index = 0; index < own.length; index += filesMax) {
      const files = own
        .slice(index, index + filesMax)
        .map(path => [basename(path), readFileSync(path, 'utf8')] as const)
      const small = files.filter(([, text]) => text.length <= charactersMax)
      const name = `${relative(repositoryRoot, at).split(sep).join('/')}#${index / filesMax}`
      if (small.length > 0) units.push({ name, files: new Map(small) })
    }
    return units
  })
}

function sourcesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(name => isSource(name) && !name.includes('node_modules'))
      .map(name => join(folder, name))
      .sort()
  } catch {
    // A part of the project that is not there yet.
    return []
  }
}
