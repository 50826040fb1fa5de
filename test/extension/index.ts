/** What VS Code loads as its tests: the standard entry of test-electron, desktop and server edition alike. */
import './activation.ts'
import './cluster.ts'
import './connections.ts'
import './debugging.ts'
import './debugUnopened.ts'
import './editor.ts'
import './lag.ts'
import './localKafka.ts'
import './names.ts'
import './reload.ts'
import './reset.ts'
import './tokens.ts'
import './tree.ts'
import { runAll } from './suite.ts'

export function run(): Promise<void> {
  return runAll()
}
