/**
 * `npm run new-rule <id>`: a rule file, fixtures that fail until it finds something, and its page. Nothing else is touched:
 * a rule counts by its file, a fixture by its folder.
 */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { repositoryRoot } from './generate/files.ts'
import { camelCase } from './generate/ruleRegistry.ts'

/** @throws Error the id is not in kebab case, or taken */
export function newRuleFiles(id: string): ReadonlyMap<string, string> {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(id))
    throw new Error(
      `A rule is named by two or more words in lower case with hyphens, as 'offset-after-shuffle', not '${id}'.`,
    )
  return new Map([
    [`server/src/rules/${id}.ts`, ruleFile(id)],
    [`test/rules/${id}/invalid/basic.ts`, invalidFixture(id)],
    [`test/rules/${id}/valid/basic.ts`, validFixture()],
  ])
}

function ruleFile(id: string): string {
  return `import { defineRule } from './rule.ts'

/** Say in one sentence what it finds. */
export const ${camelCase(id)} = defineRule({
  meta: {
    id: '${id}',
    severity: 'warning',
    title: 'What it finds, in a few words',
    why: ['the first event', 'crash', 'what is lost or doubled by it'],
    misses: ['what it knowingly does not find'],
    whenNotToUse: 'When to turn it off.',
  },

  *detect(facts) {
    for (const pipeline of facts.pipelines) {
      // Yield one match for each place: { at: <the narrowest place>, ...whatever the explanation and the fix need }.
      if (pipeline.topics.length > 1_000) yield { at: pipeline.at }
    }
  },

  explain: () => ({ message: 'What is wrong, why it loses or doubles data, what to do.' }),
})
`
}

/** The carets ask for a finding that the rule does not make yet. */
function invalidFixture(id: string): string {
  return `// @docs
import { Kafka } from 'kafkajs'

const consumer = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] }).consumer({ groupId: 'totals' })

await consumer.run({
  eachMessage: async ({ message }) => {
    console.log(message.offset)
//  ^^^^^^^^^^^ ${id}: What is wrong
  },
})
`
}

function validFixture(): string {
  return `// @docs
import { Kafka } from 'kafkajs'

const consumer = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] }).consumer({ groupId: 'totals' })

await consumer.run({
  eachMessage: async ({ message }) => {
    console.log(message.offset)
  },
})
`
}

async function main(id: string): Promise<void> {
  const files = newRuleFiles(id)
  const taken = [...files.keys()].find(path => existsSync(join(repositoryRoot, path)))
  if (taken !== undefined) throw new Error(`${taken} is there already.`)
  for (const [path, content] of files) {
    await mkdir(dirname(join(repositoryRoot, path)), { recursive: true })
    await writeFile(join(repositoryRoot, path), content)
  }
  const { generate } = await import('./generate.ts')
  for (const path of [...files.keys(), ...(await generate())]) process.stdout.write(`${path}\n`)
}

if (import.meta.main)
  await main(process.argv[2] ?? '').catch((error: Error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
