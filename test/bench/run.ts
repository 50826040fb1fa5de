/** `npm run bench <name> [-- flags]`: runs one benchmark; each is a file beside this one that exports `bench(args)`. */
import { readdirSync } from 'node:fs'

const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter(entry => entry.isFile() && entry.name.endsWith('.ts') && entry.name !== 'run.ts')
  .map(entry => entry.name.slice(0, -'.ts'.length))

const [name, ...args] = process.argv.slice(2)
if (name === undefined || !names.includes(name)) {
  console.error(`Which benchmark? npm run bench <${names.join(' | ')}> [-- flags]`)
  process.exit(2)
}
const { bench } = (await import(`./${name}.ts`)) as { bench(args: readonly string[]): Promise<void> }
await bench(args)
