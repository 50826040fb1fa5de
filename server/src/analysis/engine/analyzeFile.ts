/** One file from source to findings: its pipelines, their facts, every rule over them. */
import type { Module } from '../../facts/code.ts'
import type { Finding, Fix, Severity } from '../../facts/finding.ts'
import type { OutputTable } from '../../facts/libraries/outputTable.ts'
import type { Facts, FixSketch, Pipeline, PipelineSummary, Place } from '../../facts/model.ts'
import type { PipelineInfo } from '../../protocol.ts'
import type { Rule, RuleResult } from '../../rules/rule.ts'
import { Finder } from '../pipelines/pipelines.ts'
import { transactionalProducers } from '../pipelines/producers.ts'
import { isOnSomewhere, levelAt } from '../settings/levels.ts'
import { type CommittedOffset, committedOffsets } from '../walk/offsets/committedOffsets.ts'
import type { EngineSettings, Note } from './contract.ts'
import type { Project } from './project.ts'

export interface RootAnalysis {
  readonly path: string
  readonly findings: readonly Finding[]
  readonly pipelines: readonly PipelineInfo[]
  readonly summaries: readonly PipelineSummary[]
  readonly commits: readonly CommittedOffset[]
  readonly notes: readonly Note[]
}

/** Of its pipelines, as far as they are known. */
export function groupsOf({ summaries }: RootAnalysis): string[] {
  return summaries.flatMap(({ groupId }) => groupId ?? [])
}

export function analyzeModule(
  project: Project,
  module: Module,
  table: OutputTable,
  rules: readonly Rule[],
  settings: EngineSettings,
  others: readonly PipelineSummary[],
): RootAnalysis {
  const finder = new Finder(project, module, table, settings.consumers)
  const pipelines = finder.pipelines()
  const facts: Facts = {
    path: module.path,
    pipelines,
    others,
    transactionalProducers: transactionalProducers(finder.evaluator, module),
  }
  const isTest = project.isTest?.(module.path) === true
  const notes: Note[] = []
  const findings: Finding[] = []
  for (const rule of rules) {
    const { id, severityInTests } = rule.meta
    const { levels } = settings
    if (isTest && severityInTests === 'off') continue
    if (levels && !isOnSomewhere(levels, id)) continue
    try {
      for (const result of rule.run(facts)) {
        const { explanation } = result
        const level = levels && levelAt(levels, id, result.at.path)
        const severity = level ?? severityOf(rule, result, project)
        if (severity === 'off') continue
        findings.push({
          rule: id,
          severity,
          confidence: explanation.confidence ?? 'certain',
          ...result.at,
          message: explanation.message,
          evidence: (explanation.related ?? []).map(({ at, message }) => ({ ...at, message })),
          fixes: result.fixes.map(fixOf),
        })
      }
    } catch (error) {
      // One broken rule must not silence the others.
      notes.push({
        code: 'RULE_FAILED',
        path: module.path,
        rule: rule.meta.id,
        message: `Rule ${rule.meta.id} failed: ${error instanceof Error ? error.message : String(error)}. The other rules ran.`,
      })
    }
  }
  return {
    path: module.path,
    findings: unique(findings),
    pipelines: pipelines.map(info),
    // A test that starts what is tested is no second deployment of it.
    summaries: isTest ? [] : pipelines.map(summary),
    commits: committedOffsets(pipelines),
    notes,
  }
}

function severityOf({ meta }: Rule, { explanation, at }: RuleResult, { isTest }: Project): Severity | 'off' {
  if (meta.severityInTests && isTest?.(at.path)) return meta.severityInTests
  return explanation.severity ?? meta.severity
}

function fixOf(sketch: FixSketch): Fix {
  return {
    title: sketch.title,
    isSafe: sketch.isSafe,
    edits: sketch.edits.map(({ at, newText }) => ({ ...at, newText })),
  }
}

/** The same place may be reached by several handlers. */
export function unique(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, Finding>()
  for (const finding of findings) {
    const { start } = finding.range
    const key = `${finding.rule}\0${finding.path}\0${start.line}:${start.character}`
    if (!seen.has(key)) seen.set(key, finding)
  }
  return [...seen.values()]
}

function info(pipeline: Pipeline): PipelineInfo {
  const { guarantee, evidence } = pipeline.inferred
  return {
    range: pipeline.at.range,
    client: pipeline.library,
    groupId: pipeline.groupId?.value,
    topics: pipeline.topics.flatMap(topic => topic.value ?? []),
    declared: pipeline.declared?.guarantee,
    inferred: guarantee,
    evidence: evidence.map(({ at, message }: { at: Place; message: string }) => ({ ...at, message })),
    ...(pipeline.store ? { store: pipeline.store } : {}),
  }
}

function summary(pipeline: Pipeline): PipelineSummary {
  return {
    at: pipeline.groupId?.at ?? pipeline.at,
    library: pipeline.library,
    groupId: pipeline.groupId?.value,
    topics: pipeline.topics.flatMap(topic => topic.value ?? []),
    handlerAt: pipeline.handlers[0]?.at,
  }
}
