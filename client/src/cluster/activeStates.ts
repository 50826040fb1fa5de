/** The states of all protocols in which a group has members. */
const activeStates = new Set(['Stable', 'PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling'])

/** @param state - Kafka's own word */
export function isActiveState(state: string): boolean {
  return activeStates.has(state)
}
