/** What rules say, as every door shows it: editor, text, JSON, SARIF. Lines and characters are 0-based here, 1-based in reports. */
import type { Range } from '../protocol.ts'

export type Severity = 'error' | 'warning' | 'info' | 'hint'
export type Confidence = 'certain' | 'likely' | 'possible'

export interface Finding {
  readonly rule: string
  readonly severity: Severity
  readonly confidence: Confidence
  /** Absolute path. */
  readonly path: string
  readonly range: Range
  /** What, why, what to do. */
  readonly message: string
  readonly evidence: readonly Evidence[]
  readonly fixes: readonly Fix[]
}

export interface Evidence {
  readonly path: string
  readonly range: Range
  readonly message: string
}

export interface Fix {
  readonly title: string
  /** Keeps behaviour apart from the defect and compiles: may be applied by `--fix` and *fix all*. */
  readonly isSafe: boolean
  readonly edits: readonly TextEdit[]
}

export interface TextEdit {
  readonly path: string
  readonly range: Range
  readonly newText: string
}
