/** Where a local Kafka keeps its jars and its data: the operating system's own conventions, or what the environment names. */
import { homedir } from 'node:os'
import { join } from 'node:path'

export const cacheHomeVariable = 'TIDEMARK_CACHE_HOME'
export const dataHomeVariable = 'TIDEMARK_DATA_HOME'

export type Environment = Readonly<Record<string, string | undefined>>

/** Things that can be fetched again: `~/.cache/tidemark`, `~/Library/Caches/tidemark`, `%LOCALAPPDATA%\tidemark\cache`. */
export function cacheFolder(env: Environment, platform: NodeJS.Platform = process.platform): string {
  const home = homeOf(env)
  if (env[cacheHomeVariable]) return env[cacheHomeVariable]
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'tidemark')
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'tidemark', 'cache')
  return join(absolute(env.XDG_CACHE_HOME) ?? join(home, '.cache'), 'tidemark')
}

/** Clusters, a folder each: `~/.local/share/tidemark/kafka`, `~/Library/Application Support/tidemark/kafka`, ... */
export function clustersFolder(env: Environment, platform: NodeJS.Platform = process.platform): string {
  const home = homeOf(env)
  if (env[dataHomeVariable]) return join(env[dataHomeVariable], 'kafka')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'tidemark', 'kafka')
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'tidemark', 'kafka')
  return join(absolute(env.XDG_DATA_HOME) ?? join(home, '.local', 'share'), 'tidemark', 'kafka')
}

function homeOf(env: Environment): string {
  return env.HOME ?? env.USERPROFILE ?? homedir()
}

/** The XDG base directory specification: a relative path is invalid and to be ignored. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') ? path : undefined
}
