/** Test connection: each step by itself, so that the first one that fails is named. */
import { lookup } from 'node:dns/promises'
import { connect as connectTcp } from 'node:net'
import * as vscode from 'vscode'
import { ClientError, failureText } from '../failures.ts'
import type { ClusterConfig } from './clusterSettings.ts'
import { connect } from './connection.ts'
import type { ClusterSecrets } from './secrets.ts'

const tcpTimeoutMs = 5_000

/** Answers what was found, in one sentence. @throws {ClientError} names the broker, the step, and what to try. */
export async function testConnection(cluster: ClusterConfig, secrets: ClusterSecrets): Promise<string> {
  const failures: string[] = []
  for (const broker of cluster.brokers) {
    const failure = await reach(broker)
    if (failure) failures.push(failure)
  }
  if (failures.length === cluster.brokers.length)
    throw new ClientError(
      vscode.l10n.t('No broker of {0} can be reached: {1}', cluster.name, failures.join('; ')),
      vscode.l10n.t('Check the addresses, that the broker runs, and whether a VPN or firewall stands between.'),
    )
  return [await speak(cluster, secrets), ...failures].join(' ')
}

/** DNS, then TCP. `undefined`: both worked. */
async function reach(broker: string): Promise<string | undefined> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(broker) ?? []
  try {
    await lookup(host)
  } catch (error) {
    return vscode.l10n.t('{0}: DNS does not know the name ({1})', broker, codeOf(error))
  }
  try {
    await openAndClose(host, Number(port))
    return undefined
  } catch (error) {
    return vscode.l10n.t('{0}: no TCP connection ({1})', broker, codeOf(error))
  }
}

function openAndClose(host: string, port: number): Promise<void> {
  return new Promise((done, failed) => {
    const socket = connectTcp({ host, port, timeout: tcpTimeoutMs })
    socket.once('connect', () => {
      socket.destroy()
      done()
    })
    socket.once('timeout', () => socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })))
    socket.once('error', failed)
  })
}

/** TLS, login, versions, and a first question that needs the right to describe. */
async function speak(cluster: ClusterConfig, secrets: ClusterSecrets): Promise<string> {
  try {
    await using monitor = await disposable(cluster, secrets)
    const { brokers, topics, groups, kafkaVersion, tookMs } = await monitor.refresh({})
    return vscode.l10n.t(
      '{0} answers: {1} brokers, Kafka {2}, {3} topics and {4} groups visible, {5} ms.',
      cluster.name,
      brokers.length,
      kafkaVersion ?? '?',
      topics.length,
      groups.length,
      Math.round(tookMs),
    )
  } catch (error) {
    if (error instanceof ClientError) throw error
    throw new ClientError(
      vscode.l10n.t('{0} can be reached, but does not let us in: {1}', cluster.name, failureText(error)),
      cluster.ssl
        ? vscode.l10n.t('Check certificates, mechanism, user name and password.')
        : vscode.l10n.t(
            'Check mechanism, user name and password, and whether this listener expects TLS ("ssl": true).',
          ),
    )
  }
}

async function disposable(cluster: ClusterConfig, secrets: ClusterSecrets) {
  const monitor = await connect(cluster, secrets)
  return { refresh: monitor.refresh.bind(monitor), [Symbol.asyncDispose]: () => monitor.close() }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}
