/** Functions and classes. */
import ts from 'typescript'
import type { ClassCode, Expression, Field, FunctionCode, Parameter, Span } from '../../facts/code.ts'
import { declareBlock, declareName, declareVars } from './declarations.ts'
import { bindPattern, lowerExpression, nameOf } from './expressions.ts'
import type { Lowering } from './lowering.ts'
import { Scope } from './scope.ts'
import { lowerStatements } from './statements.ts'
import { lowerBases, lowerType, typeParametersOf } from './types.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export function lowerFunction(
  lowering: Lowering,
  node: ts.FunctionLikeDeclaration,
  owner: ClassCode | undefined,
): FunctionCode {
  const isArrow = ts.isArrowFunction(node)
  const body = node.body
  const code: Mutable<FunctionCode> = {
    kind: 'code',
    name: node.name ? nameOf(node.name as ts.PropertyName) : undefined,
    head: headOf(lowering, node),
    parameters: [],
    body: [],
    isAsync: node.modifiers?.some(modifier => modifier.kind === ts.SyntaxKind.AsyncKeyword) ?? false,
    isGenerator: 'asteriskToken' in node && node.asteriskToken !== undefined,
    isArrow,
    parent: lowering.inside,
    owner,
    returns: lowerType(lowering, node.type),
    decorators: decoratorsOf(lowering, node),
    isExpression: body !== undefined && !ts.isBlock(body),
    ...lowering.span(node),
  }
  lowering.functions.push(code)
  inFunction(lowering, code, () => {
    code.parameters = node.parameters.map((parameter, index) => lowerParameter(lowering, parameter, index))
    if (!body) return
    if (!ts.isBlock(body)) {
      const value = lowerExpression(lowering, body)
      code.body = [{ kind: 'return', value, start: value.start, end: value.end }]
      return
    }
    declareVars(lowering, body)
    declareBlock(lowering, body.statements)
    code.body = lowerStatements(lowering, body.statements)
  })
  return code
}

function inFunction(lowering: Lowering, code: FunctionCode, work: () => void): void {
  const { scope, functionScope, inside } = lowering
  lowering.inside = code
  lowering.scope = lowering.functionScope = new Scope(scope, code)
  try {
    work()
  } finally {
    lowering.scope = scope
    lowering.functionScope = functionScope
    lowering.inside = inside
  }
}

function lowerParameter(lowering: Lowering, parameter: ts.ParameterDeclaration, index: number): Parameter {
  declareName(lowering, parameter.name, lowering.scope, false)
  const type = lowerType(lowering, parameter.type)
  const initial = parameter.initializer ? lowerExpression(lowering, parameter.initializer) : undefined
  bindPattern(lowering, parameter.name, [], (binding, path) => {
    binding.sources.push({ kind: 'parameter', index, path })
    if (path.length === 0) binding.type = type
  })
  return {
    type,
    decorators: decoratorsOf(lowering, parameter),
    isRest: parameter.dotDotDotToken !== undefined,
    initial,
    binding: ts.isIdentifier(parameter.name) ? lowering.scope.find(parameter.name.text) : undefined,
    at: lowering.span(parameter),
  }
}

/** The name where there is one; else everything before the body: `async ({ message }) =>`. */
function headOf(lowering: Lowering, node: ts.FunctionLikeDeclaration): Span {
  if (node.name) return lowering.span(node.name)
  const { start, end } = lowering.span(node)
  if (ts.isArrowFunction(node)) return { start, end: node.equalsGreaterThanToken.end }
  return { start, end: node.body ? node.body.getStart(lowering.file) : end }
}

function decoratorsOf(lowering: Lowering, node: ts.Node): Expression[] {
  if (!ts.canHaveDecorators(node)) return []
  return ts.getDecorators(node)?.map(decorator => lowerExpression(lowering, decorator.expression)) ?? []
}

export function lowerClass(lowering: Lowering, node: ts.ClassLikeDeclaration): ClassCode {
  const heritage = node.heritageClauses?.find(clause => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
  const code: ClassCode = {
    name: node.name?.text,
    head: node.name ? lowering.span(node.name) : lowering.span(node),
    base: heritage ? lowerExpression(lowering, heritage.expression) : undefined,
    baseArguments: heritage?.typeArguments?.flatMap(arg => lowerType(lowering, arg) ?? []) ?? [],
    contracts: lowerBases(lowering, node, ts.SyntaxKind.ImplementsKeyword),
    typeParameters: typeParametersOf(node),
    isAbstract: node.modifiers?.some(modifier => modifier.kind === ts.SyntaxKind.AbstractKeyword) ?? false,
    fields: new Map(),
    methods: new Map(),
    decorators: decoratorsOf(lowering, node),
    owner: lowering.inside,
    ...lowering.span(node),
  }
  lowering.classes.push(code)
  const outer = lowering.self
  lowering.self = code
  declareFields(lowering, node, code)
  for (const member of node.members) lowerMember(lowering, member, code)
  lowering.self = outer
  return code
}

/** First all names with their types, so that `this.list.push(x)` in a method above the field is noted. */
function declareFields(lowering: Lowering, node: ts.ClassLikeDeclaration, code: ClassCode): void {
  for (const member of node.members) {
    if (ts.isPropertyDeclaration(member)) {
      const name = nameOf(member.name)
      if (name) code.fields.set(name, newField(lowering, member, member.type))
    }
    if (!ts.isConstructorDeclaration(member)) continue
    for (const parameter of member.parameters)
      if (ts.isParameterPropertyDeclaration(parameter, member) && ts.isIdentifier(parameter.name))
        code.fields.set(parameter.name.text, newField(lowering, parameter, parameter.type))
  }
}

function newField(lowering: Lowering, node: ts.Node, type: ts.TypeNode | undefined): Field {
  return { type: lowerType(lowering, type), sources: [], decorators: decoratorsOf(lowering, node), pushed: undefined }
}

function lowerMember(lowering: Lowering, member: ts.ClassElement, code: ClassCode): void {
  if (ts.isPropertyDeclaration(member)) {
    const field = code.fields.get(nameOf(member.name) ?? '')
    if (!field || !member.initializer) return
    const from = lowerExpression(lowering, member.initializer)
    field.sources.push({ kind: 'expression', from, path: [], inside: undefined })
  } else if (ts.isConstructorDeclaration(member)) {
    lowerConstructor(lowering, member, code)
  } else if (ts.isMethodDeclaration(member) || ts.isGetAccessorDeclaration(member)) {
    if (!member.body) return
    const name = nameOf(member.name)
    const method = lowerFunction(lowering, member, code)
    if (name) code.methods.set(ts.isGetAccessorDeclaration(member) ? `get ${name}` : name, method)
  } else if (ts.isClassStaticBlockDeclaration(member)) {
    lowerStatements(lowering, member.body.statements)
  }
}

function lowerConstructor(lowering: Lowering, member: ts.ConstructorDeclaration, code: ClassCode): void {
  if (!member.body) return
  code.methods.set('constructor', lowerFunction(lowering, member, code))
  member.parameters.forEach((parameter, index) => {
    if (!ts.isParameterPropertyDeclaration(parameter, member) || !ts.isIdentifier(parameter.name)) return
    code.fields.get(parameter.name.text)?.sources.push({ kind: 'parameter', index, path: [] })
  })
}
