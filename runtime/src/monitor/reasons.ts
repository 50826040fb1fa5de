/** Why something could not be read: in words of the table as far as the reason is known, else as whoever met it says it. */
import { type CodeName, codeSentences, KafkaCodeError } from '../clients/kafka-protocol/errorCodes.ts'
import { TransportError } from '../clients/kafka-protocol/transport.ts'
import { TidemarkError } from '../errors.ts'
import { SaidError, type Sentence, saying, type Told } from './sentences.ts'

/** For a person, without the place: that is told beside it. */
export function reasonOf(error: unknown): Told {
  if (error instanceof SaidError) return error.said
  if (error instanceof KafkaCodeError) return codeReason(error)
  if (error instanceof TransportError) return connectionReason(error) ?? error.reason
  return error instanceof TidemarkError ? tableReason(error) : reasonText(error)
}

/** Of our own table of errors only what was seen: what to do about it is told by whoever tells the reason. */
function tableReason(error: TidemarkError): Told {
  const known = error.code === 'BROKER_UNREACHABLE' ? connectionReason(error) : undefined
  const { reason = error.message } = error.details as { readonly reason?: string }
  return known ?? reason
}

export function reasonText(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error)
}

/** The name, what it means, and the broker's own words where it had any. */
function codeReason({ codeName, detail }: KafkaCodeError): Told {
  const means = saying(isKnown(codeName) ? codeName : 'unknownCode')
  return [`${codeName}: `, means, detail === undefined ? '' : ` (${detail})`]
}

function isKnown(name: string): name is CodeName {
  return Object.hasOwn(codeSentences, name)
}

/** The engine's own knowledge, else the code of the operating system, wherever in the chain of causes it is. */
function connectionReason(error: Error): Told | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const failure = at instanceof TransportError ? at.failure : undefined
    if (failure) return failure.kind === 'noAnswer' ? saying('noAnswer', failure.request) : saying(failure.kind)
    const { code = '' } = at as NodeJS.ErrnoException
    const sentence = sentenceOfCode.get(code)
    if (sentence) return saying(sentence, code)
  }
  return undefined
}

const sentenceOfCode: ReadonlyMap<string, Sentence> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'broken'],
  ['EPIPE', 'broken'],
  ['ETIMEDOUT', 'unreachable'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ENOTFOUND', 'nameless'],
  ['EAI_AGAIN', 'nameless'],
])
