/** What the lag charts show, kept over a reload of the window: a file a cluster, bounded, replaced as a whole. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Monitor } from '@tidemark/runtime/monitor'
import * as vscode from 'vscode'
import { log } from '../log.ts'
import type { ClusterConfig } from './clusterSettings.ts'

/** A crash of the editor loses at most so much of a chart. */
const saveEveryMs = 20_000
/** A chart reaches back a quarter of an hour: an older file says nothing any more. */
const fileMaxAgeMs = 24 * 3_600_000

export interface LagHistories {
  /** `undefined` when there is none, or it cannot be read: a chart that begins anew is no failure. */
  load(cluster: ClusterConfig): Promise<unknown>
  /** The monitor has read something; written now and then. */
  keep(cluster: ClusterConfig, monitor: Monitor): void
  /** Writes what is known of this cluster, at once. */
  save(cluster: ClusterConfig, monitor: Monitor): void
}

/** @param folder - made when it is missing. */
export function createLagHistories(folder: string): LagHistories {
  const savedAtMs = new Map<string, number>()
  const histories: LagHistories = {
    load: async cluster => {
      try {
        return JSON.parse(await readFile(fileOf(folder, cluster), 'utf8'))
      } catch {
        return undefined
      }
    },
    keep: (cluster, monitor) => {
      const path = fileOf(folder, cluster)
      const nowMs = performance.now()
      const lastMs = savedAtMs.get(path)
      if (lastMs === undefined) savedAtMs.set(path, nowMs)
      else if (nowMs - lastMs >= saveEveryMs) histories.save(cluster, monitor)
    },
    // Synchronous: at the end of the window nobody waits for a promise.
    save: (cluster, monitor) => {
      const path = fileOf(folder, cluster)
      savedAtMs.set(path, performance.now())
      try {
        mkdirSync(folder, { recursive: true })
        writeFileSync(`${path}.next`, JSON.stringify(monitor.history()))
        renameSync(`${path}.next`, path)
        removeOlder(folder, statSync(path).mtimeMs - fileMaxAgeMs)
      } catch (error) {
        log().warn(`The lag history of ${cluster.name} could not be kept: ${String(error)}`)
      }
    },
  }
  return histories
}

/** Beside the workspace where there is one, since its pipelines are in the charts too. */
export function historiesFolder({ storageUri, globalStorageUri }: vscode.ExtensionContext): string {
  return vscode.Uri.joinPath(storageUri ?? globalStorageUri, 'lag-history').fsPath
}

function fileOf(folder: string, { name, brokers }: ClusterConfig): string {
  const key = createHash('sha256')
    .update(JSON.stringify([name, brokers]))
    .digest('hex')
  return join(folder, `${key.slice(0, 24)}.json`)
}

function removeOlder(folder: string, oldestMs: number): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).mtimeMs < oldestMs) rmSync(path, { force: true })
  }
}
