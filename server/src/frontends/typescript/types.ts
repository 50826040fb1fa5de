/** Type annotations, as far as they tell what a value is: names, unions without null, functions, object types. */
import ts from 'typescript'
import type { Binding, Contract, Expression, TypeRef } from '../../facts/code.ts'
import { lowerExpression } from './expressions.ts'
import type { Lowering } from './lowering.ts'

const unknownType: TypeRef = { kind: 'other' }

export function lowerType(lowering: Lowering, node: ts.TypeNode | undefined): TypeRef | undefined {
  if (!node) return undefined
  if (ts.isTypeReferenceNode(node)) return referenceType(lowering, node)
  if (ts.isTypeQueryNode(node)) return { kind: 'ref', of: entityName(lowering, node.exprName), isValue: true }
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

/** Declared more than once, an interface is one: of all its members. */
export function lowerInterface(lowering: Lowering, node: ts.InterfaceDeclaration): void {
  const binding = lowering.scope.find(node.name.text)
  if (!binding) return
  const members = new Map([...(binding.type?.members ?? []), ...lowerMembers(lowering, node.members)])
  const contract = binding.type?.contract ?? newContract(lowering, binding, node)
  contract.bases.push(...lowerBases(lowering, node, ts.SyntaxKind.ExtendsKeyword))
  binding.type = { kind: 'object', members, contract }
}

/** `type Orders = { save(order: Order): Promise<void> }` is an interface in other words. */
export function lowerAlias(lowering: Lowering, node: ts.TypeAliasDeclaration): void {
  const binding = lowering.scope.find(node.name.text)
  if (binding?.kind !== 'type') return
  const type = lowerType(lowering, node.type)
  binding.type =
    type && ts.isTypeLiteralNode(node.type) ? { ...type, contract: newContract(lowering, binding, node) } : type
}

function newContract(
  lowering: Lowering,
  { name, at }: Binding,
  node: ts.InterfaceDeclaration | ts.TypeAliasDeclaration,
): Contract {
  const contract: Contract = { name, at, typeParameters: typeParametersOf(node), bases: [] }
  lowering.contracts.push(contract)
  return contract
}

type Generic = ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassLikeDeclaration

export function typeParametersOf({ typeParameters }: Generic): string[] {
  return typeParameters?.map(({ name }) => name.text) ?? []
}

/** What stands behind `extends` of an interface, or behind `implements`. */
export function lowerBases(
  lowering: Lowering,
  { heritageClauses }: ts.InterfaceDeclaration | ts.ClassLikeDeclaration,
  keyword: ts.SyntaxKind,
): TypeRef[] {
  const clauses = heritageClauses?.filter(({ token }) => token === keyword) ?? []
  return clauses.flatMap(({ types }) =>
    types.map(({ expression, typeArguments }) => ({
      kind: 'ref',
      of: lowerExpression(lowering, expression),
      args: typeArguments?.map(arg => lowerType(lowering, arg) ?? unknownType) ?? [],
    })),
  )
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
