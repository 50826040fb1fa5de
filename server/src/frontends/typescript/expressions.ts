/** Expressions: calls, members, literals, functions and classes kept; everything else reduced to its parts. */
import ts from 'typescript'
import { isModuleCall } from '../../facts/calls.ts'
import type {
  AssignExpression,
  Binding,
  CallExpression,
  Expression,
  ObjectExpression,
  OtherExpression,
  Property,
  Source,
  Span,
} from '../../facts/code.ts'
import { lowerClass, lowerFunction } from './functions.ts'
import type { Lowering } from './lowering.ts'
import { addField, addMember } from './scope.ts'
import { lowerType } from './types.ts'

export function lowerExpression(lowering: Lowering, node: ts.Expression): Expression {
  return lowering.guarded<Expression>(() => lowerByKind(lowering, node), other(lowering.span(node), 'unknown', []))
}

function lowerByKind(lowering: Lowering, node: ts.Expression): Expression {
  const lower = (part: ts.Expression): Expression => lowerExpression(lowering, part)
  const span = lowering.span(node)
  if (ts.isIdentifier(node)) return lowerName(lowering, node, span)
  if (ts.isPropertyAccessExpression(node))
    return {
      kind: 'member',
      of: lower(node.expression),
      name: node.name.text,
      nameAt: lowering.span(node.name),
      ...span,
    }
  if (ts.isCallExpression(node)) return lowerCall(lowering, node, span)
  if (ts.isNewExpression(node)) return lowerNew(lowering, node, span)
  if (ts.isAwaitExpression(node)) return { kind: 'await', of: lower(node.expression), ...span }
  if (ts.isParenthesizedExpression(node)) return lower(node.expression)
  if (ts.isNonNullExpression(node)) return lower(node.expression)
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isTypeAssertionExpression(node))
    return { kind: 'cast', of: lower(node.expression), type: lowerType(lowering, node.type), ...span }
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node))
    return { kind: 'function', code: lowerFunction(lowering, node, undefined), ...span }
  if (ts.isObjectLiteralExpression(node)) return lowerObject(lowering, node, span)
  if (ts.isArrayLiteralExpression(node)) return { kind: 'array', items: node.elements.map(lower), ...span }
  if (ts.isElementAccessExpression(node)) return lowerIndex(lowering, node, span)
  if (ts.isBinaryExpression(node)) return lowerBinary(lowering, node, span)
  if (ts.isConditionalExpression(node))
    return {
      kind: 'choice',
      test: lower(node.condition),
      whenTrue: lower(node.whenTrue),
      whenFalse: lower(node.whenFalse),
      ...span,
    }
  if (ts.isTemplateExpression(node)) return lowerTemplate(lowering, node, span)
  if (ts.isTaggedTemplateExpression(node)) return lowerTagged(lowering, node, span)
  if (ts.isClassExpression(node)) return { kind: 'class', code: lowerClass(lowering, node), ...span }
  return lowerSimple(lowering, node, span)
}

function lowerSimple(lowering: Lowering, node: ts.Expression, span: Span): Expression {
  const lower = (part: ts.Expression): Expression => lowerExpression(lowering, part)
  if (ts.isStringLiteralLike(node)) return { kind: 'literal', value: node.text, ...span }
  if (ts.isNumericLiteral(node)) return { kind: 'literal', value: Number(node.text), ...span }
  if (ts.isBigIntLiteral(node)) return { kind: 'literal', value: BigInt(node.text.slice(0, -1)), ...span }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return { kind: 'literal', value: true, ...span }
  if (node.kind === ts.SyntaxKind.FalseKeyword) return { kind: 'literal', value: false, ...span }
  if (node.kind === ts.SyntaxKind.NullKeyword) return { kind: 'literal', value: null, ...span }
  if (node.kind === ts.SyntaxKind.ThisKeyword) return { kind: 'this', isSuper: false, ...span }
  if (node.kind === ts.SyntaxKind.SuperKeyword) return { kind: 'this', isSuper: true, ...span }
  if (ts.isSpreadElement(node)) return other(span, 'spread', [lower(node.expression)])
  if (ts.isVoidExpression(node)) return other(span, 'void', [lower(node.expression)])
  if (ts.isTypeOfExpression(node)) return other(span, 'typeof', [lower(node.expression)])
  if (ts.isYieldExpression(node)) return other(span, 'yield', node.expression ? [lower(node.expression)] : [])
  if (ts.isPrefixUnaryExpression(node)) return lowerPrefix(lowering, node, span)
  if (ts.isPostfixUnaryExpression(node)) return counted(lowering, lower(node.operand), span)
  if (ts.isDeleteExpression(node)) return other(span, 'unary', [lower(node.expression)])
  return other(span, 'unknown', parts(lowering, node))
}

