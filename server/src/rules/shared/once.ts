/** What is found in a handler, found once: the inference of the guarantee asks for it as well as the rule. */
import type { Handler, Pipeline } from '../../facts/model.ts'

export function once<T>(
  find: (pipeline: Pipeline, handler: Handler) => Iterable<T>,
): (pipeline: Pipeline, handler: Handler) => readonly T[] {
  // Its facts are made anew whenever a file is analysed anew.
  const known = new WeakMap<Handler, readonly T[]>()
  return (pipeline, handler) => {
    const found = known.get(handler) ?? [...find(pipeline, handler)]
    known.set(handler, found)
    return found
  }
}
