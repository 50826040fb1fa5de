/** What a local broker is told: `server.properties`, and where its log lines go. Pure. */
import { LocalKafkaError } from './errors.ts'
import type { SecureListener } from './plan.ts'

export interface NodePorts {
  readonly client: number
  readonly controller: number
}

export interface NodePlan {
  readonly nodeId: number
  readonly ports: readonly NodePorts[]
  readonly dataFolder: string
  readonly configs: Readonly<Record<string, string>>
  /** Beside the plain one. */
  readonly secureListeners?: readonly SecureListener[]
}

/** Derived from the options of `up`; setting them by hand would make the state file lie. */
const reservedKeys = new Set([
  'process.roles',
  'node.id',
  'broker.id',
  'controller.quorum.voters',
  'controller.quorum.bootstrap.servers',
  'controller.listener.names',
  'log.dir',
  'log.dirs',
  'metadata.log.dir',
])

/** Listener keys decide how a cluster is reached; only code that knows how to wait for such a listener may set them. */
const listenerKeys = new Set(['listeners', 'advertised.listeners', 'inter.broker.listener.name'])

/** @throws {LocalKafkaError} CONFIG_RESERVED. */
export function checkConfigs(configs: Readonly<Record<string, string>>): void {
  for (const key of Object.keys(configs)) {
    if (reservedKeys.has(key) || listenerKeys.has(key)) throw new LocalKafkaError('CONFIG_RESERVED', { key })
  }
}

/**
 * KRaft, every node broker and controller at once. Small where small is enough: few internal partitions, no rebalance delay.
 * `configs` win over everything except what makes the cluster a cluster.
 */
export function serverProperties({ nodeId, ports, dataFolder, configs, secureListeners = [] }: NodePlan): string {
  const own = ports[nodeId - 1]
  if (!own) throw new Error(`no ports for node ${nodeId}`)
  const copies = String(ports.length)
  const plain = `PLAINTEXT://127.0.0.1:${own.client}`
  const secure = secureListeners.map(listener => `,${listener.name}://127.0.0.1:${listener.ports[nodeId - 1]}`).join('')
  const protocols = secureListeners.map(({ name, protocol }) => `,${name}:${protocol}`).join('')
  const properties: Record<string, string> = {
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': '8',
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': ports.length > 1 ? '2' : '1',
    'transaction.state.log.num.partitions': '8',
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': ports.length > 1 ? '2' : '1',
    'share.coordinator.state.topic.num.partitions': '4',
    'default.replication.factor': copies,
    'group.initial.rebalance.delay.ms': '0',
    'group.coordinator.rebalance.protocols': 'classic,consumer,streams,share',
    listeners: `${plain},CONTROLLER://127.0.0.1:${own.controller}${secure}`,
    'advertised.listeners': `${plain}${secure}`,
    'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${protocols}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    ...configs,
    'process.roles': 'broker,controller',
    'node.id': String(nodeId),
    'controller.quorum.voters': ports.map((port, i) => `${i + 1}@127.0.0.1:${port.controller}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': dataFolder,
  }
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${escapeProperty(value)}\n`)
    .join('')
}

/** java.util.Properties: a backslash starts an escape, a line end ends the value. */
export function escapeProperty(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\r', '\\r').replaceAll('\n', '\\n')
}

/** log4j2: one file a node, at most twice 10 MB, so that a broker left running for weeks cannot fill the disk with its chatter. */
export function loggingConfiguration(logFile: string): string {
  const file = escapeXml(logFile)
  return `<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="error">
  <Appenders>
    <RollingFile name="File" fileName="${file}" filePattern="${file}.%i">
      <PatternLayout pattern="[%d] %p %m (%c)%n"/>
      <SizeBasedTriggeringPolicy size="10 MB"/>
      <DefaultRolloverStrategy max="1"/>
    </RollingFile>
  </Appenders>
  <Loggers>
    <Root level="info"><AppenderRef ref="File"/></Root>
    <Logger name="org.apache.kafka.clients" level="warn"/>
    <Logger name="org.apache.kafka.common.config" level="error"/>
  </Loggers>
</Configuration>
`
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('$', '$$$$')
}