function lowerPrefix(lowering: Lowering, node: ts.PrefixUnaryExpression, span: Span): Expression {
  const part = lowerExpression(lowering, node.operand)
  if (node.operator === ts.SyntaxKind.ExclamationToken) return other(span, 'not', [part])
  if (node.operator === ts.SyntaxKind.MinusToken && part.kind === 'literal' && typeof part.value === 'number')
    return { kind: 'literal', value: -part.value, ...span }
  const isUpdate = node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken
  return isUpdate ? counted(lowering, part, span) : other(span, 'unary', [part])
}

/** `row.count++` stores what it held and one more. */
function counted(lowering: Lowering, target: Expression, span: Span): Expression {
  if (target.kind === 'member' && target.of.kind === 'name') {
    const one: Expression = { kind: 'literal', value: 1, ...span }
    noteStore(lowering, target, storing(lowering, { kind: 'binary', operator: '+', left: target, right: one, ...span }))
  }
  return other(span, 'update', [target])
}

function storing(lowering: Lowering, from: Expression): Source {
  return { kind: 'expression', from, path: [], inside: lowering.inside }
}

/** Expressions inside a node that is not understood, so that calls in it are still seen. */
function parts(lowering: Lowering, node: ts.Node): Expression[] {
  const found: Expression[] = []
  ts.forEachChild(node, child => {
    if (ts.isExpression(child)) found.push(lowerExpression(lowering, child))
    else if (!ts.isTypeNode(child)) found.push(...lowering.guarded(() => parts(lowering, child), []))
  })
  return found
}

function other(span: Span, what: OtherExpression['what'], of: readonly Expression[]): OtherExpression {
  return { kind: 'other', what, parts: of, ...span }
}

function lowerName(lowering: Lowering, node: ts.Identifier, span: Span): Expression {
  if (node.text === 'undefined') return { kind: 'literal', value: undefined, ...span }
  const binding = lowering.scope.find(node.text)
  if (binding) binding.references++
  return { kind: 'name', name: node.text, binding, ...span }
}

function lowerCall(lowering: Lowering, node: ts.CallExpression, span: Span): CallExpression {
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword
  const callee: Expression = isImport
    ? { kind: 'name', name: 'import', binding: undefined, ...lowering.span(node.expression) }
    : lowerExpression(lowering, node.expression)
  const args = node.arguments.map(arg => lowerExpression(lowering, arg))
  const first = args[0]
  if (first?.kind === 'literal' && typeof first.value === 'string' && isModuleCall(callee))
    lowering.addImport(first.value, first)
  const call: CallExpression = {
    kind: 'call',
    callee,
    args,
    isNew: false,
    typeArguments: node.typeArguments?.flatMap(arg => lowerType(lowering, arg) ?? []) ?? [],
    nameAt: callee.kind === 'member' ? callee.nameAt : callee,
    ...span,
  }
  notePush(lowering, call)
  return lowering.addCall(call)
}

function lowerNew(lowering: Lowering, node: ts.NewExpression, span: Span): CallExpression {
  const callee = lowerExpression(lowering, node.expression)
  return lowering.addCall({
    kind: 'call',
    callee,
    args: node.arguments?.map(arg => lowerExpression(lowering, arg)) ?? [],
    isNew: true,
    typeArguments: node.typeArguments?.flatMap(arg => lowerType(lowering, arg) ?? []) ?? [],
    nameAt: callee.kind === 'member' ? callee.nameAt : callee,
    ...span,
  })
}

