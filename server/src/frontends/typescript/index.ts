/** The TypeScript and JavaScript frontend: parses one file alone, lowers it, drops the tree. Never a program. */
import ts from 'typescript'
import type { Module, Span } from '../../facts/code.ts'
import { declareBlock, declareVars } from './declarations.ts'
import { typescriptFixes } from './fixes.ts'
import { Lowering } from './lowering.ts'
import { noteExportedDeclarations } from './modules.ts'
import { lowerStatements } from './statements.ts'

export const typescriptExtensions: readonly string[] = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']

/** Broken code is no error: the parser recovers, and what it could make of the rest is analysed. */
export function parseTypeScript(path: string, text: string): Module {
  const file = ts.createSourceFile(path, text, parseOptions, false, scriptKind(path))
  const lowering = new Lowering(file)
  declareVars(lowering, file)
  declareBlock(lowering, file.statements)
  const body = lowerStatements(lowering, file.statements)
  noteExportedDeclarations(lowering, file.statements)
  return {
    path,
    text,
    lineStarts: lineStarts(text),
    imports: lowering.imports,
    exports: lowering.exports,
    starExports: lowering.starExports,
    body,
    functions: lowering.functions,
    classes: lowering.classes,
    contracts: lowering.contracts,
    calls: lowering.calls,
    objects: lowering.objects,
    comments: ignoreComments(text),
    isBroken: ((file as { parseDiagnostics?: readonly unknown[] }).parseDiagnostics?.length ?? 0) > 0,
    fixes: typescriptFixes,
  }
}

/** What comments say of types is not read, so it is not parsed. */
const parseOptions: ts.CreateSourceFileOptions = {
  languageVersion: ts.ScriptTarget.ESNext,
  jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
}

function scriptKind(path: string): ts.ScriptKind {
  if (path.endsWith('.tsx')) return ts.ScriptKind.TSX
  if (/\.[cm]?ts$/.test(path)) return ts.ScriptKind.TS
  return ts.ScriptKind.JSX
}

/** Not the parser's line map: that one also breaks at U+2028 and U+2029, and the language server protocol does not. */
export function lineStarts(text: string): number[] {
  const starts = [0]
  if (!text.includes('\r')) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    return starts
  }
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 13 && text.charCodeAt(at + 1) === 10) at++
    if (code === 10 || code === 13) starts.push(at + 1)
  }
  return starts
}

function ignoreComments(text: string): Span[] {
  if (!text.includes('tidemark-ignore')) return []
  return [
    ...text.matchAll(
      /\/\/[^\r\n]*tidemark-ignore[^\r\n]*|\/\*(?:[^*]|\*(?!\/))*tidemark-ignore(?:[^*]|\*(?!\/))*\*\//g,
    ),
  ].map(match => ({ start: match.index, end: match.index + match[0].length }))
}
