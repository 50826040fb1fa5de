/** The extension's tests as a run needs them: built, on a copy of the samples that may be edited, against a real Kafka. */
import { cp, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { clustersFolder, dataHomeVariable } from '../../runtime/src/localKafka/folders.ts'
import { freePorts } from '../../runtime/src/localKafka/ports.ts'
import {
  brokersVariable,
  postgresVariable,
  screenshotsVariable,
  securedBrokerVariable,
  securedLogin,
  themeVariable,
  zookeeperVariable,
} from '../extension/variables.ts'
import { bundle } from './bundle.ts'
import { type KafkaNeeds, useKafka } from './kafka.ts'
import { usePostgres } from './postgres.ts'
import { type ExtensionTestReport, runExtensionTests, type Theme } from './vscode.ts'
import { useZooKeeper } from './zookeeper.ts'

const root = resolve(import.meta.dirname, '../..')

export interface ExtensionSession {
  /** @defaultValue every test of the extension */
  readonly testsPath?: string
  readonly theme?: Theme
  /** Folder for pictures; left out, none are taken. */
  readonly screenshots?: string
  readonly onLog?: (line: string) => void
  /** Added to the environment of the tests and of what they start. */
  readonly env?: Readonly<Record<string, string>>
  readonly settings?: Readonly<Record<string, unknown>>
  /** Starts a PostgreSQL and a ZooKeeper beside the Kafka. */
  readonly hasStores?: boolean
  /** The folder is opened as one that nobody has trusted; no Kafka is started, since nothing may call one. */
  readonly isUntrusted?: boolean
  /** The extension takes the session's Kafka for the local one that it has started itself. */
  readonly isKafkaLocal?: boolean
}

/** Builds, starts what is needed, runs, and removes all of it. */
export async function runExtensionSession(session: ExtensionSession = {}): Promise<ExtensionTestReport> {
  const cleanUps: (() => unknown)[] = []
  const after = (cleanUp: () => unknown): void => void cleanUps.push(cleanUp)
  const theme = session.theme ?? 'dark'
  try {
    await bundle()
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'tidemark-session-')))
    after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
    const workspace = await copySamples(folder)
    // Its own: the tree must not be full of what other tests have left.
    const [securedPort] = (await freePorts(1)) as [number]
    const [kafka, stores] = await Promise.all([
      session.isUntrusted ? undefined : useKafka({ after }, { isOwn: true, ...securedListener(securedPort) }),
      session.hasStores ? startStores(after) : {},
    ])
    const brokers = kafka?.brokers ?? []
    const dataHome = join(folder, 'data')
    if (session.isKafkaLocal && kafka?.folder) {
      await mkdir(clustersFolder({ [dataHomeVariable]: dataHome }), { recursive: true })
      await symlink(kafka.folder, join(clustersFolder({ [dataHomeVariable]: dataHome }), 'default'), 'junction')
    }
    return await runExtensionTests({
      workspace,
      theme,
      testsPath: session.testsPath ?? join(root, 'test/extension/index.ts'),
      isWorkspaceTrustOn: session.isUntrusted === true,
      ...(session.onLog ? { onLog: session.onLog } : {}),
      settings: {
        ...(session.isUntrusted ? untrusting : { 'tidemark.clusters': [{ name: 'local', brokers }] }),
        ...session.settings,
      },
      env: {
        [brokersVariable]: brokers.join(','),
        [securedBrokerVariable]: `127.0.0.1:${securedPort}`,
        [themeVariable]: theme.replace(' ', '-'),
        // The local Kafka of whoever runs the tests is not theirs.
        [dataHomeVariable]: dataHome,
        TIDEMARK_BROKERS: brokers.join(','),
        TIDEMARK_DATABASE: join(folder, 'totals.db'),
        ...(session.screenshots ? { [screenshotsVariable]: session.screenshots } : {}),
        ...stores,
        ...session.env,
      },
    })
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
  }
}

async function startStores(after: (cleanUp: () => unknown) => void): Promise<Record<string, string>> {
  const [postgres, zookeeper] = await Promise.all([usePostgres({ after }), useZooKeeper({ after })])
  return { [postgresVariable]: postgres.connectionString, [zookeeperVariable]: zookeeper.connectString }
}

const untrusting = { 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.emptyWindow': false }

/** Beside the plain one: logins by SASL PLAIN and OAUTHBEARER (tokens need no signature), as the form for clusters tries them. */
function securedListener(port: number): Pick<KafkaNeeds, 'secureListeners' | 'configs'> {
  const { username, password } = securedLogin
  return {
    secureListeners: [{ name: 'GUARDED', protocol: 'SASL_PLAINTEXT', ports: [port] }],
    configs: {
      'listener.name.guarded.sasl.enabled.mechanisms': 'PLAIN,OAUTHBEARER',
      'listener.name.guarded.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`,
      'listener.name.guarded.oauthbearer.sasl.jaas.config':
        'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";',
    },
  }
}

/** The samples where they may be edited and run; what they import is found in the folder above, as in a user's project. */
async function copySamples(folder: string): Promise<string> {
  const workspace = join(folder, 'samples')
  await cp(join(root, 'runtime/samples'), workspace, { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return workspace
}