/** `list.push(x)`, `map.set(k, x)`, `set.add(x)`: what a container holds. */
function notePush(lowering: Lowering, call: CallExpression): void {
  if (call.callee.kind !== 'member') return
  const { name, of } = call.callee
  const stored =
    name === 'set' ? call.args.slice(1, 2) : name === 'push' || name === 'add' || name === 'unshift' ? call.args : []
  if (!stored.length) return
  const sources = stored.map(
    (from): Source =>
      from.kind === 'other' && from.what === 'spread' && from.parts[0]
        ? { kind: 'expression', from: from.parts[0], path: ['[]'], inside: lowering.inside }
        : { kind: 'expression', from, path: [], inside: lowering.inside },
  )
  if (of.kind === 'name' && of.binding) of.binding.pushed = [...(of.binding.pushed ?? []), ...sources]
  if (of.kind === 'member' && of.of.kind === 'this' && lowering.self) {
    const field = lowering.self.fields.get(of.name)
    if (field) field.pushed = [...(field.pushed ?? []), ...sources]
  }
}

function lowerObject(lowering: Lowering, node: ts.ObjectLiteralExpression, span: Span): ObjectExpression {
  const properties = node.properties.map((property): Property => {
    const at = lowering.span(property)
    if (ts.isSpreadAssignment(property))
      return {
        name: undefined,
        nameAt: at,
        value: lowerExpression(lowering, property.expression),
        isSpread: true,
        ...at,
      }
    const nameAt = lowering.span(property.name)
    if (ts.isShorthandPropertyAssignment(property))
      return {
        name: property.name.text,
        nameAt,
        value: lowerName(lowering, property.name, nameAt),
        isSpread: false,
        ...at,
      }
    if (ts.isPropertyAssignment(property))
      return {
        name: nameOf(property.name),
        nameAt,
        value: lowerExpression(lowering, property.initializer),
        isSpread: false,
        ...at,
      }
    const code = lowerFunction(lowering, property, undefined)
    return { name: nameOf(property.name), nameAt, value: { kind: 'function', code, ...at }, isSpread: false, ...at }
  })
  return lowering.addObject({ kind: 'object', properties, ...span })
}

export function nameOf(name: ts.PropertyName): string | undefined {
  if (
    ts.isIdentifier(name) ||
    ts.isStringLiteralLike(name) ||
    ts.isNumericLiteral(name) ||
    ts.isPrivateIdentifier(name)
  )
    return name.text
  return ts.isComputedPropertyName(name) && ts.isStringLiteralLike(name.expression) ? name.expression.text : undefined
}

function lowerIndex(lowering: Lowering, node: ts.ElementAccessExpression, span: Span): Expression {
  const of = lowerExpression(lowering, node.expression)
  const index = lowerExpression(lowering, node.argumentExpression)
  if (index.kind === 'literal' && typeof index.value === 'string')
    return { kind: 'member', of, name: index.value, nameAt: index, ...span }
  return { kind: 'index', of, index, ...span }
}

function lowerTemplate(lowering: Lowering, node: ts.TemplateExpression, span: Span): Expression {
  return {
    kind: 'template',
    texts: [node.head.text, ...node.templateSpans.map(part => part.literal.text)],
    values: node.templateSpans.map(part => lowerExpression(lowering, part.expression)),
    ...span,
  }
}

/** ``sql`insert …` `` is a call of `sql` with the template. */
function lowerTagged(lowering: Lowering, node: ts.TaggedTemplateExpression, span: Span): Expression {
  const callee = lowerExpression(lowering, node.tag)
  const template = ts.isTemplateExpression(node.template)
    ? lowerTemplate(lowering, node.template, lowering.span(node.template))
    : ({ kind: 'literal', value: node.template.text, ...lowering.span(node.template) } as const)
  return lowering.addCall({
    kind: 'call',
    callee,
    args: [template],
    isNew: false,
    typeArguments: [],
    nameAt: callee.kind === 'member' ? callee.nameAt : callee,
    ...span,
  })
}

