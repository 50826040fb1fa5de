/** Tells whether the kafkajs that a program imports is still its own, and whether the control link was loaded. */
import { createRequire } from 'node:module'
import { Kafka } from 'kafkajs'

const cache = Object.keys(createRequire(import.meta.url).cache ?? {})
console.log(`patched: ${!Kafka.prototype.consumer.toString().includes('createConsumer')}.`)
console.log(`link loaded: ${cache.some(path => path.includes('vscode-jsonrpc'))}.`)
