/** What a file gives to others. */
import ts from 'typescript'
import type { Expression, Statement } from '../../facts/code.ts'
import { lowerExpression } from './expressions.ts'
import type { Lowering } from './lowering.ts'
import { entityName } from './types.ts'

/** Notes exports of a statement. `declared` is the function or class it declares. */
export function lowerModuleStatement(
  lowering: Lowering,
  node: ts.Statement,
  declared: Expression | undefined,
): Statement[] {
  if (ts.isExportDeclaration(node)) noteExports(lowering, node)
  if (ts.isExportAssignment(node)) {
    const expression = lowerExpression(lowering, node.expression)
    lowering.addExport(node.isExportEquals ? '=' : 'default', expression)
  }
  const given = declared ?? (ts.isInterfaceDeclaration(node) ? entityName(lowering, node.name) : undefined)
  if (given && hasModifier(node, ts.SyntaxKind.DefaultKeyword)) lowering.addExport('default', given)
  return []
}

function noteExports(lowering: Lowering, node: ts.ExportDeclaration): void {
  const specifier =
    node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : undefined
  if (specifier !== undefined) lowering.addImport(specifier, lowering.span(node.moduleSpecifier as ts.Expression))
  const clause = node.exportClause
  if (!clause) {
    if (specifier !== undefined) lowering.starExports.push(specifier)
    return
  }
  if (ts.isNamespaceExport(clause)) {
    if (specifier !== undefined) lowering.exports.set(clause.name.text, { kind: 'from', specifier, name: '*' })
    return
  }
  for (const element of clause.elements) {
    const local = (element.propertyName ?? element.name).text
    if (specifier !== undefined) lowering.exports.set(element.name.text, { kind: 'from', specifier, name: local })
    else
      lowering.addExport(element.name.text, {
        kind: 'name',
        name: local,
        binding: lowering.scope.find(local),
        ...lowering.span(element.name),
      })
  }
}

/** `export const a`, `export function b`, `export class c`, `export enum d`, `export interface e`. */
export function noteExportedDeclarations(lowering: Lowering, statements: readonly ts.Statement[]): void {
  for (const node of statements) {
    if (!hasModifier(node, ts.SyntaxKind.ExportKeyword)) continue
    for (const name of declaredNames(node)) {
      const binding = lowering.scope.find(name.text)
      if (binding) lowering.addExport(name.text, { kind: 'name', name: name.text, binding, ...lowering.span(name) })
    }
  }
}

function declaredNames(node: ts.Statement): ts.Identifier[] {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap(({ name }) => patternNames(name))
  if (
    (ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isEnumDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node)) &&
    node.name
  )
    return [node.name]
  return []
}

function patternNames(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name]
  return name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : patternNames(element.name)))
}

function hasModifier(node: ts.Statement, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some(modifier => modifier.kind === kind) ?? false)
}
