/**
 * Source reduced to what the analysis follows: bindings, calls, control flow. The same for every language; a frontend writes
 * it and drops its syntax tree. Positions are offsets into `Module.text`.
 */

import type { Contract, TypeRef } from './typeRef.ts'

export type * from './typeRef.ts'

export interface Span {
  readonly start: number
  readonly end: number
}

export interface Module {
  readonly path: string
  readonly text: string
  /** Offsets at which lines start; only \n, \r\n and \r break lines, as in the language server protocol. */
  readonly lineStarts: readonly number[]
  readonly imports: readonly ImportLink[]
  /** By exported name; `default` is the default export, `=` is `module.exports = ...`. */
  readonly exports: ReadonlyMap<string, ExportLink>
  /** `export * from '...'`. */
  readonly starExports: readonly string[]
  readonly body: readonly Statement[]
  readonly functions: readonly FunctionCode[]
  readonly classes: readonly ClassCode[]
  readonly contracts: readonly Contract[]
  /** Calls anywhere in the file, in source order: where pipelines are looked for. */
  readonly calls: readonly CallSite[]
  /** Objects written anywhere in the file, in source order: where it may be said which class stands for a type. */
  readonly objects: readonly ObjectSite[]
  /** Comments that hold `tidemark-ignore`. */
  readonly comments: readonly Span[]
  readonly isBroken: boolean
  readonly fixes: FixWriter
}

export interface CallSite {
  readonly call: CallExpression
  readonly inside: FunctionCode | undefined
}

export interface ObjectSite {
  readonly object: ObjectExpression
  readonly inside: FunctionCode | undefined
}

export interface ImportLink {
  readonly specifier: string
  readonly at: Span
}

export type ExportLink =
  | { readonly kind: 'local'; readonly expression: Expression }
  | { readonly kind: 'from'; readonly specifier: string; readonly name: string }

export type Binding = {
  readonly name: string
  readonly kind: 'parameter' | 'variable' | 'function' | 'class' | 'import' | 'catch' | 'type'
  /** The function whose activation holds it; `undefined` at module level. */
  readonly owner: FunctionCode | undefined
  readonly at: Span
  readonly isConstant: boolean
  type: TypeRef | undefined
  /** Everything that is ever stored in it. */
  readonly sources: Source[]
  /** `x.name = value` anywhere in the file. */
  members: Map<string, Source[]> | undefined
  /** `x.push(value)` anywhere in the file. */
  pushed: Source[] | undefined
  references: number
}

/** How a value gets into a binding or a field. */
export type Source =
  | {
      readonly kind: 'expression'
      readonly from: Expression
      readonly path: readonly string[]
      readonly inside: FunctionCode | undefined
    }
  | { readonly kind: 'parameter'; readonly index: number; readonly path: readonly string[] }
  | { readonly kind: 'import'; readonly specifier: string; readonly name: string }

export interface FunctionCode extends Span {
  readonly kind: 'code'
  readonly name: string | undefined
  /** Name, or `async (…) =>`: what is underlined for the function as a whole. */
  readonly head: Span
  readonly parameters: readonly Parameter[]
  body: readonly Statement[]
  readonly isAsync: boolean
  readonly isGenerator: boolean
  /** `this` inside is that of the surrounding function. */
  readonly isArrow: boolean
  readonly parent: FunctionCode | undefined
  readonly owner: ClassCode | undefined
  readonly returns: TypeRef | undefined
  readonly decorators: readonly Expression[]
  /** `x => f(x)`: no braces. */
  readonly isExpression: boolean
}

export interface Parameter {
  readonly type: TypeRef | undefined
  readonly decorators: readonly Expression[]
  readonly isRest: boolean
  readonly initial: Expression | undefined
  /** Where a plain name stands for it. */
  readonly binding: Binding | undefined
  readonly at: Span
}

export interface ClassCode extends Span {
  readonly name: string | undefined
  readonly head: Span
  readonly base: Expression | undefined
  readonly baseArguments: readonly TypeRef[]
  /** What it says it fulfils besides: `implements A, B`. */
  readonly contracts: readonly TypeRef[]
  readonly typeParameters: readonly string[]
  /** Never made itself: what it leaves open its subclasses do. */
  readonly isAbstract: boolean
  readonly fields: Map<string, Field>
  readonly methods: Map<string, FunctionCode>
  readonly decorators: readonly Expression[]
  readonly owner: FunctionCode | undefined
}

export interface Field {
  type: TypeRef | undefined
  readonly sources: Source[]
  readonly decorators: readonly Expression[]
  pushed: Source[] | undefined
}

// ---- expressions ----------------------------------------------------------------------------------------------

export type Expression =
  | NameExpression
  | LiteralExpression
  | TemplateExpression
  | MemberExpression
  | IndexExpression
  | CallExpression
  | FunctionExpression
  | ClassExpression
  | ObjectExpression
  | ArrayExpression
  | AwaitExpression
  | BinaryExpression
  | ChoiceExpression
  | AssignExpression
  | CastExpression
  | OtherExpression
  | ThisExpression

