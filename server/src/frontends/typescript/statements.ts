/** Statements: declarations become assignments, control flow stays. */
import ts from 'typescript'
import type { Expression, LoopStatement, Source, Span, Statement } from '../../facts/code.ts'
import { declareBlock, declareList, declareName } from './declarations.ts'
import { bindPattern, lowerExpression, noteStore } from './expressions.ts'
import { lowerClass, lowerFunction } from './functions.ts'
import type { Lowering } from './lowering.ts'
import { lowerModuleStatement } from './modules.ts'
import { lowerAlias, lowerInterface, lowerType } from './types.ts'

export function lowerStatements(lowering: Lowering, statements: readonly ts.Statement[]): Statement[] {
  return statements.flatMap(statement => lowering.guarded(() => lowerStatement(lowering, statement), []))
}

function lowerStatement(lowering: Lowering, node: ts.Statement): Statement[] {
  const span = lowering.span(node)
  if (ts.isExpressionStatement(node))
    return [{ kind: 'do', expression: lowerExpression(lowering, node.expression), into: [], ...span }]
  if (ts.isVariableStatement(node)) return lowerList(lowering, node.declarationList)
  if (ts.isReturnStatement(node))
    return [
      { kind: 'return', value: node.expression ? lowerExpression(lowering, node.expression) : undefined, ...span },
    ]
  if (ts.isThrowStatement(node)) return [{ kind: 'throw', value: lowerExpression(lowering, node.expression), ...span }]
  if (ts.isIfStatement(node)) return [lowerIf(lowering, node, span)]
  if (ts.isIterationStatement(node, false)) return [lowering.inBlock(() => lowerLoop(lowering, node, span))]
  if (ts.isTryStatement(node)) return [lowerTry(lowering, node, span)]
  if (ts.isBlock(node)) return [{ kind: 'block', body: lowerBlock(lowering, node.statements), ...span }]
  if (ts.isSwitchStatement(node)) return [lowerSwitch(lowering, node, span)]
  if (ts.isBreakOrContinueStatement(node)) {
    const jump = ts.isBreakStatement(node) ? 'break' : 'continue'
    return [{ kind: 'jump', jump, label: node.label?.text, ...span }]
  }
  if (ts.isLabeledStatement(node)) return lowerStatement(lowering, node.statement)
  return lowerDeclaration(lowering, node)
}

function lowerDeclaration(lowering: Lowering, node: ts.Statement): Statement[] {
  const span = lowering.span(node)
  if (ts.isFunctionDeclaration(node)) {
    const code = lowerFunction(lowering, node, undefined)
    const binding = node.name ? lowering.scope.find(node.name.text) : undefined
    if (node.body)
      binding?.sources.push({
        kind: 'expression',
        from: { kind: 'function', code, ...span },
        path: [],
        inside: lowering.inside,
      })
    return lowerModuleStatement(lowering, node, { kind: 'function', code, ...span })
  }
  if (ts.isClassDeclaration(node)) {
    const code = lowerClass(lowering, node)
    const binding = node.name ? lowering.scope.find(node.name.text) : undefined
    binding?.sources.push({
      kind: 'expression',
      from: { kind: 'class', code, ...span },
      path: [],
      inside: lowering.inside,
    })
    return lowerModuleStatement(lowering, node, { kind: 'class', code, ...span })
  }
  if (ts.isEnumDeclaration(node)) lowerEnum(lowering, node)
  if (ts.isInterfaceDeclaration(node)) lowerInterface(lowering, node)
  if (ts.isTypeAliasDeclaration(node)) lowerAlias(lowering, node)
  if (ts.isModuleDeclaration(node) && node.body && ts.isModuleBlock(node.body)) {
    const { statements } = node.body
    return [{ kind: 'block', body: lowerBlock(lowering, statements), ...span }]
  }
  return lowerModuleStatement(lowering, node, undefined)
}

function lowerEnum(lowering: Lowering, node: ts.EnumDeclaration): void {
  const binding = lowering.scope.find(node.name.text)
  let next = 0
  const properties = node.members.map(member => {
    const at = lowering.span(member)
    const value: Expression = member.initializer
      ? lowerExpression(lowering, member.initializer)
      : { kind: 'literal', value: next, ...at }
    if (value.kind === 'literal' && typeof value.value === 'number') next = value.value + 1
    const name = ts.isIdentifier(member.name) || ts.isStringLiteral(member.name) ? member.name.text : undefined
    return { name, nameAt: lowering.span(member.name), value, isSpread: false, ...at }
  })
  const from: Expression = { kind: 'object', properties, ...lowering.span(node) }
  binding?.sources.push({ kind: 'expression', from, path: [], inside: lowering.inside })
}

export function lowerBlock(lowering: Lowering, statements: readonly ts.Statement[]): Statement[] {
  return lowering.inBlock(() => {
    declareBlock(lowering, statements)
    return lowerStatements(lowering, statements)
  })
}

