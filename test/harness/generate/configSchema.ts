/** `server/schemas/config.schema.json`: what a `tidemark.config.json` may hold, from the shape that checks it. */
import { ruleIds } from '@tidemark/server/analysis/findings/catalog'
import { settingsSchema } from '@tidemark/server/analysis/settings/settings'
import type { GeneratedFile } from './files.ts'

export function configSchema(): readonly GeneratedFile[] {
  const content = `${JSON.stringify(settingsSchema(ruleIds), undefined, 2)}\n`
  return [{ path: 'server/schemas/config.schema.json', content }]
}
