/** Findings as the editor's squiggles. Pushed, since a helper's edit changes what its callers show. */
import type { Diagnostic } from 'vscode-languageserver-types'
import { rulePageUrl } from '../analysis/findings/links.ts'
import type { Problem } from '../analysis/settings/shape.ts'
import type { Severity } from '../facts/finding.ts'
import type { FeatureContext } from './feature.ts'

export const diagnosticSource = 'tidemark'

/** The protocol's numbers. */
const severities: Readonly<Record<Severity, 1 | 2 | 3 | 4>> = { error: 1, warning: 2, info: 3, hint: 4 }
const unnecessary = 1

export function diagnosticsOf(path: string, { workspace, uris, client }: FeatureContext): Diagnostic[] {
  return workspace.check(path).findings.map(({ rule, severity, range, message, evidence }) => ({
    range,
    message,
    severity: severities[severity],
    source: diagnosticSource,
    code: rule,
    codeDescription: { href: rulePageUrl(rule) },
    ...(rule === 'unused-suppression' ? { tags: [unnecessary] } : {}),
    ...(client.showsRelatedInformation && evidence.length > 0
      ? {
          relatedInformation: evidence.map(({ path, range, message }) => ({
            location: { uri: uris.uriOf(path), range },
            message,
          })),
        }
      : {}),
  }))
}

/** Mistakes in a settings file, shown in that file. */
export function settingsDiagnostics(problems: readonly Problem[]): Diagnostic[] {
  return problems.map(({ line, character, message, key }) => ({
    range: { start: { line, character }, end: { line, character: character + Math.max(1, lastPart(key).length) } },
    message,
    severity: severities.error,
    source: diagnosticSource,
  }))
}

function lastPart(key: string): string {
  return key.split('.').at(-1) ?? ''
}
