/** Draws at most once a frame, the newest snapshot only, and nothing while the page is hidden. */

/**
 * Returns a function that takes snapshots as they come. Each drawing is one `performance` measure named `tidemark <view>`.
 *
 * A hidden page runs no animation frames, so a snapshot that arrives meanwhile waits, and is replaced by the next.
 */
export function drawLatest<Snapshot>(view: string, update: (snapshot: Snapshot) => void): (snapshot: Snapshot) => void {
  let latest: Snapshot | undefined
  const drawNow = (): void => {
    if (latest === undefined) return
    const snapshot = latest
    latest = undefined
    const name = `tidemark ${view}`
    performance.clearMeasures(name)
    performance.mark(name)
    update(snapshot)
    performance.measure(name, name)
    performance.clearMarks(name)
  }
  return snapshot => {
    const isWaiting = latest !== undefined
    latest = snapshot
    if (!isWaiting) requestAnimationFrame(drawNow)
  }
}
