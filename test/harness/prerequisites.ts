/** What a real Kafka needs of the machine: installed where this user may, else named with the exact command. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findJava, kafkaHomeVariable } from '@tidemark/runtime/localKafka'

const run = promisify(execFile)
const debianPackages = { java: 'openjdk-17-jre-headless', maven: 'maven' } as const
const installTimeoutMs = 600_000

type Environment = Readonly<Record<string, string | undefined>>

/** @throws the command to run, where a part is missing and cannot be installed by this user. */
export async function ensureKafkaPrerequisites(
  env: Environment,
  isRoot = process.getuid?.() === 0,
  say: (text: string) => void = console.log,
): Promise<void> {
  const missing: string[] = []
  if (!(await findJava(env).catch(() => undefined))) missing.push(debianPackages.java)
  if (!env[kafkaHomeVariable] && !(await answers('mvn', ['-v'], env))) missing.push(debianPackages.maven)
  if (missing.length === 0) return
  const command = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing]
  const hasApt = await answers('apt-get', ['--version'], env)
  if (!isRoot || !hasApt) throw new Error(missingText(missing, hasApt ? `sudo ${command.join(' ')}` : undefined))
  say(`Installing ${missing.join(' and ')}`)
  const options = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: installTimeoutMs, maxBuffer: 16 << 20 }
  await run('apt-get', ['update'], options)
  await run('apt-get', command.slice(1), options)
}

function missingText(missing: readonly string[], command: string | undefined): string {
  const names = missing.map(name => (name === debianPackages.java ? 'Java 17 or newer' : 'Maven')).join(' and ')
  return `The tests on a real Kafka need ${names}. ${command ? `Run: ${command}` : 'Install them with the package manager of this system.'}`
}

async function answers(program: string, args: readonly string[], env: Environment): Promise<boolean> {
  return run(program, [...args], { env: { ...env }, timeout: 30_000 }).then(
    () => true,
    () => false,
  )
}
