/** The consumers a file starts: one for each way in which it is known what they are given. */
import type { Place } from '../../facts/model.ts'
import type { Evaluator } from '../values/evaluator.ts'
import { type Frame, selfOf, type Thunk, type Value } from '../values/frames.ts'
import type { FoundPipeline } from './pipelines.ts'

interface Started {
  readonly pipeline: FoundPipeline
  readonly given: Given
  /** The call in the file by which it is started, where that is a call of a wrapper. */
  readonly anchor: Place | undefined
}

/** What each function around the handler is given, innermost first; undefined where nobody is seen to call it. */
type Given = readonly (string | undefined)[]

/** Uses of one wrapper in one file: further ones are not looked at. */
const usesMax = 16

export class StartedPipelines {
  readonly #evaluator: Evaluator
  /** By the handlers' places, then by what whoever starts them gives. */
  readonly #found = new Map<string, Map<string, Started>>()

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
  }

  add(pipeline: FoundPipeline, start: number, frame: Frame, anchor: Place | undefined): void {
    const place = pipeline.handlers.map(({ at, closure }) => `${at.path}:${closure.code.start}`).join() || `${start}`
    const self = selfOf(frame)
    const owner = self?.kind === 'instance' ? `${self.frame.module.path}:${self.code.start}` : ''
    const base = ownerOf(frame)
    // What a subclass makes of it says more than its base class alone.
    if (owner !== base) this.#found.delete(`${place}|${base}`)
    const key = `${place}|${owner}`
    const uses = this.#found.get(key) ?? new Map<string, Started>()
    this.#found.set(key, uses)
    const given = this.#givenTo(frame)
    // Seen with its arguments is better than seen alone.
    if ([...uses.values()].some(other => tellsMore(other.given, given))) return
    for (const [name, other] of uses) if (tellsMore(given, other.given)) uses.delete(name)
    const name = given.join('|')
    const known = uses.get(name)
    if (known ? scoreOf(pipeline) > scoreOf(known.pipeline) : uses.size < usesMax)
      uses.set(name, { pipeline, given, anchor })
  }

  /** Where a wrapper of the file is used more than once, each use is a pipeline of its own. */
  all(): FoundPipeline[] {
    return [...this.#found.values()].flatMap(uses =>
      [...uses.values()].map(({ pipeline, anchor }) =>
        anchor && uses.size > 1 ? { ...pipeline, at: anchor } : pipeline,
      ),
    )
  }

  /** Functions, texts and options that are given, and those that the object was made with. */
  #givenTo(frame: Frame): Given {
    const given: (string | undefined)[] = []
    for (let at: Frame | undefined = frame; at; at = at.parent)
      given.push(at.code?.parameters.length ? at.args?.map(arg => this.#sign(arg)).join() : '')
    const self = selfOf(frame)
    given.push(self?.kind === 'instance' ? self.args?.map(arg => this.#sign(arg)).join() : '')
    return given
  }

  #sign(arg: Thunk): string {
    const value = this.#evaluator.thunk(arg)
    return value.kind === 'constant' ? `=${value.value}` : this.#functionsIn(value, 0)
  }

  /** By where they stand: `start({ handlers: [{ topic, on: save }] })`. */
  #functionsIn(value: Value, depth: number): string {
    if (value.kind === 'closure') return `${value.frame.module.path}:${value.code.start}`
    if (depth > 2 || (value.kind !== 'object' && value.kind !== 'array')) return ''
    const parts =
      value.kind === 'array' ? value.expression.items : value.expression.properties.map(property => property.value)
    return parts
      .map(part => this.#functionsIn(this.#evaluator.evaluate(part, value.frame), depth + 1))
      .filter(one => one !== '')
      .join()
  }
}

/** The same as far as both are known, and one knows more. */
function tellsMore(one: Given, two: Given): boolean {
  return (
    one.length === two.length &&
    two.every((given, index) => given === undefined || given === one[index]) &&
    two.some((given, index) => given === undefined && one[index] !== undefined)
  )
}

/** The class in whose text the call stands. */
function ownerOf(frame: Frame): string {
  for (let at: Frame | undefined = frame; at; at = at.parent)
    if (at.code?.owner) return `${at.module.path}:${at.code.owner.start}`
  return ''
}

function scoreOf(pipeline: FoundPipeline): number {
  return (
    (pipeline.groupId?.value !== undefined ? 2 : 0) +
    pipeline.topics.filter(topic => topic.value !== undefined).length +
    pipeline.handlers.length * 4
  )
}