/** `=`, `+=`, `??=`, but no comparison. */
const assignments = /^(?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)?=$/

function lowerBinary(lowering: Lowering, node: ts.BinaryExpression, span: Span): Expression {
  const operator = ts.tokenToString(node.operatorToken.kind) ?? '?'
  if (assignments.test(operator)) return lowerAssignment(lowering, node, operator, span)
  const left = lowerExpression(lowering, node.left)
  const right = lowerExpression(lowering, node.right)
  if (operator === ',') return other(span, 'comma', [left, right])
  return { kind: 'binary', operator, left, right, ...span }
}

function lowerAssignment(
  lowering: Lowering,
  node: ts.BinaryExpression,
  operator: string,
  span: Span,
): AssignExpression {
  const target = lowerExpression(lowering, node.left)
  const value = lowerExpression(lowering, node.right)
  if (target.kind === 'name' && target.binding) target.binding.references--
  // `row.total += cents` stores a sum.
  const [sign] = /^[-+*/](?==)/.exec(operator) ?? []
  const stored: Expression =
    sign && target.kind === 'member' && target.of.kind === 'name'
      ? { kind: 'binary', operator: sign, left: target, right: value, ...span }
      : value
  noteStore(lowering, target, storing(lowering, stored))
  noteCommonJs(lowering, target, value)
  return { kind: 'assign', operator, target, value, ...span }
}

export function noteStore(lowering: Lowering, target: Expression, source: Source): void {
  if (target.kind === 'name' && target.binding) target.binding.sources.push(source)
  if (target.kind === 'index' && target.of.kind === 'name' && target.of.binding)
    addMember(target.of.binding, '[]', source)
  if (target.kind !== 'member') return
  if (target.of.kind === 'this' && lowering.self) addField(lowering.self, target.name, source)
  if (target.of.kind === 'name' && target.of.binding) addMember(target.of.binding, target.name, source)
}

/** `module.exports = x`, `module.exports.name = x`, `exports.name = x`. */
function noteCommonJs(lowering: Lowering, target: Expression, value: Expression): void {
  if (target.kind !== 'member') return
  if (isGlobal(target.of, 'module') && target.name === 'exports') lowering.addExport('=', value)
  else if (isGlobal(target.of, 'exports')) lowering.addExport(target.name, value)
  else if (target.of.kind === 'member' && isGlobal(target.of.of, 'module') && target.of.name === 'exports')
    lowering.addExport(target.name, value)
}

function isGlobal(expression: Expression, name: string): boolean {
  return expression.kind === 'name' && !expression.binding && expression.name === name
}

/** Bindings of a pattern, each told where in the value it comes from: `{ a: [b] }` gives b the path a, [0]. */
export function bindPattern(
  lowering: Lowering,
  name: ts.BindingName,
  path: readonly string[],
  give: (binding: Binding, path: readonly string[]) => void,
): void {
  if (ts.isIdentifier(name)) {
    const binding = lowering.scope.find(name.text)
    if (binding) give(binding, path)
    return
  }
  name.elements.forEach((element, index) => {
    if (ts.isOmittedExpression(element)) return
    const step = ts.isArrayBindingPattern(name)
      ? element.dotDotDotToken
        ? []
        : [`[${index}]`]
      : element.dotDotDotToken
        ? []
        : [nameOf(element.propertyName ?? (element.name as ts.Identifier)) ?? '?']
    bindPattern(lowering, element.name, [...path, ...step], give)
    if (element.initializer) {
      const from = lowerExpression(lowering, element.initializer)
      bindPattern(lowering, element.name, [], binding => {
        binding.sources.push({ kind: 'expression', from, path: [], inside: lowering.inside })
      })
    }
  })
}
