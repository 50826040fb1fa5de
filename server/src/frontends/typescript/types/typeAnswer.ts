/** A type in the words of the analysis: a primitive, or the names by which libraries declare it. */
import ts from 'typescript'
import { noAnswer, type TypeAnswer, type TypeName } from '../../../facts/typeOracle.ts'

/** Base types and parts of an intersection that are looked at. */
const namesMax = 12

export function typeAnswer(checker: ts.TypeChecker, node: ts.Node): TypeAnswer {
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node))
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never)) return noAnswer
  const primitive = primitiveOf(type)
  if (primitive) return { primitive, names: [] }
  const names = new Map<string, TypeName>()
  collect(checker, type, names)
  return { primitive: undefined, names: [...names.values()] }
}

function primitiveOf(type: ts.Type): TypeAnswer['primitive'] {
  if (type.isUnion()) {
    const [first, ...rest] = type.types.map(primitiveOf)
    return first && rest.every(other => other === first) ? first : undefined
  }
  if (type.flags & ts.TypeFlags.StringLike) return 'string'
  if (type.flags & ts.TypeFlags.NumberLike) return 'number'
  return type.flags & ts.TypeFlags.BigIntLike ? 'bigint' : undefined
}

/** Nearest first: its own names, then those of what it extends or is made of. */
function collect(checker: ts.TypeChecker, type: ts.Type, names: Map<string, TypeName>): void {
  const pending: ts.Type[] = [type]
  const seen = new Set<ts.Type>()
  for (const at of pending) {
    if (seen.has(at) || names.size >= namesMax) continue
    seen.add(at)
    for (const symbol of [at.aliasSymbol, at.symbol]) {
      const name = symbol && nameOf(symbol)
      if (name) names.set(`${name.library}:${name.name}`, name)
    }
    if (at.isIntersection() || at.isUnion()) pending.push(...at.types)
    const declared = (at as ts.TypeReference).target ?? at
    if (declared.isClassOrInterface()) pending.push(...checker.getBaseTypes(declared))
    const constraint = checker.getBaseConstraintOfType(at)
    if (at.flags & ts.TypeFlags.TypeParameter && constraint) pending.push(constraint)
  }
}

/** `undefined` for what the project itself declares: syntax has seen that. */
function nameOf(symbol: ts.Symbol): TypeName | undefined {
  const path = symbol.declarations?.[0]?.getSourceFile().fileName
  const inside = path?.slice(path.lastIndexOf('/node_modules/') + '/node_modules/'.length)
  if (!path?.includes('/node_modules/') || inside === undefined || symbol.name.startsWith('__')) return undefined
  const [first = '', second = ''] = inside.split('/')
  const folder = first.startsWith('@') ? `${first}/${second}` : first
  return { library: libraryOf(folder), name: symbol.name }
}

/** `@types/a__b` declares `@a/b`; Prisma writes its client beside the package. */
function libraryOf(folder: string): string {
  const typed = /^@types\/(.+)$/.exec(folder)?.[1]
  if (typed !== undefined) return typed.includes('__') ? `@${typed.replace('__', '/')}` : typed
  return folder === '.prisma' ? '@prisma/client' : folder
}
