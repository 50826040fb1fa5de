/**
 * An engine that reads words instead of code, so that the doors can be seen to bear what a real engine must never do:
 * `BAD` is a finding, `PIPELINE` a pipeline, `USES x.ts` a reach, `THROW` throws and `RULE` is a rule that failed.
 */
import { dirname, join } from 'node:path'
import type { Engine, EngineOptions, FileAnalysis } from '@tidemark/server/analysis/engine/engine'
import type { Range } from '@tidemark/server/protocol'

export function createWordEngine({ fileSystem }: EngineOptions): Engine {
  const open = new Map<string, string>()
  const known = new Set<string>()
  const text = (path: string): string | undefined => open.get(path) ?? fileSystem.readFile(path)
  const reach = (path: string): string[] => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    return [path, ...[...known].filter(other => other !== path && text(other)?.includes(`USES ${name}`))]
  }
  return {
    open: (path, content) => {
      known.add(path)
      open.set(path, content)
    },
    change: (path, content) => open.set(path, content),
    close: path => open.delete(path),
    invalidate: () => undefined,
    configure: () => undefined,
    analyze: path => analyze(path, text(path) ?? '', text),
    names: () => [],
    reach,
    discover: async (_, { files } = {}) => {
      for (const path of files ?? []) known.add(path)
      return [...known]
    },
    survey: async () => [],
    refine: async () => [],
    text,
    statistics: () => ({ modules: known.size, pipelines: 0, parsedFiles: 0 }),
  }
}

function analyze(path: string, text: string, read: (path: string) => string | undefined): FileAnalysis {
  if (text.includes('THROW')) throw new Error('an impossible state')
  const used = /USES (\S+)/.exec(text)?.[1]
  const all = used === undefined ? text : `${text}\n${read(join(dirname(path), used)) ?? ''}`
  const isBadElsewhere = all !== text && all.includes('BAD')
  const findings = [...rangesOf('BAD', text), ...(isBadElsewhere ? rangesOf('USES', text) : [])].map(range => ({
    rule: 'non-idempotent-output',
    severity: 'error' as const,
    confidence: 'certain' as const,
    path,
    range,
    message: 'Bad.',
    evidence: [],
    fixes: [{ title: 'Make it good', isSafe: true, edits: [{ path, range, newText: 'GOOD' }] }],
  }))
  const pipelines = rangesOf('PIPELINE', text).map(range => ({
    range,
    client: '@tidemark/runtime',
    groupId: 'group',
    topics: ['topic'],
    declared: 'exactly-once',
    inferred: 'broken',
    evidence: [{ path, range, message: 'it says so' }],
  }))
  const failed = {
    code: 'RULE_FAILED' as const,
    path,
    rule: 'swallowed-error',
    message: 'swallowed-error failed: boom',
  }
  return { path, findings, pipelines, commits: [], notes: text.includes('RULE') ? [failed] : [] }
}

function rangesOf(word: string, text: string): Range[] {
  return text.split('\n').flatMap((line, index) =>
    [...line.matchAll(new RegExp(word, 'g'))].map(match => ({
      start: { line: index, character: match.index },
      end: { line: index, character: match.index + word.length },
    })),
  )
}
