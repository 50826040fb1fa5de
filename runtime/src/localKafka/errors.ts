/** Everything that can go wrong with a local Kafka: a code, what happened and why, and what to do. */

interface Row {
  readonly message: (facts: Facts) => string
  readonly action: (facts: Facts) => string
}

type Facts = Readonly<Record<string, string | number>>

const rows = {
  JAVA_MISSING: {
    message: () => 'No Docker engine answers and no Java was found, so no Kafka can be started here.',
    action: () => 'Install Java 17 or newer (and set JAVA_HOME or PATH), or start Docker.',
  },
  JAVA_TOO_OLD: {
    message: f => `${f.java} is Java ${f.version}; Kafka needs Java 17 or newer.`,
    action: () => 'Install Java 17 or newer and point JAVA_HOME at it, or start Docker.',
  },
  MAVEN_MISSING: {
    message: () => 'Kafka is not in the cache yet, and Maven, which fetches it, was not found.',
    action: f =>
      `Install Maven (the command 'mvn'), or unpack a Kafka release from https://kafka.apache.org and set ${f.variable} to its folder.`,
  },
  FETCH_FAILED: {
    message: f => `Maven could not fetch Kafka ${f.version}: ${f.output}`,
    action: f =>
      `Check the network and Maven's settings (proxy, mirror), or unpack a Kafka release and set ${f.variable} to its folder.`,
  },
  KAFKA_HOME_INVALID: {
    message: f => `${f.variable} names ${f.path}, which holds no libs/kafka_*.jar.`,
    action: () =>
      'Point it at the folder of an unpacked Kafka release (the one with bin, config and libs), or unset it.',
  },
  DOCKER_UNAVAILABLE: {
    message: f => `Docker was asked for, but no engine answers: ${f.output}`,
    action: () => 'Start Docker, or leave the engine out to use Java.',
  },
  DOCKER_FAILED: {
    message: f => `docker compose ${f.command} failed: ${f.output}`,
    action: () => "Read Docker's message above; '--engine java' starts Kafka without Docker.",
  },
  PORT_TAKEN: {
    message: f => `Port ${f.port} is in use by another program.`,
    action: () => "Stop that program, choose another '--port', or leave it out: a free port is then chosen.",
  },
  DISK_FULL: {
    message: f => `The disk that holds ${f.path} has ${f.freeMb} MB left; a local Kafka needs ${f.neededMb} MB.`,
    action: f => `Free some space, or name a folder on another disk with '--data' or ${f.variable}.`,
  },
  FOLDER_NOT_WRITABLE: {
    message: f => `${f.path} cannot be written: ${f.reason}.`,
    action: f => `Give your user the right to write there, or name another folder with '--data' or ${f.variable}.`,
  },
  CONFIG_RESERVED: {
    message: f => `'${f.key}' cannot be set by '--config': it is derived from the other options.`,
    action: () => "Use '--brokers', '--port' or '--data' instead.",
  },
  CONFIG_INVALID: {
    message: f => `Kafka refused its configuration: ${f.output}`,
    action: () => "Correct the '--config' options named there.",
  },
  BROKER_EXITED: {
    message: f => `Broker ${f.node} ended while starting (${f.exit}). Its last lines:\n${f.log}`,
    action: f => `The whole log is ${f.path}. Nothing was left running.`,
  },
  START_TIMEOUT: {
    message: f => `Kafka did not answer a metadata request within ${f.seconds} s. Its last lines:\n${f.log}`,
    action: f => `The whole log is ${f.path}. Nothing was left running; a busy machine may need a larger '--timeout'.`,
  },
  ALREADY_DIFFERENT: {
    message: f => `The cluster '${f.name}' already ${f.verb} ${f.has}, not ${f.asked}.`,
    action: f => `${f.remedy}, or give the new one its own '--name'.`,
  },
  PARTLY_RUNNING: {
    message: f => `The cluster '${f.name}' is only partly running: ${f.missing} ended by itself.`,
    action: f => `Run 'tidemark kafka down${f.option}' and then 'up' again; its logs say why.`,
  },
  NOT_RUNNING: {
    message: f => `The cluster '${f.name}' does not run here, or not with all of its brokers.`,
    action: f => `Run 'tidemark kafka up${f.name === 'default' ? '' : ` --name ${f.name}`}' first.`,
  },
  NAME_INVALID: {
    message: f => `'${f.name}' cannot name a cluster.`,
    action: () => 'Use up to 63 lower-case letters, digits, dashes and underscores, beginning with a letter or digit.',
  },
  BUSY: {
    message: f => `Another 'tidemark kafka' command (process ${f.pid}) is working on the cluster '${f.name}'.`,
    action: () => 'Wait until it has finished.',
  },
  STATE_UNREADABLE: {
    message: f => `The state file ${f.path} cannot be understood: ${f.reason}.`,
    action: () => 'If no Kafka of yours is running, delete that file and try again.',
  },
  NOT_STOPPED: {
    message: f => `Broker ${f.node} (process ${f.pid}) is still there ${f.seconds} s after it was killed.`,
    action: () => "The system could not end it; try 'tidemark kafka down' again.",
  },
} satisfies Record<string, Row>

export type LocalKafkaErrorCode = keyof typeof rows

/** A local Kafka could not be started, stopped or asked. `message` says what and why, `action` what to do. */
export class LocalKafkaError extends Error {
  readonly code: LocalKafkaErrorCode
  readonly action: string

  constructor(code: LocalKafkaErrorCode, facts: Facts = {}) {
    const row: Row = rows[code]
    super(row.message(facts))
    this.name = 'LocalKafkaError'
    this.code = code
    this.action = row.action(facts)
  }
}
