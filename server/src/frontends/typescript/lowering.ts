/** The state of lowering one file: its scopes, and what is gathered on the way. */
import type ts from 'typescript'
import type {
  CallExpression,
  CallSite,
  ClassCode,
  Contract,
  ExportLink,
  Expression,
  FunctionCode,
  ImportLink,
  ObjectExpression,
  ObjectSite,
  Span,
} from '../../facts/code.ts'
import { Scope } from './scope.ts'

/** Deeper nesting than any person writes: machine-made code is cut off instead of overflowing the stack. */
const depthMax = 400

export class Lowering {
  readonly file: ts.SourceFile
  readonly imports: ImportLink[] = []
  readonly exports = new Map<string, ExportLink>()
  readonly starExports: string[] = []
  readonly functions: FunctionCode[] = []
  readonly classes: ClassCode[] = []
  readonly contracts: Contract[] = []
  readonly calls: CallSite[] = []
  readonly objects: ObjectSite[] = []
  scope = new Scope(undefined, undefined)
  /** Where `var` and function-level names go. */
  functionScope = this.scope
  inside: FunctionCode | undefined
  /** The class `this` belongs to. */
  self: ClassCode | undefined
  depth = 0

  constructor(file: ts.SourceFile) {
    this.file = file
  }

  span(node: ts.Node): Span {
    return { start: node.getStart(this.file), end: node.end }
  }

  text(node: ts.Node): string {
    return this.file.text.slice(node.getStart(this.file), node.end)
  }

  addCall(call: CallExpression): CallExpression {
    this.calls.push({ call, inside: this.inside })
    return call
  }

  addObject(object: ObjectExpression): ObjectExpression {
    this.objects.push({ object, inside: this.inside })
    return object
  }

  addImport(specifier: string, at: Span): void {
    this.imports.push({ specifier, at })
  }

  addExport(name: string, expression: Expression): void {
    this.exports.set(name, { kind: 'local', expression })
  }

  /** Runs `work` in a block scope of its own. */
  inBlock<T>(work: () => T): T {
    const outer = this.scope
    this.scope = new Scope(outer, this.inside)
    try {
      return work()
    } finally {
      this.scope = outer
    }
  }

  /** Runs `work`, or gives `otherwise` where the nesting is too deep to go on. */
  guarded<T>(work: () => T, otherwise: T): T {
    if (this.depth >= depthMax) return otherwise
    this.depth++
    try {
      return work()
    } finally {
      this.depth--
    }
  }
}
