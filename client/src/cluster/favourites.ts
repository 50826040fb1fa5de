/** Topics and groups that somebody wants to find at once, by cluster; kept over windows. */
import * as vscode from 'vscode'

export interface Favourite {
  readonly kind: 'topic' | 'group'
  readonly name: string
}

export interface Favourites {
  of(clusterName: string): readonly Favourite[]
  has(clusterName: string, favourite: Favourite): boolean
  set(clusterName: string, favourite: Favourite, isFavourite: boolean): Promise<void>
  readonly onDidChange: vscode.Event<void>
}

const key = 'tidemark.favourites'
/** A cluster's; a list longer than this is no longer found at once. */
const favouritesMax = 100

export function createFavourites(state: vscode.Memento): Favourites {
  const changed = new vscode.EventEmitter<void>()
  const all = (): Readonly<Record<string, readonly Favourite[]>> => state.get(key, {})
  const of = (clusterName: string): readonly Favourite[] => all()[clusterName] ?? []
  return {
    of,
    has: (clusterName, favourite) => of(clusterName).some(one => isSame(one, favourite)),
    set: async (clusterName, favourite, isFavourite) => {
      const others = of(clusterName).filter(one => !isSame(one, favourite))
      const now = isFavourite ? [...others, favourite].slice(-favouritesMax) : others
      const { [clusterName]: _, ...rest } = all()
      await state.update(key, now.length > 0 ? { ...rest, [clusterName]: now } : rest)
      changed.fire()
    },
    onDidChange: changed.event,
  }
}

function isSame(one: Favourite, two: Favourite): boolean {
  return one.kind === two.kind && one.name === two.name
}
