/** Finding a Java that can run Kafka. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { LocalKafkaError } from './errors.ts'
import type { Environment } from './folders.ts'

const run = promisify(execFile)
const javaVersionMin = 17

export interface Java {
  readonly path: string
  readonly version: number
}

/**
 * JAVA_HOME's Java, else the one on PATH.
 *
 * @throws {LocalKafkaError} JAVA_MISSING, or JAVA_TOO_OLD naming the newest of those found.
 */
export async function findJava(env: Environment): Promise<Java> {
  const paths = [...(env.JAVA_HOME ? [join(env.JAVA_HOME, 'bin', 'java')] : []), 'java']
  let best: Java | undefined
  for (const path of paths) {
    const version = await versionOf(path, env)
    if (version === undefined) continue
    if (version >= javaVersionMin) return { path, version }
    if (!best || version > best.version) best = { path, version }
  }
  if (best) throw new LocalKafkaError('JAVA_TOO_OLD', { java: best.path, version: best.version })
  throw new LocalKafkaError('JAVA_MISSING')
}

/** `17` of `openjdk version "17.0.15"`, `8` of `java version "1.8.0_292"`; `undefined` of anything else. */
export function parseJavaVersion(output: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(output)
  return match?.[1] ? Number(match[1]) : undefined
}

async function versionOf(path: string, env: Environment): Promise<number | undefined> {
  try {
    const { stderr, stdout } = await run(path, ['-version'], { env: { ...env }, timeout: 15_000 })
    return parseJavaVersion(stderr + stdout)
  } catch {
    return undefined // Not there, not runnable, or macOS' placeholder that only says to install one.
  }
}
