/** How answers come in over a connection of kafkajs: read into one buffer, put together once. */
import { connect, type Socket } from 'node:net'
import type { ISocketFactory } from 'kafkajs'
import defaultSocketFactory from 'kafkajs/src/network/socketFactory.js'
import { AnswerGatherer } from '../kafka-protocol/answerGatherer.ts'
import { WireError } from '../kafka-protocol/wire.ts'

/** What is used of a connection of kafkajs. */
export interface PieceReader {
  socketFactory: ISocketFactory
  /** Set while a login is under way: what arrives then belongs to it. */
  readonly authHandlers: unknown
  readonly bytesBuffered: number
  readonly requestQueue: {
    fulfillRequest(answer: { readonly size: number; readonly correlationId: number; readonly payload: Buffer }): void
  }
  processData(piece: Buffer): void
}

/** kafkajs keeps the pieces of an answer until it is whole. Logins, whose answers have forms of their own, stay with it. */
export function gatherAnswers(connection: PieceReader, giveUp: () => void): void {
  connection.socketFactory = readingIntoOneBuffer(connection.socketFactory)
  const processAsBefore = connection.processData.bind(connection)
  const gatherer = new AnswerGatherer()
  const gather = (piece: Buffer): void => {
    for (let at = 0; at < piece.length; ) {
      if (gatherer.isEmpty && (connection.authHandlers || connection.bytesBuffered > 0)) {
        // kafkajs keeps what it is given, and the buffer is read into again.
        processAsBefore(Buffer.from(piece.subarray(at)))
        return
      }
      at += gatherer.take(piece, at)
      const answer = gatherer.whole()
      if (!answer) continue
      const correlationId = answer.readInt32BE(0)
      connection.requestQueue.fulfillRequest({ size: answer.length, correlationId, payload: answer.subarray(4) })
    }
  }
  connection.processData = piece => {
    try {
      gather(piece)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      giveUp()
    }
  }
}

const readBytes = 256 * 1024
const keepAliveDelayMs = 60_000

/**
 * Node makes a new buffer for each piece that it reads: as many bytes again as are fetched, waiting to be collected. Where nobody has
 * said how sockets are opened, and no TLS stands between, one buffer a connection is read into again and again.
 */
function readingIntoOneBuffer(given: ISocketFactory): ISocketFactory {
  if (String(given) !== String(defaultSocketFactory())) return given
  return options => {
    const { host, port, ssl, onConnect } = options
    if (ssl) return given(options)
    const socket: Socket = connect({
      host,
      port,
      onread: {
        buffer: Buffer.allocUnsafeSlow(readBytes),
        callback(bytes, buffer) {
          socket.emit('data', (buffer as Buffer).subarray(0, bytes))
          return true
        },
      },
    })
    socket.once('connect', onConnect)
    return socket.setKeepAlive(true, keepAliveDelayMs)
  }
}
