/** Comments that hold a word, told apart from strings that hold it. Looked at only in files that have the word at all. */
import ts from 'typescript'

export interface Comment {
  /** Offset of the comment's first character. */
  readonly start: number
  /** Offset after its last. */
  readonly end: number
  /** Without the marks that open and close it. */
  readonly text: string
}

export function commentsHolding(word: string, path: string, text: string): readonly Comment[] {
  if (!text.includes(word)) return []
  const ranges = /\.[cm]?[jt]sx?$/i.test(path) ? scriptComments(word, path, text) : plainComments(word, text)
  return ranges.map(([start, end]) => ({ start, end, text: inner(text.slice(start, end)) }))
}

type Span = readonly [start: number, end: number]

/**
 * A scanner alone cannot do it (`/` may divide or open a pattern, a backtick may open or close), so the parser says
 * between which tokens the word stands, and only that gap is scanned.
 */
function scriptComments(word: string, path: string, text: string): readonly Span[] {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext)
  const found: Span[] = []
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    const last = found.at(-1)
    if (last && at < last[1]) continue
    const gap = gapBefore(tree, at)
    const span = gap === undefined ? undefined : commentAt(tree, gap, at)
    if (span) found.push(span)
  }
  return found
}

/** Where the gap between tokens begins that holds `at`; `undefined` inside a token such as a string. */
function gapBefore(tree: ts.SourceFile, at: number): number | undefined {
  let node: ts.Node = tree
  for (;;) {
    let gap = node.getStart(tree)
    let next: ts.Node | undefined
    ts.forEachChild(node, child => {
      if (child.end <= at) gap = child.end
      else if (child.pos <= at) {
        next = child
        return true
      }
      return undefined
    })
    if (!next) return isLeafWithText(node) ? undefined : Math.min(gap, at)
    if (at < next.getStart(tree)) return next.pos
    node = next
  }
}

function isLeafWithText(node: ts.Node): boolean {
  return ts.isLiteralExpression(node) || ts.isTemplateLiteralToken(node) || ts.isJsxText(node)
}

function commentAt(tree: ts.SourceFile, gap: number, at: number): Span | undefined {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, false, tree.languageVariant, tree.text, undefined, gap)
  for (;;) {
    const token = scanner.scan()
    if (token === ts.SyntaxKind.EndOfFileToken || scanner.getTokenStart() > at) return undefined
    const isComment = token === ts.SyntaxKind.SingleLineCommentTrivia || token === ts.SyntaxKind.MultiLineCommentTrivia
    if (isComment && at < scanner.getTokenEnd()) return [scanner.getTokenStart(), scanner.getTokenEnd()]
  }
}

/** Scala, Java and Python: a comment that is first on its line or stands after white space. Accepted miss: strings that look so. */
function plainComments(word: string, text: string): readonly Span[] {
  const pattern = /(?:^|[ \t])(\/\/.*|#.*|\/\*.*?(?:\*\/|$))/gm
  return [...text.matchAll(pattern)]
    .filter(match => match[1]?.includes(word))
    .map(match => [match.index + match[0].length - (match[1]?.length ?? 0), match.index + match[0].length] as const)
}

function inner(comment: string): string {
  return comment
    .replace(/^(?:\/\/+|\/\*+|#+)/, '')
    .replace(/\*+\/$/, '')
    .trim()
}
