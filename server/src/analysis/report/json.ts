/** The report for programs. Its schema is published as `schemas/report.schema.json`. */

import type { Evidence, Finding, TextEdit } from '../../facts/finding.ts'
import type { Range } from '../../protocol.ts'
import { inReadingOrder, type Report, type ReportedPipeline, shownPath } from './report.ts'

/** Raised when a reader of the old shape would misread the new one; an added key does not raise it. */
export const jsonReportVersion = 1

export function jsonReport(report: Report): string {
  return `${JSON.stringify(jsonReportValue(report), undefined, 2)}\n`
}

/** 1-based lines and columns, UTF-16 code units; the end is exclusive. */
export function jsonReportValue(report: Report): object {
  return {
    version: jsonReportVersion,
    tool: { name: 'tidemark-lint', version: report.version },
    fileCount: report.fileCount,
    baselinedCount: report.baselinedCount,
    pipelines: inReadingOrder(report.pipelines).map(pipeline => pipelineValue(report, pipeline)),
    findings: inReadingOrder(report.findings).map(finding => findingValue(report, finding)),
    notes: report.notes.map(note => ({ ...note, path: shownPath(report, note.path) })),
  }
}

function pipelineValue(report: Report, pipeline: ReportedPipeline): object {
  return {
    path: shownPath(report, pipeline.path),
    range: rangeValue(pipeline.range),
    group: pipeline.groupId ?? null,
    topics: pipeline.topics,
    client: pipeline.client,
    declared: pipeline.declared ?? null,
    inferred: pipeline.inferred,
    evidence: pipeline.evidence.map(evidence => evidenceValue(report, evidence)),
  }
}

function findingValue(report: Report, finding: Finding): object {
  return {
    rule: finding.rule,
    severity: finding.severity,
    confidence: finding.confidence,
    path: shownPath(report, finding.path),
    range: rangeValue(finding.range),
    message: finding.message,
    evidence: finding.evidence.map(evidence => evidenceValue(report, evidence)),
    fixes: finding.fixes.map(fix => ({
      title: fix.title,
      isSafe: fix.isSafe,
      edits: fix.edits.map(edit => editValue(report, edit)),
    })),
  }
}

function evidenceValue(report: Report, { path, range, message }: Evidence): object {
  return { path: shownPath(report, path), range: rangeValue(range), message }
}

function editValue(report: Report, { path, range, newText }: TextEdit): object {
  return { path: shownPath(report, path), range: rangeValue(range), newText }
}

function rangeValue({ start, end }: Range): object {
  return {
    start: { line: start.line + 1, column: start.character + 1 },
    end: { line: end.line + 1, column: end.character + 1 },
  }
}
