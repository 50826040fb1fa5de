/** Where the walk through a handler stands, and how it goes on. */
import type { FunctionCode } from '../../facts/code.ts'
import type { Place, Text } from '../../facts/model.ts'
import type { Frame, Made } from '../values/frames.ts'
import type { Told } from './waiting/told.ts'

/** What becomes of a value, as far as waiting for a promise goes. `consumed`: awaited, and the result is used. */
export type Use = 'awaited' | 'consumed' | 'returned' | 'stored' | 'value' | 'floating' | 'void'

/** Where the walk stands. */
export interface Position {
  readonly frame: Frame
  readonly calls: readonly Place[]
  readonly entered: readonly FunctionCode[]
  readonly inTransaction: boolean
  /** Inside the function given to `new Promise`. */
  readonly isExecutor: boolean
  /** Somebody looks at what this function returns. */
  readonly isResultUsed: boolean
  /** The promise of what this function returns is kept with others, and somebody may look at what they give. */
  readonly isResultKept?: boolean
  /** In `Promise.all`, whose results are looked at. */
  readonly isGathered?: boolean
  /** Of the callback that is gone through, where it is told of an output. */
  readonly told?: Told | undefined
}

/** How a function is entered. */
export interface Entering {
  readonly returned?: Use
  readonly isExecutor?: boolean
  readonly isUsed?: boolean
  readonly isCollected?: boolean
  readonly told?: Told
}

/** Of the consumer whose handler is walked through: what fixes have to name. */
export interface Consumed {
  readonly group: Text | undefined
  readonly consumer: Made | undefined
}
