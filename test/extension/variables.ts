/** Environment variables by which the harness tells the tests inside VS Code what they have. A leaf: imported on both sides. */

/** Folder in which requests to the page's driver are written; see test/harness/vscodeDriver.ts. */
export const driverFolderVariable = 'TIDEMARK_TEST_DRIVER'
/** Bootstrap brokers, comma-separated. */
export const brokersVariable = 'TIDEMARK_TEST_KAFKA'
/** A listener of the same Kafka that wants a login by SASL PLAIN. */
export const securedBrokerVariable = 'TIDEMARK_TEST_SECURED_BROKER'
export const securedLogin = { username: 'alice', password: 'alice=pass;word' }
/** A PostgreSQL's connection string and a ZooKeeper's connect string, for pipelines that keep their offsets there. */
export const postgresVariable = 'TIDEMARK_TEST_POSTGRES'
export const zookeeperVariable = 'TIDEMARK_TEST_ZOOKEEPER'
/** Where screenshots go. */
export const screenshotsVariable = 'TIDEMARK_TEST_SCREENSHOTS'
/** `dark` or `light`, part of a screenshot's name. */
export const themeVariable = 'TIDEMARK_TEST_THEME'
/** The window prints much; the harness passes on the lines that begin like this. */
export const logPrefix = 'tidemark-test: '
