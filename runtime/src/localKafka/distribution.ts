/** The official Kafka jars: from an unpacked release, or fetched once through Maven into the user's cache. */
import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LocalKafkaError } from './errors.ts'
import { cacheFolder, type Environment } from './folders.ts'
import type { TellStep } from './steps.ts'

export const kafkaVersion = '4.1.1'
export const kafkaHomeVariable = 'TIDEMARK_KAFKA_HOME'
const fetchTimeoutMs = 10 * 60_000

export interface Distribution {
  /** What `java -cp` takes. */
  readonly classPath: string
  readonly origin: 'home' | 'cache'
}

/**
 * The jars of a broker, its tools and a logger.
 *
 * @throws {LocalKafkaError} KAFKA_HOME_INVALID, MAVEN_MISSING, FETCH_FAILED.
 */
export async function findDistribution(env: Environment, progress: TellStep): Promise<Distribution> {
  const home = env[kafkaHomeVariable]
  if (home) {
    const libs = join(home, 'libs')
    const names = await readdir(libs).catch(() => [])
    if (names.some(name => /^kafka_[\d.]+-.*\.jar$/.test(name))) return { classPath: join(libs, '*'), origin: 'home' }
    throw new LocalKafkaError('KAFKA_HOME_INVALID', { variable: kafkaHomeVariable, path: home })
  }
  const folder = join(cacheFolder(env), `kafka-${kafkaVersion}`)
  if (!(await exists(folder))) await fetchInto(folder, env, progress)
  return { classPath: join(folder, 'libs', '*'), origin: 'cache' }
}

/**
 * Fetches beside the target and renames, so that the target is complete or absent:
 *   1. two commands find no cache and both fetch, each into its own folder
 *   2. the first renames; the second finds the target there and throws its own copy away
 */
async function fetchInto(folder: string, env: Environment, progress: TellStep): Promise<void> {
  const cache = cacheFolder(env)
  await mkdir(cache, { recursive: true }).catch(error => {
    throw new LocalKafkaError('FOLDER_NOT_WRITABLE', {
      path: cache,
      reason: error.code ?? error,
      variable: 'TIDEMARK_CACHE_HOME',
    })
  })
  const work = await mkdtemp(join(cache, 'fetching-'))
  try {
    progress('fetching', { version: kafkaVersion })
    await writeFile(join(work, 'pom.xml'), pom)
    await maven(['-B', '-q', 'dependency:copy-dependencies', '-DoutputDirectory=libs'], work, env)
    await rename(work, folder).catch(async error => {
      if (!(await exists(folder))) throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

function maven(args: readonly string[], cwd: string, env: Environment): Promise<void> {
  const isWindows = process.platform === 'win32'
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...env }, timeout: fetchTimeoutMs, maxBuffer: 4 << 20, shell: isWindows }
    execFile(isWindows ? 'mvn.cmd' : 'mvn', [...args], options, (error, stdout, stderr) => {
      if (!error) return resolve()
      const output = `${stdout}\n${stderr}`
      const isMissing = error.code === 'ENOENT' || /is not recognized as an internal/.test(output)
      if (isMissing) return reject(new LocalKafkaError('MAVEN_MISSING', { variable: kafkaHomeVariable }))
      reject(
        new LocalKafkaError('FETCH_FAILED', {
          version: kafkaVersion,
          output: firstErrors(output) || error.message,
          variable: kafkaHomeVariable,
        }),
      )
    })
  })
}

/** Maven says the cause first and then much about how to learn more. */
function firstErrors(output: string): string {
  const lines = output.split('\n').filter(line => line.startsWith('[ERROR]') || line.startsWith('[FATAL]'))
  return lines
    .slice(0, 2)
    .map(line => line.replace(/^\[\w+\]\s*/, ''))
    .join(' ')
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/**
 * `kafka-tools` are Kafka's own command-line tools; the log4j binding is what the official release has beside the jars
 * that Kafka's own pom names: without it a broker runs but logs nothing.
 */
const pom = `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tidemark</groupId>
  <artifactId>local-kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${kafkaVersion}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.24.3</version></dependency>
  </dependencies>
</project>
`
