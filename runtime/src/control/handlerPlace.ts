/** Where a handler's first statement is in the source that a person wrote. */
import { existsSync, readFileSync } from 'node:fs'
import { type Debugger, type Runtime, Session } from 'node:inspector'
import { SourceMap } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bug } from '../errors.ts'
import type { HandlerPlace } from '../protocol.ts'

/**
 * Asks V8 for the function's place, and follows the script's source map, if it has one.
 *
 * A session of our own beside that of the JavaScript debugger: it sets nothing, and is gone afterwards.
 */
export function handlerPlace(handler: (...parameters: never[]) => unknown): HandlerPlace | null {
  const session = new Session()
  session.connect()
  try {
    return placeIn(session, handler)
  } catch {
    // A debugger that refuses is not worth failing a run for.
    return null
  } finally {
    session.disconnect()
  }
}

const slot = Symbol.for('tidemark.handlerPlace')

function placeIn(session: Session, handler: unknown): HandlerPlace | null {
  const urls = new Map<string, { readonly url: string; readonly mapUrl: string | undefined }>()
  session.on('Debugger.scriptParsed', ({ params: { scriptId, url, sourceMapURL } }) =>
    urls.set(scriptId, { url, mapUrl: sourceMapURL || undefined }),
  )
  ask(session, 'Debugger.enable')
  Reflect.set(globalThis, slot, handler)
  try {
    const { result } = ask<Runtime.EvaluateReturnType>(session, 'Runtime.evaluate', {
      expression: "globalThis[Symbol.for('tidemark.handlerPlace')]",
    })
    const { internalProperties = [] } = ask<Runtime.GetPropertiesReturnType>(session, 'Runtime.getProperties', {
      objectId: result.objectId,
    })
    const location = internalProperties.find(each => each.name === '[[FunctionLocation]]')?.value?.value as
      | Debugger.Location
      | undefined
    const script = location && urls.get(location.scriptId)
    if (!location || !script?.url.startsWith('file:')) return null
    const { locations } = ask<Debugger.GetPossibleBreakpointsReturnType>(session, 'Debugger.getPossibleBreakpoints', {
      start: location,
      restrictToFunction: true,
    })
    const first = locations[0] ?? location
    return inSource(fileURLToPath(script.url), script.mapUrl, first.lineNumber, first.columnNumber ?? 0)
  } finally {
    Reflect.deleteProperty(globalThis, slot)
  }
}

/** Sessions on one's own thread answer before `post` returns. */
function ask<Answer>(session: Session, method: string, params: object = {}): Answer {
  const answers: Answer[] = []
  session.post(method, params, (error, result) => {
    if (error) throw error
    answers.push(result as Answer)
  })
  return answers[0] ?? bug(`the inspector did not answer ${method}`)
}

function inSource(path: string, mapUrl: string | undefined, line: number, column: number): HandlerPlace {
  const written = { path, line: line + 1, column: column + 1 }
  const map = mapUrl === undefined ? undefined : readMap(path, mapUrl)
  if (!map) return written
  const entry = new SourceMap(map).findEntry(line, column)
  if (!('originalSource' in entry) || typeof entry.originalSource !== 'string') return written
  const source = entry.originalSource
  const original = source.startsWith('file:')
    ? fileURLToPath(source)
    : resolve(dirname(path), map.sourceRoot ?? '', source)
  return { path: original, line: entry.originalLine + 1, column: entry.originalColumn + 1 }
}

type Map3 = ConstructorParameters<typeof SourceMap>[0]

function readMap(path: string, url: string): Map3 | undefined {
  const inline = /^data:application\/json[^,]*?(;base64)?,(.*)$/s.exec(url)
  if (inline)
    return JSON.parse(
      inline[1] ? Buffer.from(inline[2] ?? '', 'base64').toString() : decodeURIComponent(inline[2] ?? ''),
    )
  const file = url.startsWith('file:') ? fileURLToPath(url) : resolve(dirname(path), url)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
