/** Requests name a topic once and its partitions below it. */
export function byTopic<Item extends { readonly topic: string }>(
  items: readonly Item[],
): { readonly topic: string; readonly items: Item[] }[] {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(item.topic)
    if (group) group.push(item)
    else groups.set(item.topic, [item])
  }
  return [...groups].map(([topic, group]) => ({ topic, items: group }))
}
