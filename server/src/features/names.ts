/** Custom: which texts of a document name topics and groups. The editor looks them up in the cluster, and completes them. */
import type { CheckedFile } from '../analysis/engine/check.ts'
import { type NameInfo, type NamesParams, namesMethod } from '../protocol.ts'
import type { Feature, FeatureContext } from './feature.ts'

export const names: Feature<NamesParams, NameInfo[]> = {
  method: namesMethod,
  capabilities: {},

  handle({ uris, workspace }: FeatureContext, { uri }) {
    const path = uris.pathOf(uri)
    if (path === undefined) return []
    const given = workspace.names(path)
    const known = new Set(given.map(placeKey))
    return [
      ...given,
      ...repeated(workspace.check(path), workspace.text(path) ?? '').filter(one => !known.has(placeKey(one))),
    ]
  },
}

const repeatedMax = 500

/** Other texts that say the same as a pipeline of the file: an argument of a wrapper, a key of a table of handlers. */
function repeated({ pipelines }: CheckedFile, text: string): NameInfo[] {
  const kinds = new Map<string, NameInfo['kind']>()
  for (const { topics, groupId } of pipelines) {
    if (groupId !== undefined) kinds.set(groupId, 'group')
    for (const topic of topics) kinds.set(topic, 'topic')
  }
  if (kinds.size === 0) return []
  const found: NameInfo[] = []
  for (const [line, words] of text.split(/\r\n|\r|\n/).entries())
    for (const match of words.matchAll(/(['"`])((?:(?!\1)[^\\])*)\1/g)) {
      const name = match[2] ?? ''
      const kind = kinds.get(name)
      if (!kind || name === '' || found.length >= repeatedMax) continue
      const character = match.index + 1
      const range = { start: { line, character }, end: { line, character: character + name.length } }
      found.push({ kind, name, range, isText: true })
    }
  return found
}

function placeKey({ range: { start } }: NameInfo): string {
  return `${start.line}:${start.character}`
}
