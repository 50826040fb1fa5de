/** Classes that stand in for others while code is tried out. */
import { basename } from 'node:path'
import type { Evaluator } from './evaluator.ts'
import type { ClassValue } from './frames.ts'

const doubleName =
  /^(?:In[Mm]emory|Memory|Fake|Mock(?:ed)?|Stub(?:bed)?|Dummy|No[Oo]p|Null|Spy|Test)(?![a-z])|(?:Mock|Fake|Stub|Double|Dummy|Spy|InMemory)$/
const doubleFile = /\.(?:mock|fake|stub|double)s?\./

/** Those that run in earnest: none of a test, and no double beside another. */
export function inEarnest<T extends Pick<ClassValue, 'code' | 'frame'>>(
  { project }: Evaluator,
  classes: readonly T[],
): readonly T[] {
  const shipped = classes.filter(({ frame }) => !project.isTest?.(frame.module.path))
  const real = shipped.filter(one => !isDouble(one))
  return real.length > 0 ? real : shipped
}

export function isDouble({ code, frame }: Pick<ClassValue, 'code' | 'frame'>): boolean {
  return doubleName.test(code.name ?? '') || doubleFile.test(basename(frame.module.path))
}
