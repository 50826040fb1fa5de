/** A Kafka with a second listener that wants a login, and rules about who may do what. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findDistribution } from '../../runtime/src/localKafka/distribution.ts'
import { findJava } from '../../runtime/src/localKafka/java.ts'
import { endNodes, nodeFiles, prepareNode, startNode, waitUntilServing } from '../../runtime/src/localKafka/node.ts'
import { freePorts } from '../../runtime/src/localKafka/ports.ts'
import type { Scope } from './scope.ts'

export interface SecuredKafka {
  /** For whoever sets the scene: no login, may do everything. */
  readonly openBroker: string
  /** SASL/PLAIN. `mallory` may log in and nothing else. */
  readonly guardedBroker: string
  readonly login: { readonly mechanism: 'plain'; readonly username: 'mallory'; readonly password: 'mallory-password' }
}

const login = { mechanism: 'plain', username: 'mallory', password: 'mallory-password' } as const
const jaas = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${login.username}="${login.password}";`

export async function useSecuredKafka(t: Scope): Promise<SecuredKafka> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-secured-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const [client, controller, guarded] = (await freePorts(3)) as [number, number, number]
  const configs = {
    listeners: `PLAINTEXT://127.0.0.1:${client},CONTROLLER://127.0.0.1:${controller},GUARDED://127.0.0.1:${guarded}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${client},GUARDED://127.0.0.1:${guarded}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,GUARDED:SASL_PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.guarded.plain.sasl.jaas.config': jaas,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
  }
  const setup = {
    javaPath: (await findJava(process.env)).path,
    classPath: (await findDistribution(process.env, () => {})).classPath,
    isDetached: false,
    env: process.env,
  }
  const files = nodeFiles(folder, 1)
  const plan = { nodeId: 1, ports: [{ client, controller }], dataFolder: files.data, configs }
  await prepareNode(plan, files, 'c2VjdXJlZC1rYWZrYS10ZQ', setup)
  const { child, identity } = await startNode(files, setup)
  t.after(() => (identity ? endNodes([{ ...identity, nodeId: 1 }], false) : child.kill('SIGKILL')))
  await waitUntilServing({ nodeId: 1, port: client, brokers: 1, timeoutMs: 120_000 }, files, child)
  return { openBroker: `127.0.0.1:${client}`, guardedBroker: `127.0.0.1:${guarded}`, login }
}
