/** What a block declares, known before its statements are lowered, so that a name used above its declaration still resolves. */
import ts from 'typescript'
import type { Source } from '../../facts/code.ts'
import type { Lowering } from './lowering.ts'
import type { Scope } from './scope.ts'

export function declareBlock(lowering: Lowering, statements: readonly ts.Statement[]): void {
  for (const statement of statements) declareStatement(lowering, statement)
}

function declareStatement(lowering: Lowering, statement: ts.Statement): void {
  const { scope } = lowering
  if (ts.isVariableStatement(statement)) {
    if (statement.declarationList.flags & ts.NodeFlags.BlockScoped)
      declareList(lowering, statement.declarationList, scope)
  } else if (ts.isFunctionDeclaration(statement) && statement.name) {
    scope.declare(statement.name.text, 'function', lowering.span(statement.name), true)
  } else if (ts.isClassDeclaration(statement) && statement.name) {
    scope.declare(statement.name.text, 'class', lowering.span(statement.name), true)
  } else if (ts.isEnumDeclaration(statement)) {
    scope.declare(statement.name.text, 'variable', lowering.span(statement.name), true)
  } else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
    scope.declare(statement.name.text, 'type', lowering.span(statement.name), true)
  } else if (ts.isImportDeclaration(statement)) {
    declareImport(lowering, statement)
  } else if (ts.isImportEqualsDeclaration(statement)) {
    declareImportEquals(lowering, statement)
  }
}

export function declareList(lowering: Lowering, list: ts.VariableDeclarationList, scope: Scope): void {
  const isConstant = (list.flags & ts.NodeFlags.Const) !== 0
  for (const declaration of list.declarations) declareName(lowering, declaration.name, scope, isConstant)
}

export function declareName(lowering: Lowering, name: ts.BindingName, scope: Scope, isConstant: boolean): void {
  if (ts.isIdentifier(name)) {
    scope.declare(name.text, 'variable', lowering.span(name), isConstant)
    return
  }
  for (const element of name.elements)
    if (!ts.isOmittedExpression(element)) declareName(lowering, element.name, scope, isConstant)
}

/** `var` belongs to the function, however deep the block it is written in. */
export function declareVars(lowering: Lowering, node: ts.Node): void {
  ts.forEachChild(node, child => {
    if (ts.isFunctionLike(child) || ts.isClassLike(child)) return
    if (ts.isVariableDeclarationList(child) && !(child.flags & ts.NodeFlags.BlockScoped))
      declareList(lowering, child, lowering.functionScope)
    if (
      ts.isStatement(child) ||
      ts.isVariableDeclarationList(child) ||
      ts.isCaseBlock(child) ||
      ts.isCaseOrDefaultClause(child) ||
      ts.isCatchClause(child)
    )
      declareVars(lowering, child)
  })
}

function declareImport(lowering: Lowering, statement: ts.ImportDeclaration): void {
  if (!ts.isStringLiteral(statement.moduleSpecifier)) return
  const specifier = statement.moduleSpecifier.text
  lowering.addImport(specifier, lowering.span(statement.moduleSpecifier))
  const clause = statement.importClause
  if (!clause) return
  const add = (name: ts.Identifier, imported: string): void => {
    const binding = lowering.scope.declare(name.text, 'import', lowering.span(name), true)
    binding.sources.push({ kind: 'import', specifier, name: imported } satisfies Source)
  }
  if (clause.name) add(clause.name, 'default')
  const named = clause.namedBindings
  if (!named) return
  if (ts.isNamespaceImport(named)) add(named.name, '*')
  else for (const element of named.elements) add(element.name, (element.propertyName ?? element.name).text)
}

function declareImportEquals(lowering: Lowering, statement: ts.ImportEqualsDeclaration): void {
  const reference = statement.moduleReference
  if (!ts.isExternalModuleReference(reference) || !ts.isStringLiteral(reference.expression)) return
  const specifier = reference.expression.text
  lowering.addImport(specifier, lowering.span(reference.expression))
  const binding = lowering.scope.declare(statement.name.text, 'import', lowering.span(statement.name), true)
  binding.sources.push({ kind: 'import', specifier, name: '*' })
}
