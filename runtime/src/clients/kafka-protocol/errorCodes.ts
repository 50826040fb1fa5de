/**
 * Kafka's error codes: name, whether the same request can succeed later, and what it tells the client to look up again.
 *
 * @see https://kafka.apache.org/protocol#protocol_error_codes
 */

interface CodeRow<Name extends string = string> {
  readonly name: Name
  readonly says: string
  readonly isRetriable: boolean
  /** What the client believed and must ask again before it retries. */
  readonly stale?: 'leader' | 'coordinator'
}

const fatal = <Name extends string>(name: Name, says: string): CodeRow<Name> => ({ name, says, isRetriable: false })
const retriable = <Name extends string>(name: Name, says: string, stale?: 'leader' | 'coordinator'): CodeRow<Name> => ({
  name,
  says,
  isRetriable: true,
  ...(stale && { stale }),
})

/** Those a client of ours can meet; any other is shown by its number. */
const rows = {
  [-1]: fatal('UNKNOWN_SERVER_ERROR', 'the broker failed unexpectedly; see its log'),
  1: fatal('OFFSET_OUT_OF_RANGE', 'the log does not hold this offset'),
  2: retriable('CORRUPT_MESSAGE', 'the records failed their checksum or the topic is compacted and a key is missing'),
  3: retriable('UNKNOWN_TOPIC_OR_PARTITION', 'the broker does not have this partition', 'leader'),
  5: retriable('LEADER_NOT_AVAILABLE', 'the partition has no leader at the moment', 'leader'),
  6: retriable('NOT_LEADER_OR_FOLLOWER', 'the broker no longer leads this partition', 'leader'),
  7: retriable('REQUEST_TIMED_OUT', 'the broker did not finish in time'),
  8: retriable('BROKER_NOT_AVAILABLE', 'the broker is not available', 'leader'),
  9: retriable('REPLICA_NOT_AVAILABLE', 'the replica is not available', 'leader'),
  10: fatal('MESSAGE_TOO_LARGE', 'the records are larger than the topic allows (max.message.bytes)'),
  12: fatal('OFFSET_METADATA_TOO_LARGE', 'the metadata string of an offset is too long (offset.metadata.max.bytes)'),
  13: retriable('NETWORK_EXCEPTION', 'the broker lost its connection', 'leader'),
  14: retriable('COORDINATOR_LOAD_IN_PROGRESS', 'the coordinator is starting'),
  15: retriable('COORDINATOR_NOT_AVAILABLE', 'the coordinator is not available', 'coordinator'),
  16: retriable('NOT_COORDINATOR', 'the broker is no longer the coordinator', 'coordinator'),
  17: fatal('INVALID_TOPIC_EXCEPTION', 'the topic name is not allowed'),
  18: fatal('RECORD_LIST_TOO_LARGE', 'the batch is larger than a segment of the log'),
  19: retriable('NOT_ENOUGH_REPLICAS', 'fewer replicas are in sync than min.insync.replicas'),
  20: retriable('NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'written, but to fewer replicas than min.insync.replicas'),
  22: fatal('ILLEGAL_GENERATION', 'the group has moved on to another generation'),
  23: fatal('INCONSISTENT_GROUP_PROTOCOL', 'no assignment strategy is common to all members of the group'),
  24: fatal('INVALID_GROUP_ID', 'the group id is not allowed'),
  25: fatal('UNKNOWN_MEMBER_ID', 'the group does not know this member (its session ended)'),
  26: fatal(
    'INVALID_SESSION_TIMEOUT',
    'the session timeout is outside what the broker allows (group.min.session.timeout.ms .. group.max.session.timeout.ms)',
  ),
  27: retriable('REBALANCE_IN_PROGRESS', 'the group is rebalancing'),
  28: fatal('INVALID_COMMIT_OFFSET_SIZE', 'the committed offsets are too large'),
  29: fatal('TOPIC_AUTHORIZATION_FAILED', 'not authorized for this topic'),
  30: fatal('GROUP_AUTHORIZATION_FAILED', 'not authorized for this group'),
  31: fatal('CLUSTER_AUTHORIZATION_FAILED', 'not authorized for this on the cluster'),
  33: fatal('UNSUPPORTED_SASL_MECHANISM', 'the broker does not offer this mechanism'),
  34: fatal('ILLEGAL_SASL_STATE', 'the broker has not accepted the login'),
  35: fatal('UNSUPPORTED_VERSION', 'the broker does not know this version of the request'),
  36: fatal('TOPIC_ALREADY_EXISTS', 'the topic exists already'),
  37: fatal('INVALID_PARTITIONS', 'the number of partitions is not allowed'),
  38: fatal('INVALID_REPLICATION_FACTOR', 'there are fewer brokers than replicas were asked for'),
  40: fatal('INVALID_CONFIG', 'a configuration key or value is not allowed'),
  41: retriable('NOT_CONTROLLER', 'the broker is not the controller', 'leader'),
  42: fatal('INVALID_REQUEST', 'the broker could not make sense of the request'),
  43: fatal('UNSUPPORTED_FOR_MESSAGE_FORMAT', 'the log of this topic is in an older format'),
  44: fatal('POLICY_VIOLATION', 'a policy of the cluster forbids it'),
  45: fatal('OUT_OF_ORDER_SEQUENCE_NUMBER', 'a batch before this one is missing'),
  46: fatal('DUPLICATE_SEQUENCE_NUMBER', 'the batch is in the log already'),
  47: fatal('INVALID_PRODUCER_EPOCH', 'a newer producer has taken over this transactional id'),
  48: fatal('INVALID_TXN_STATE', 'the transaction is not in a state that allows this'),
  49: fatal('INVALID_PRODUCER_ID_MAPPING', 'the producer id does not belong to this transactional id'),
  50: fatal(
    'INVALID_TRANSACTION_TIMEOUT',
    'the transaction timeout is longer than the broker allows (transaction.max.timeout.ms)',
  ),
  51: retriable('CONCURRENT_TRANSACTIONS', 'an earlier transaction of this producer is still being ended'),
  53: fatal('TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'not authorized for this transactional id'),
  55: retriable('OPERATION_NOT_ATTEMPTED', 'another partition of the request failed first'),
  56: retriable('KAFKA_STORAGE_ERROR', "the broker's disk failed", 'leader'),
  58: fatal('SASL_AUTHENTICATION_FAILED', 'the broker has refused the login'),
  59: fatal('UNKNOWN_PRODUCER_ID', 'the broker has forgotten this producer'),
  74: retriable('FENCED_LEADER_EPOCH', 'the leader has changed', 'leader'),
  75: retriable('UNKNOWN_LEADER_EPOCH', 'the broker has not heard of the new leader yet', 'leader'),
  76: fatal('UNSUPPORTED_COMPRESSION_TYPE', 'the broker does not know this codec'),
  78: retriable('OFFSET_NOT_AVAILABLE', 'the new leader does not know its end yet'),
  79: retriable('MEMBER_ID_REQUIRED', 'the group coordinator has given a member id to join with'),
  81: fatal('GROUP_MAX_SIZE_REACHED', 'the group has as many members as the broker allows'),
  82: fatal('FENCED_INSTANCE_ID', 'another process has joined with the same groupInstanceId'),
  84: retriable('ELECTION_NOT_NEEDED', 'no election is needed'),
  87: fatal('INVALID_RECORD', 'the broker refused a record'),
  88: retriable('UNSTABLE_OFFSET_COMMIT', 'a transaction with offsets of this group is still open'),
  89: retriable('THROTTLING_QUOTA_EXCEEDED', 'the quota is used up for now'),
  90: fatal('PRODUCER_FENCED', 'a newer producer has taken over this transactional id'),
  100: retriable('UNKNOWN_TOPIC_ID', 'the broker does not have the topic with this id', 'leader'),
  103: retriable('INCONSISTENT_TOPIC_ID', 'the topic was recreated', 'leader'),
  120: fatal('TRANSACTION_ABORTABLE', 'the transaction can only be aborted'),
} as const satisfies Readonly<Record<number, CodeRow>>

export type CodeName = (typeof rows)[keyof typeof rows]['name']

/** What each code says, by its name: for whoever tells it in another language. */
export const codeSentences = Object.fromEntries(
  Object.values<CodeRow>(rows).map(({ name, says }) => [name, says]),
) as Readonly<Record<CodeName, string>>

/** The name, or `ERROR_<number>` for one we do not know. */
export function codeName(code: number): string {
  return rowOf(code)?.name ?? `ERROR_${code}`
}

function rowOf(code: number): CodeRow | undefined {
  return (rows as Readonly<Record<number, CodeRow>>)[code]
}

/** An error code in a broker's answer: the broker has spoken, nothing is unknown. */
export class KafkaCodeError extends Error {
  override name = 'KafkaCodeError'
  readonly request: string
  readonly kafkaCode: number
  readonly codeName: string
  /** The broker's own words, if it had any. */
  readonly detail: string | undefined
  readonly isRetriable: boolean
  readonly stale: 'leader' | 'coordinator' | undefined

  constructor(request: string, code: number, detail?: string | null) {
    const row = rowOf(code)
    super(`${codeName(code)}: ${row?.says ?? 'see the Kafka protocol error codes'}${detail ? ` (${detail})` : ''}`)
    this.request = request
    this.kafkaCode = code
    this.codeName = codeName(code)
    this.detail = detail || undefined
    this.isRetriable = row?.isRetriable ?? false
    this.stale = row?.stale
  }
}

/** @throws KafkaCodeError when the code is not 0. */
export function checkCode(request: string, code: number, detail?: string | null): void {
  if (code !== 0) throw new KafkaCodeError(request, code, detail)
}
