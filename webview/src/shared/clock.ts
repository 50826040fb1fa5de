/** The one place of the panels that reads the time of day. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  nowMs(): number
  /** Calls back about once a second while the page is shown. */
  everySecond(tick: () => void): void
}

export const pageClock: Clock = {
  nowMs: () => Date.now(),
  everySecond: tick => {
    setInterval(() => {
      if (!document.hidden) tick()
    }, 1_000)
  },
}
