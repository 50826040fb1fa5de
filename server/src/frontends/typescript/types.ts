/** Type annotations, as far as they tell what a value is: names, unions without null, functions, object types. */
import ts from 'typescript'
import type { Expression, TypeRef } from '../../facts/code.ts'
import type { Lowering } from './lowering.ts'

const unknownType: TypeRef = { kind: 'other' }

export function lowerType(lowering: Lowering, node: ts.TypeNode | undefined): TypeRef | undefined {
  if (!node) return undefined
  if (ts.isTypeReferenceNode(node)) return referenceType(lowering, node)
  if (ts.isUnionTypeNode(node)) return unionType(lowering, node)
  if (ts.isArrayTypeNode(node)) return { kind: 'array', args: [lowerType(lowering, node.elementType) ?? unknownType] }
  if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node)) return lowerType(lowering, node.type)
  if (ts.isFunctionTypeNode(node)) return { kind: 'function', returns: lowerType(lowering, node.type) }
  if (ts.isTypeLiteralNode(node)) return { kind: 'object', members: lowerMembers(lowering, node.members) }
  if (ts.isIntersectionTypeNode(node)) {
    const first = node.types.map(part => lowerType(lowering, part)).find(part => part && part.kind !== 'other')
    return first ?? unknownType
  }
  const keyword = keywords[node.kind]
  return keyword ? { kind: 'other', name: keyword } : unknownType
}

const keywords: Readonly<Record<number, string>> = {
  [ts.SyntaxKind.StringKeyword]: 'string',
  [ts.SyntaxKind.NumberKeyword]: 'number',
  [ts.SyntaxKind.BigIntKeyword]: 'bigint',
  [ts.SyntaxKind.BooleanKeyword]: 'boolean',
  [ts.SyntaxKind.VoidKeyword]: 'void',
  [ts.SyntaxKind.NeverKeyword]: 'never',
}

export function lowerMembers(lowering: Lowering, nodes: readonly ts.TypeElement[]): Map<string, TypeRef> {
  const members = new Map<string, TypeRef>()
  for (const member of nodes) {
    if (ts.isIndexSignatureDeclaration(member)) members.set('[]', lowerType(lowering, member.type) ?? unknownType)
    if (!member.name || !(ts.isIdentifier(member.name) || ts.isStringLiteral(member.name))) continue
    if (ts.isPropertySignature(member)) members.set(member.name.text, lowerType(lowering, member.type) ?? unknownType)
    if (ts.isMethodSignature(member))
      members.set(member.name.text, { kind: 'function', returns: lowerType(lowering, member.type) })
  }
  return members
}

function referenceType(lowering: Lowering, node: ts.TypeReferenceNode): TypeRef {
  return {
    kind: 'ref',
    of: entityName(lowering, node.typeName),
    args: node.typeArguments?.map(arg => lowerType(lowering, arg) ?? unknownType) ?? [],
  }
}

function unionType(lowering: Lowering, node: ts.UnionTypeNode): TypeRef {
  const parts = node.types.filter(part => !isNothing(part)).map(part => lowerType(lowering, part) ?? unknownType)
  return parts.length === 1 ? (parts[0] as TypeRef) : { kind: 'union', args: parts }
}

function isNothing(node: ts.TypeNode): boolean {
  if (node.kind === ts.SyntaxKind.UndefinedKeyword) return true
  return ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.NullKeyword
}

/** `kafkajs.Consumer` in a type reads like the expression of the same words. */
export function entityName(lowering: Lowering, node: ts.EntityName): Expression {
  const span = lowering.span(node)
  if (ts.isIdentifier(node)) return { kind: 'name', name: node.text, binding: lowering.scope.find(node.text), ...span }
  return {
    kind: 'member',
    of: entityName(lowering, node.left),
    name: node.right.text,
    nameAt: lowering.span(node.right),
    ...span,
  }
}
