/** Beneath kafkajs' documented surface, pinned with it. */
declare module 'kafkajs/src/network/socketFactory.js' {
  import type { ISocketFactory } from 'kafkajs'
  /** How kafkajs opens a connection when its user does not say. */
  export default function defaultSocketFactory(): ISocketFactory
}