export interface NameExpression extends Span {
  readonly kind: 'name'
  readonly name: string
  /** `undefined`: a global. */
  readonly binding: Binding | undefined
}
export interface ThisExpression extends Span {
  readonly kind: 'this'
  readonly isSuper: boolean
}
export interface LiteralExpression extends Span {
  readonly kind: 'literal'
  readonly value: string | number | bigint | boolean | null | undefined
}
/** `${a}-b`, with `texts.length === values.length + 1`; a tag makes it a call as well. */
export interface TemplateExpression extends Span {
  readonly kind: 'template'
  readonly texts: readonly string[]
  readonly values: readonly Expression[]
}
export interface MemberExpression extends Span {
  readonly kind: 'member'
  readonly of: Expression
  readonly name: string
  readonly nameAt: Span
}
export interface IndexExpression extends Span {
  readonly kind: 'index'
  readonly of: Expression
  readonly index: Expression
}
export interface CallExpression extends Span {
  readonly kind: 'call'
  readonly callee: Expression
  readonly args: readonly Expression[]
  readonly isNew: boolean
  readonly typeArguments: readonly TypeRef[]
  /** The name called, or the whole callee. */
  readonly nameAt: Span
}
export interface FunctionExpression extends Span {
  readonly kind: 'function'
  readonly code: FunctionCode
}
export interface ClassExpression extends Span {
  readonly kind: 'class'
  readonly code: ClassCode
}
export interface ObjectExpression extends Span {
  readonly kind: 'object'
  readonly properties: readonly Property[]
}
export interface Property extends Span {
  /** `undefined`: a spread, or a computed name. */
  readonly name: string | undefined
  readonly nameAt: Span
  readonly value: Expression
  readonly isSpread: boolean
}
export interface ArrayExpression extends Span {
  readonly kind: 'array'
  readonly items: readonly Expression[]
}
export interface AwaitExpression extends Span {
  readonly kind: 'await'
  readonly of: Expression
}
export interface BinaryExpression extends Span {
  readonly kind: 'binary'
  readonly operator: string
  readonly left: Expression
  readonly right: Expression
}
export interface ChoiceExpression extends Span {
  readonly kind: 'choice'
  readonly test: Expression
  readonly whenTrue: Expression
  readonly whenFalse: Expression
}
export interface AssignExpression extends Span {
  readonly kind: 'assign'
  readonly operator: string
  readonly target: Expression
  readonly value: Expression
}
export interface CastExpression extends Span {
  readonly kind: 'cast'
  readonly of: Expression
  readonly type: TypeRef | undefined
}
/** Anything else: only its parts are followed. */
export interface OtherExpression extends Span {
  readonly kind: 'other'
  readonly what: 'spread' | 'not' | 'void' | 'typeof' | 'unary' | 'comma' | 'yield' | 'unknown' | 'update'
  readonly parts: readonly Expression[]
}

// ---- statements -----------------------------------------------------------------------------------------------

export type Statement =
  | ExpressionStatement
  | ReturnStatement
  | ThrowStatement
  | JumpStatement
  | IfStatement
  | LoopStatement
  | TryStatement
  | SwitchStatement
  | BlockStatement

export interface ExpressionStatement extends Span {
  readonly kind: 'do'
  readonly expression: Expression
  /** Bindings that this declares or assigns: a promise stored there may be awaited later. */
  readonly into: readonly Binding[]
}
export interface ReturnStatement extends Span {
  readonly kind: 'return'
  readonly value: Expression | undefined
}
export interface ThrowStatement extends Span {
  readonly kind: 'throw'
  readonly value: Expression
}
export interface JumpStatement extends Span {
  readonly kind: 'jump'
  readonly jump: 'break' | 'continue'
  readonly label: string | undefined
}
export interface IfStatement extends Span {
  readonly kind: 'if'
  readonly test: Expression
  readonly whenTrue: readonly Statement[]
  readonly whenFalse: readonly Statement[]
}
export interface LoopStatement extends Span {
  readonly kind: 'loop'
  readonly loop: 'for' | 'for-of' | 'for-in' | 'while' | 'do'
  readonly head: readonly Expression[]
  readonly test: Expression | undefined
  readonly over: Expression | undefined
  readonly body: readonly Statement[]
  readonly isAwait: boolean
}
export interface TryStatement extends Span {
  readonly kind: 'try'
  readonly block: readonly Statement[]
  readonly handler:
    | {
        readonly at: Span
        readonly binding: Binding | undefined
        readonly body: readonly Statement[]
        readonly bodyAt: Span
      }
    | undefined
  readonly cleanup: readonly Statement[] | undefined
  readonly cleanupAt: Span | undefined
}
export interface SwitchStatement extends Span {
  readonly kind: 'switch'
  readonly on: Expression
  readonly cases: readonly { readonly isDefault: boolean; readonly body: readonly Statement[] }[]
}
export interface BlockStatement extends Span {
  readonly kind: 'block'
  readonly body: readonly Statement[]
}

/** What a frontend knows of writing its language, for fixes. */
export interface FixWriter {
  /** Text that makes a call awaited, inserted before it. */
  readonly awaitPrefix: string
  readonly asyncPrefix: string
  offsetPlusOne(offsetText: string): string
  throwStatement(errorName: string): string
}
