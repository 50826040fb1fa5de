/** `server/src/rules/index.ts`: a rule counts by being there, as `rules/<id>.ts` with an export of its name in camel case. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type GeneratedFile, repositoryRoot } from './files.ts'

const folder = 'server/src/rules'

export async function ruleRegistry(): Promise<readonly GeneratedFile[]> {
  const ids = await ruleIdsOnDisk()
  const imports = ids.map(id => `import { ${camelCase(id)} } from './${id}.ts'`)
  const content = [
    '/** Every rule, in the order in which reports list them. Generated from the files beside it: `npm run generate`. */',
    ...[...imports, `import type { Rule } from './rule.ts'`].sort(byModule),
    '',
    ...listed(ids.map(camelCase)),
    '',
  ].join('\n')
  return [{ path: `${folder}/index.ts`, content }]
}

/** A rule's id has a hyphen, and so has its file; `rule.ts` and what rules share has none. */
export async function ruleIdsOnDisk(): Promise<readonly string[]> {
  const names = await readdir(join(repositoryRoot, folder))
  return names
    .filter(name => /^[a-z][a-z0-9]*(?:-[a-z0-9]+)+\.ts$/.test(name))
    .map(name => name.slice(0, -'.ts'.length))
    .sort()
}

export function camelCase(id: string): string {
  return id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** As the formatter wants it: one line when it fits. */
function listed(names: readonly string[]): string[] {
  const line = `export const rules: readonly Rule[] = [${names.join(', ')}]`
  if (line.length <= 120) return [line]
  return ['export const rules: readonly Rule[] = [', ...names.map(name => `  ${name},`), ']']
}

/** As the formatter sorts imports: by the module they come from. */
function byModule(a: string, b: string): number {
  const moduleOf = (line: string): string => /'(.*)'/.exec(line)?.[1] ?? ''
  return moduleOf(a) < moduleOf(b) ? -1 : 1
}
