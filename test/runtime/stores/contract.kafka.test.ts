/** The contract of offset stores, for those that need a server: each against its real one. */
import { contractSuite } from './contract/suite.ts'

await contractSuite('server')
