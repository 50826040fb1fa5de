/**
 * The engine behind both doors: files in, findings and pipelines out. No program is ever built: a file is parsed alone, its
 * imports are followed on demand, and an edit runs again only what can reach the edited file.
 *
 * All of it is synchronous (an analysis takes milliseconds) except `discover`, which walks a workspace and yields often.
 */

import type { Engine, EngineOptions } from './contract.ts'
import { EngineState } from './engineState.ts'

export type * from './contract.ts'
export type { DirectoryEntry, FileStat, FileSystem } from './fileSystem.ts'

/** @throws never. */
export function createEngine(options: EngineOptions): Engine {
  return new EngineState(options)
}