/** `const { a } = f()` becomes an assignment; each name notes where its value comes from. */
export function lowerList(lowering: Lowering, list: ts.VariableDeclarationList): Statement[] {
  return list.declarations.flatMap((declaration): Statement[] => {
    const type = lowerType(lowering, declaration.type)
    if (type)
      bindPattern(lowering, declaration.name, [], (binding, path) => {
        if (path.length === 0) binding.type = type
      })
    if (!declaration.initializer) return []
    const value = lowerExpression(lowering, declaration.initializer)
    bindPattern(lowering, declaration.name, [], (binding, path) => {
      binding.sources.push({ kind: 'expression', from: value, path, inside: lowering.inside })
    })
    const span = lowering.span(declaration)
    const at = lowering.span(declaration.name)
    const target: Expression = ts.isIdentifier(declaration.name)
      ? { kind: 'name', name: declaration.name.text, binding: lowering.scope.find(declaration.name.text), ...at }
      : { kind: 'other', what: 'unknown', parts: [], ...at }
    return [{ kind: 'do', expression: { kind: 'assign', operator: '=', target, value, ...span }, into: [], ...span }]
  })
}

function lowerIf(lowering: Lowering, node: ts.IfStatement, span: Span): Statement {
  return {
    kind: 'if',
    test: lowerExpression(lowering, node.expression),
    whenTrue: lowerBranch(lowering, node.thenStatement),
    whenFalse: node.elseStatement ? lowerBranch(lowering, node.elseStatement) : [],
    ...span,
  }
}

function lowerBranch(lowering: Lowering, node: ts.Statement): Statement[] {
  return lowerBlock(lowering, ts.isBlock(node) ? node.statements : [node])
}

function lowerLoop(lowering: Lowering, node: ts.IterationStatement, span: Span): LoopStatement {
  const base = { kind: 'loop', head: [], test: undefined, over: undefined, isAwait: false, ...span } as const
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) return lowerForEach(lowering, node, span)
  if (ts.isForStatement(node)) {
    const head: Expression[] = []
    if (node.initializer && ts.isVariableDeclarationList(node.initializer)) {
      if (node.initializer.flags & ts.NodeFlags.BlockScoped) declareList(lowering, node.initializer, lowering.scope)
      for (const statement of lowerList(lowering, node.initializer))
        if (statement.kind === 'do') head.push(statement.expression)
    } else if (node.initializer) head.push(lowerExpression(lowering, node.initializer))
    const test = node.condition ? lowerExpression(lowering, node.condition) : undefined
    const body = lowerBranch(lowering, node.statement)
    if (node.incrementor) head.push(lowerExpression(lowering, node.incrementor))
    return { ...base, loop: 'for', head, test, body }
  }
  const loop = node as ts.WhileStatement | ts.DoStatement
  return {
    ...base,
    loop: ts.isWhileStatement(loop) ? 'while' : 'do',
    test: lowerExpression(lowering, loop.expression),
    body: lowerBranch(lowering, loop.statement),
  }
}

function lowerForEach(lowering: Lowering, node: ts.ForOfStatement | ts.ForInStatement, span: Span): LoopStatement {
  const over = lowerExpression(lowering, node.expression)
  const step = ts.isForOfStatement(node) ? '[]' : '[key]'
  if (ts.isVariableDeclarationList(node.initializer)) {
    const declaration = node.initializer.declarations[0]
    const scope = node.initializer.flags & ts.NodeFlags.BlockScoped ? lowering.scope : lowering.functionScope
    if (declaration) {
      declareName(lowering, declaration.name, scope, true)
      bindPattern(lowering, declaration.name, [step], (binding, path) => {
        binding.sources.push({ kind: 'expression', from: over, path, inside: lowering.inside })
      })
    }
  } else {
    const source: Source = { kind: 'expression', from: over, path: [step], inside: lowering.inside }
    noteStore(lowering, lowerExpression(lowering, node.initializer), source)
  }
  return {
    kind: 'loop',
    loop: ts.isForOfStatement(node) ? 'for-of' : 'for-in',
    head: [],
    test: undefined,
    over,
    body: lowerBranch(lowering, node.statement),
    isAwait: ts.isForOfStatement(node) && node.awaitModifier !== undefined,
    ...span,
  }
}

function lowerTry(lowering: Lowering, node: ts.TryStatement, span: Span): Statement {
  const block = lowerBlock(lowering, node.tryBlock.statements)
  const clause = node.catchClause
  const handler =
    clause &&
    lowering.inBlock(() => {
      const name = clause.variableDeclaration?.name
      if (name) declareName(lowering, name, lowering.scope, false)
      const binding =
        name && ts.isIdentifier(name)
          ? lowering.scope.declare(name.text, 'catch', lowering.span(name), false)
          : undefined
      const start = clause.getStart(lowering.file)
      const body = lowerBlock(lowering, clause.block.statements)
      return { at: { start, end: start + 'catch'.length }, binding, body, bodyAt: lowering.span(clause.block) }
    })
  const cleanup = node.finallyBlock
  const keyword = cleanup ? lowering.file.text.lastIndexOf('finally', cleanup.getStart(lowering.file)) : 0
  return {
    kind: 'try',
    block,
    handler,
    cleanup: cleanup ? lowerBlock(lowering, cleanup.statements) : undefined,
    cleanupAt: cleanup ? { start: keyword, end: keyword + 'finally'.length } : undefined,
    ...span,
  }
}

function lowerSwitch(lowering: Lowering, node: ts.SwitchStatement, span: Span): Statement {
  const on = lowerExpression(lowering, node.expression)
  return lowering.inBlock(() => {
    for (const clause of node.caseBlock.clauses) declareBlock(lowering, clause.statements)
    const cases = node.caseBlock.clauses.map(clause => ({
      isDefault: ts.isDefaultClause(clause),
      body: lowerStatements(lowering, clause.statements),
    }))
    return { kind: 'switch', on, cases, ...span }
  })
}
