/**
 * A program of exactly the files it is given and the declarations of the libraries they import: nothing is followed further,
 * so that its cost does not grow with the workspace. (Following imports through barrels turned 59 files into 7,893.)
 */
import { dirname, join } from 'node:path'
import ts from 'typescript'
import {
  noAnswer,
  type TypeAnswer,
  type TypedFile,
  type TypeQuestion,
  type TypeRequest,
} from '../../../facts/typeOracle.ts'
import { Declarations } from './declarations.ts'
import { typeAnswer } from './typeAnswer.ts'

/** Kept between two requests: most files of the next one are those of the last. */
const declarationsKeptMax = 2_000

export class PrunedProgram {
  readonly #host: ts.CompilerHost
  readonly #declarations: Declarations
  readonly #declared = new Map<string, ts.SourceFile | undefined>()
  readonly #parsed = new Map<string, { readonly text: string; readonly file: ts.SourceFile }>()
  #files = new Map<string, TypedFile>()
  #program: ts.Program | undefined

  constructor() {
    this.#host = this.#createHost()
    this.#declarations = new Declarations(options)
  }

  /** Files of the last program, for those who watch its size. */
  get fileCount(): number {
    return this.#program?.getSourceFiles().length ?? 0
  }

  answer({ files, questions }: TypeRequest): readonly TypeAnswer[] {
    this.#files = new Map(files.map(file => [file.path, file]))
    for (const path of this.#parsed.keys()) if (!this.#files.has(path)) this.#parsed.delete(path)
    if (this.#declared.size > declarationsKeptMax) this.#declared.clear()
    const rootNames = [...this.#files.keys(), ...this.#declarations.around(files)]
    const program = ts.createProgram({ rootNames, options, host: this.#host, ...this.#former() })
    this.#program = program
    const checker = program.getTypeChecker()
    return questions.map(question => answerTo(question, program, checker))
  }

  #former(): { oldProgram?: ts.Program } {
    return this.#program ? { oldProgram: this.#program } : {}
  }

  #createHost(): ts.CompilerHost {
    return {
      getSourceFile: path => this.#source(path),
      getDefaultLibFileName: () => join(libraryFolder, 'lib.es2023.d.ts'),
      getDefaultLibLocation: () => libraryFolder,
      getCurrentDirectory: () => '/',
      getCanonicalFileName: path => path,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => '\n',
      fileExists: path => this.#files.has(path) || ts.sys.fileExists(path),
      readFile: path => this.#files.get(path)?.text ?? ts.sys.readFile(path),
      writeFile: () => undefined,
      resolveModuleNameLiterals: (literals, from) =>
        literals.map(({ text }) => ({ resolvedModule: this.#resolve(text, from) })),
    }
  }

  #resolve(specifier: string, from: string): ts.ResolvedModuleFull | undefined {
    const own = this.#files.get(from)
    const path = own ? own.links[specifier] : undefined
    const resolvedFileName = path ?? this.#declarations.resolve(specifier, from)
    if (resolvedFileName === undefined) return undefined
    const extension = ts.Extension[extensionName(resolvedFileName)]
    return { resolvedFileName, extension, isExternalLibraryImport: path === undefined }
  }

  #source(path: string): ts.SourceFile | undefined {
    const own = this.#files.get(path)
    if (!own) {
      if (!this.#declared.has(path)) {
        const text = ts.sys.readFile(path)
        this.#declared.set(path, text === undefined ? undefined : parse(path, text))
      }
      return this.#declared.get(path)
    }
    const known = this.#parsed.get(path)
    if (known?.text === own.text) return known.file
    const file = parse(path, own.text)
    this.#parsed.set(path, { text: own.text, file })
    return file
  }
}

const options: ts.CompilerOptions = {
  noResolve: true,
  types: [],
  lib: ['lib.es2023.d.ts'],
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  jsx: ts.JsxEmit.Preserve,
  allowJs: true,
  strict: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  esModuleInterop: true,
  noEmit: true,
}

/** Beside the compiler, or beside the bundle that holds it. */
const libraryFolder = dirname(ts.getDefaultLibFilePath({}))

function parse(path: string, text: string): ts.SourceFile {
  // Parents are needed to find what an expression belongs to.
  return ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
}

function extensionName(
  path: string,
): 'Dts' | 'Dmts' | 'Dcts' | 'Ts' | 'Tsx' | 'Mts' | 'Cts' | 'Js' | 'Jsx' | 'Mjs' | 'Cjs' {
  const ending = /\.d\.([cm]?)ts$/.exec(path)
  if (ending) return ending[1] === 'm' ? 'Dmts' : ending[1] === 'c' ? 'Dcts' : 'Dts'
  const name = /\.([cm]?[jt]sx?)$/.exec(path)?.[1] ?? 'ts'
  return `${name[0]?.toUpperCase()}${name.slice(1)}` as ReturnType<typeof extensionName>
}

function answerTo(question: TypeQuestion, program: ts.Program, checker: ts.TypeChecker): TypeAnswer {
  const file = program.getSourceFile(question.path)
  const node = file && expressionAt(file, question)
  if (!node) return noAnswer
  try {
    return typeAnswer(checker, node)
  } catch {
    // The checker itself may fail on code that is broken in mid-edit; then nothing is known.
    return noAnswer
  }
}

/** The node that stands exactly there. */
function expressionAt(file: ts.SourceFile, { start, end }: TypeQuestion): ts.Node | undefined {
  let at: ts.Node = file
  for (;;) {
    const inner: ts.Node | undefined = ts.forEachChild(at, child =>
      child.getStart(file) <= start && child.end >= end ? child : undefined,
    )
    if (!inner) return undefined
    if (inner.getStart(file) === start && inner.end === end && ts.isExpression(inner)) return inner
    at = inner
  }
}
