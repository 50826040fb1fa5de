/** Lines and statements as they stand in the text: what a fix needs to add one and leave the rest as it is. */
import type { Module, Span, Statement } from '../../facts/code.ts'

/** A statement list around a place, and the statement of it that holds the place. */
export interface Spot {
  readonly list: readonly Statement[]
  readonly index: number
  /** The `if`, loop or `try` the list belongs to; undefined for the function itself. */
  readonly owner: Statement | undefined
}

/** The lists around a place, innermost first. Functions inside are not entered. */
export function spotsAt(body: readonly Statement[], offset: number): Spot[] {
  const spots: Spot[] = []
  let lists: readonly (readonly Statement[])[] = [body]
  let owner: Statement | undefined
  while (lists.length) {
    const list = lists.find(one => one.some(statement => holds(statement, offset)))
    if (!list) break
    const index = list.findIndex(statement => holds(statement, offset))
    spots.unshift({ list, index, owner })
    owner = list[index] as Statement
    lists = listsOf(owner)
  }
  return spots
}

function holds({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset < end
}

function listsOf(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case 'if':
      return [statement.whenTrue, statement.whenFalse]
    case 'loop':
    case 'block':
      return [statement.body]
    case 'try':
      return [statement.block, statement.handler?.body ?? [], statement.cleanup ?? []]
    case 'switch':
      return statement.cases.map(one => one.body)
    default:
      return []
  }
}

export function indentOf(module: Module, { start }: Span): string {
  return /^[ \t]*/.exec(module.text.slice(lineStart(module, start), start))?.[0] ?? ''
}

/** The first character of the line that is no blank. */
export function firstOf(module: Module, offset: number): number {
  const start = lineStart(module, offset)
  return start + indentAt(module, start).length
}

/** The blanks at a line's start. */
export function indentAt({ text }: Module, start: number): string {
  return /^[ \t]*/.exec(text.slice(start, start + 400))?.[0] ?? ''
}

/** One step of indentation, as the file has it. */
export function indentUnit({ text }: Module): string {
  return /\n(\t| {2,8})\S/.exec(text)?.[1] ?? '  '
}

export function lineStart({ text }: Module, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** Behind its semicolon, where it has one. */
export function statementEnd(module: Module, { end }: Span): number {
  return module.text[end] === ';' ? end + 1 : end
}

/** `;` where the statement ends with one. */
export function semicolonOf(module: Module, { end }: Span): string {
  return module.text[end] === ';' || module.text[end - 1] === ';' ? ';' : ''
}

/** Behind the comment that ends its line, where it has one. */
export function lineEnd(module: Module, span: Span): number {
  const end = statementEnd(module, span)
  const comment = /^[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*\*\/)(?=\r?\n)/.exec(module.text.slice(end, end + 400))
  return end + (comment?.[0].length ?? 0)
}

/** The statement's whole lines, line break included, where nothing but a comment stands beside it. */
export function linesOf(module: Module, statement: Span): Span | undefined {
  const { text } = module
  const start = lineStart(module, statement.start)
  if (!/^[ \t]*(?:(?:const|let|var)\s+)?$/.test(text.slice(start, statement.start))) return undefined
  const after = lineEnd(module, statement)
  const rest = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(after, after + 400))
  return rest ? { start, end: after + rest[0].length } : undefined
}
