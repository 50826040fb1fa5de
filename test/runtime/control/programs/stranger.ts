/** Another user of the same machine: gives up being root, tries to get at the socket and the environment it is told of, and says what came of it. */
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'

const nobody = 65_534
const [socket = '', pid = ''] = process.argv.slice(2)
process.setgroups?.([])
process.setgid?.(nobody)
process.setuid?.(nobody)

const connected = await new Promise<string>(done => {
  connect(socket)
    .once('connect', () => done('yes'))
    .once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
})
const tried = (read: () => unknown): string => {
  try {
    read()
    return 'yes'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}
const listed = tried(() => readdirSync(dirname(socket)))
const environment = tried(() => readFileSync(`/proc/${pid}/environ`))
console.log(JSON.stringify({ connected, listed, environment, arguments: readFileSync(`/proc/${pid}/cmdline`, 'utf8') }))
