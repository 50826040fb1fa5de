/** Pipelines of the workspace that keep their offsets outside Kafka, and where that is on this machine. */
import { existsSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { StoredPipeline } from '@tidemark/runtime/monitor'
import type { StoreInfo } from '@tidemark/server/protocol'
import * as vscode from 'vscode'
import type { Pipeline, Pipelines } from './pipelines.ts'

export interface UnplacedPipeline {
  readonly groupId: string
  /** As the code names it: `postgres(process.env.DATABASE_URL)`. */
  readonly source: string
}

export interface FoundStores {
  readonly placed: readonly StoredPipeline[]
  /** The code does not say where their store is. */
  readonly unplaced: readonly UnplacedPipeline[]
}

/** Nothing is opened. Pipelines without a known group id are left out: nobody could say which rows are theirs. */
export function storedPipelines(pipelines: Pipelines): FoundStores {
  const placed = new Map<string, StoredPipeline>()
  const unplaced = new Map<string, UnplacedPipeline>()
  for (const pipeline of pipelines.all()) {
    const { groupId, store } = pipeline
    if (groupId === undefined || !store) continue
    const found = placeOf(pipeline, store)
    if (!found) unplaced.set(`${groupId}\n${store.source}`, { groupId, source: store.source })
    else placed.set(JSON.stringify([groupId, found]), { groupId, ...found })
  }
  return { placed: [...placed.values()], unplaced: [...unplaced.values()] }
}

function placeOf({ uri }: Pipeline, store: StoreInfo): Omit<StoredPipeline, 'groupId'> | undefined {
  const { kind, settings, environment } = store
  const place = (environment === undefined ? undefined : process.env[environment]) ?? store.place
  if (place === undefined) {
    const server = settings.host ?? settings.database
    return server === undefined ? undefined : { kind, place: undefined, settings, store: server }
  }
  if (kind !== 'sqlite' && kind !== 'checkpoint') return { kind, place, settings, store: withoutPassword(place) }
  return { kind, place: pathOf(uri, place), settings, store: basename(place) }
}

/**
 * A relative path is one of the directory that the pipeline is started in, which the code does not know: the folder that is
 * open, its package, its own. The first in which there is such a file counts.
 */
function pathOf(uri: vscode.Uri, place: string): string {
  if (isAbsolute(place)) return place
  const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath
  const own = dirname(uri.fsPath)
  const candidates = [...(folder ? [folder] : []), packageOf(own, folder), own].map(base => join(base, place))
  return candidates.find(path => existsSync(path)) ?? join(folder ?? own, place)
}

function packageOf(folder: string, top: string | undefined): string {
  for (let at = folder; ; at = dirname(at))
    if (at === top || existsSync(join(at, 'package.json')) || dirname(at) === at) return at
}

/** For showing. */
function withoutPassword(place: string): string {
  const url = place.includes('://') && URL.canParse(place) ? new URL(place) : undefined
  return url ? `${url.host}${url.pathname}` : place
}
