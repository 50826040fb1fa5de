/** The contract of offset stores, for those that need no server. */
import { contractSuite } from './contract/suite.ts'

await contractSuite('fast')
