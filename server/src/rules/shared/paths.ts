/** The ways through a flow, each with a state that a rule carries along. Loops are gone through once: order within an iteration is what rules ask for. */
import type { Detached, Event, Flow, Loop, Parallel, Try } from '../../facts/model.ts'

export interface Explorer<S> {
  event(event: Event | Detached, state: S): S
  /** States with the same key are one; the fewer, the faster. */
  key(state: S): string
  /** What becomes of the state when this event fails. Without it, events do not fail. */
  failed?(event: Event, state: S): S | undefined
  /** A caught error: the handler begins. */
  caught?(flow: Try, state: S): S
  /** The handler has ended without an error. */
  handled?(flow: Try, state: S): S
  looped?(flow: Loop, state: S): S
}

export interface Outcome<S> {
  readonly normal: readonly S[]
  readonly thrown: readonly S[]
  readonly returned: readonly S[]
  readonly broke: readonly S[]
  readonly continued: readonly S[]
}

/** More ways than this are not told apart. */
const statesMax = 48

export function explore<S>(flow: Flow, states: readonly S[], explorer: Explorer<S>): Outcome<S> {
  return new Exploration(explorer).go(flow, states)
}

class Exploration<S> {
  readonly #explorer: Explorer<S>

  constructor(explorer: Explorer<S>) {
    this.#explorer = explorer
  }

  go(flow: Flow, states: readonly S[]): Outcome<S> {
    if (states.length === 0) return nowhere
    switch (flow.kind) {
      case 'sequence':
        return this.#sequence(flow.steps, states)
      case 'branch':
        return this.#merge(flow.arms.map(arm => this.go(arm, states)))
      case 'loop':
        return this.#loop(flow, states)
      case 'helper': {
        const body = this.go(flow.body, states)
        return { ...nowhere, normal: this.#unique([...body.normal, ...body.returned]), thrown: body.thrown }
      }
      case 'try':
        return this.#try(flow, states)
      case 'parallel':
        return this.#parallel(flow, states)
      case 'exit': {
        const after = states.map(state => this.#explorer.event(flow, state))
        const name = ({ throw: 'thrown', return: 'returned', break: 'broke', continue: 'continued' } as const)[
          flow.exit
        ]
        return { ...nowhere, [name]: this.#unique(after) }
      }
      default:
        return this.#event(flow, states)
    }
  }

  #event(event: Event | Detached, states: readonly S[]): Outcome<S> {
    const normal = this.#unique(states.map(state => this.#explorer.event(event, state)))
    if (event.kind === 'detached') return { ...nowhere, normal }
    const thrown = states.flatMap(state => this.#explorer.failed?.(event, state) ?? [])
    return { ...nowhere, normal, thrown: this.#unique(thrown) }
  }

  #sequence(steps: readonly Flow[], states: readonly S[]): Outcome<S> {
    let at = states
    const left: Outcome<S>[] = []
    for (const step of steps) {
      const outcome = this.go(step, at)
      left.push({ ...outcome, normal: [] })
      at = outcome.normal
      if (at.length === 0) break
    }
    const merged = this.#merge(left)
    return { ...merged, normal: at }
  }

  #loop(flow: Loop, states: readonly S[]): Outcome<S> {
    const body = this.go(flow.body, states)
    const ended = [...body.normal, ...body.continued].map(state => this.#explorer.looped?.(flow, state) ?? state)
    const skipped = flow.over === 'endless' ? [] : states
    const normal = flow.over === 'endless' ? body.broke : [...ended, ...body.broke, ...skipped]
    return { normal: this.#unique(normal), thrown: body.thrown, returned: body.returned, broke: [], continued: [] }
  }

  #try(flow: Try, states: readonly S[]): Outcome<S> {
    const block = this.go(flow.block, states)
    let outcome = block
    if (flow.handler) {
      const caught = block.thrown.map(state => this.#explorer.caught?.(flow, state) ?? state)
      const handler = this.go(flow.handler, this.#unique(caught))
      const normal = handler.normal.map(state => this.#explorer.handled?.(flow, state) ?? state)
      const returned = handler.returned.map(state => this.#explorer.handled?.(flow, state) ?? state)
      outcome = this.#merge([
        { ...block, thrown: [] },
        { ...handler, normal, returned },
      ])
    }
    return flow.cleanup ? this.#finally(flow.cleanup, outcome) : outcome
  }

  #finally(cleanup: Flow, outcome: Outcome<S>): Outcome<S> {
    const after = (states: readonly S[]): Outcome<S> => this.go(cleanup, states)
    const parts = (['normal', 'thrown', 'returned', 'broke', 'continued'] as const).map(name => {
      const done = after(outcome[name])
      return { ...done, normal: [], [name]: [...done[name], ...done.normal] }
    })
    return this.#merge(parts)
  }

  #parallel(flow: Parallel, states: readonly S[]): Outcome<S> {
    return this.#sequence(flow.arms, states)
  }

  #merge(outcomes: readonly Outcome<S>[]): Outcome<S> {
    const all = (name: keyof Outcome<S>): readonly S[] => this.#unique(outcomes.flatMap(outcome => outcome[name]))
    return {
      normal: all('normal'),
      thrown: all('thrown'),
      returned: all('returned'),
      broke: all('broke'),
      continued: all('continued'),
    }
  }

  #unique(states: readonly S[]): S[] {
    const seen = new Map<string, S>()
    for (const state of states) {
      const key = this.#explorer.key(state)
      if (!seen.has(key) && seen.size < statesMax) seen.set(key, state)
    }
    return [...seen.values()]
  }
}

const nowhere: Outcome<never> = { normal: [], thrown: [], returned: [], broke: [], continued: [] }
