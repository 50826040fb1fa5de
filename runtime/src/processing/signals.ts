const stopSignals = ['SIGINT', 'SIGTERM'] as const

/** Calls back at the first SIGINT or SIGTERM; a second one ends the process as usual. The returned function takes the listeners away. */
export function onSignals(callback: (signal: string) => void): () => void {
  const listener = (signal: NodeJS.Signals) => {
    release()
    callback(signal)
  }
  const release = () => {
    for (const signal of stopSignals) process.removeListener(signal, listener)
  }
  for (const signal of stopSignals) process.on(signal, listener)
  return release
}
