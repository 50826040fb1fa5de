/** Everything that can go wrong with a local Kafka: a code, what happened and why, and what to do. */
import { fill } from '../errorTemplate.ts'

/** Each with its facts in places: `{path}`. */
interface Row {
  readonly message: string
  readonly action: string
}

type Facts = Readonly<Record<string, string | number>>

const rows = {
  JAVA_MISSING: {
    message: 'No Docker engine answers and no Java was found, so no Kafka can be started here.',
    action: 'Install Java 17 or newer (and set JAVA_HOME or PATH), or start Docker.',
  },
  JAVA_TOO_OLD: {
    message: '{java} is Java {version}; Kafka needs Java 17 or newer.',
    action: 'Install Java 17 or newer and point JAVA_HOME at it, or start Docker.',
  },
  MAVEN_MISSING: {
    message: 'Kafka is not in the cache yet, and Maven, which fetches it, was not found.',
    action:
      "Install Maven (the command 'mvn'), or unpack a Kafka release from https://kafka.apache.org and set {variable} to its folder.",
  },
  FETCH_FAILED: {
    message: 'Maven could not fetch Kafka {version}: {output}',
    action:
      "Check the network and Maven's settings (proxy, mirror), or unpack a Kafka release and set {variable} to its folder.",
  },
  KAFKA_HOME_INVALID: {
    message: '{variable} names {path}, which holds no libs/kafka_*.jar.',
    action: 'Point it at the folder of an unpacked Kafka release (the one with bin, config and libs), or unset it.',
  },
  DOCKER_UNAVAILABLE: {
    message: 'Docker was asked for, but no engine answers: {output}',
    action: 'Start Docker, or leave the engine out to use Java.',
  },
  DOCKER_FAILED: {
    message: 'docker compose {command} failed: {output}',
    action: "Read Docker's message above; '--engine java' starts Kafka without Docker.",
  },
  PORT_TAKEN: {
    message: 'Port {port} is in use by another program.',
    action: "Stop that program, choose another '--port', or leave it out: a free port is then chosen.",
  },
  DISK_FULL: {
    message: 'The disk that holds {path} has {freeMb} MB left; a local Kafka needs {neededMb} MB.',
    action: "Free some space, or name a folder on another disk with '--data' or {variable}.",
  },
  FOLDER_NOT_WRITABLE: {
    message: '{path} cannot be written: {reason}.',
    action: "Give your user the right to write there, or name another folder with '--data' or {variable}.",
  },
  CONFIG_RESERVED: {
    message: "'{key}' cannot be set by '--config': it is derived from the other options.",
    action: "Use '--brokers', '--port' or '--data' instead.",
  },
  CONFIG_INVALID: {
    message: 'Kafka refused its configuration: {output}',
    action: "Correct the '--config' options named there.",
  },
  BROKER_EXITED: {
    message: 'Broker {node} ended while starting ({exit}). Its last lines:\n{log}',
    action: 'The whole log is {path}. Nothing was left running.',
  },
  START_TIMEOUT: {
    message: 'Kafka did not answer a metadata request within {seconds} s. Its last lines:\n{log}',
    action: "The whole log is {path}. Nothing was left running; a busy machine may need a larger '--timeout'.",
  },
  ALREADY_DIFFERENT: {
    message: "The cluster '{name}' already {verb} {has}, not {asked}.",
    action: "{remedy}, or give the new one its own '--name'.",
  },
  PARTLY_RUNNING: {
    message: "The cluster '{name}' is only partly running: {missing} ended by itself.",
    action: "Run 'tidemark kafka down{option}' and then 'up' again; its logs say why.",
  },
  NOT_RUNNING: {
    message: "The cluster '{name}' does not run here, or not with all of its brokers.",
    action: "Run 'tidemark kafka up{option}' first.",
  },
  NAME_INVALID: {
    message: "'{name}' cannot name a cluster.",
    action: 'Use up to 63 lower-case letters, digits, dashes and underscores, beginning with a letter or digit.',
  },
  BUSY: {
    message: "Another 'tidemark kafka' command (process {pid}) is working on the cluster '{name}'.",
    action: 'Wait until it has finished.',
  },
  STATE_UNREADABLE: {
    message: 'The state file {path} cannot be understood: {reason}.',
    action: 'If no Kafka of yours is running, delete that file and try again.',
  },
  NOT_STOPPED: {
    message: 'Broker {node} (process {pid}) is still there {seconds} s after it was killed.',
    action: "The system could not end it; try 'tidemark kafka down' again.",
  },
} satisfies Record<string, Row>

export type LocalKafkaErrorCode = keyof typeof rows

/** Every sentence of the table. */
export function localKafkaSentences(): string[] {
  return Object.values<Row>(rows).flatMap(({ message, action }) => [message, action])
}

/** A local Kafka could not be started, stopped or asked. `message` says what and why, `action` what to do. */
export class LocalKafkaError extends Error {
  readonly code: LocalKafkaErrorCode
  readonly action: string
  readonly #facts: Facts

  constructor(code: LocalKafkaErrorCode, facts: Facts = {}) {
    const { message, action }: Row = rows[code]
    super(fill(message, facts))
    this.name = 'LocalKafkaError'
    this.code = code
    this.action = fill(action, facts)
    this.#facts = facts
  }

  /** Both, in the reader's language as far as `translate` knows it. */
  told(translate: (english: string) => string): string {
    const { message, action }: Row = rows[this.code]
    return `${fill(translate(message), this.#facts)} ${fill(translate(action), this.#facts)}`
  }
}
