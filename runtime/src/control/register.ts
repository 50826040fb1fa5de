/**
 * Preloaded before a program that uses kafkajs, it shows the program's batches in the editor that started it, with no change to the program.
 *
 * `node --import @tidemark/runtime/register pipeline.ts`. Without `TIDEMARK_CONTROL` nothing is loaded and nothing is patched.
 * A program built on Tidemark's own processor is not touched either: it takes the control link before it could get here.
 *
 * What an ordinary consumer cannot offer is not sent:
 * - outputs other than those through kafkajs producers, node:sqlite and pg: its handler writes where nobody sees it
 * - `rolledBack` and `fenced`: there is no transaction, and kafkajs notices a lost partition only at its next request
 * - a second consumer of the same process: it runs on as it is, in a scratch group of its own where one is set
 * - a kafkajs that was bundled into the program: it cannot be found
 *
 * What differs while an editor is attached: batches run one at a time; `sessionTimeout` is half an hour, or the broker's
 * `group.max.session.timeout.ms` where that is lower (where it may not be read, such a broker refuses the member); the commit of a
 * batch comes before kafkajs' END_BATCH_PROCESS event; `eachMessage` runs over batches, so kafkajs says "eachBatch" where it logs its errors.
 */
import { controlSocketVariable } from '../protocol.ts'

if (process.env[controlSocketVariable]) {
  const { hookKafkajs } = await import('./plain/hook.ts')
  hookKafkajs(process.env)
}
