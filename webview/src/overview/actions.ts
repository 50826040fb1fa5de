/** Buttons for what the host offers, and only that. */
import type { ViewAction } from '../protocol.ts'
import { button } from '../shared/controls.ts'
import { element, keyedChildren, setHidden } from '../shared/dom.ts'
import { strings } from '../shared/strings.ts'

export interface ActionButtons {
  readonly node: HTMLElement
  /** `primary` is drawn in the accent colour; `undefined`: the first, other than a reset. */
  update(actions: readonly ViewAction[], primary: ViewAction | undefined): void
}

export function actionButtons(onPress: (action: ViewAction) => void): ActionButtons {
  const node = element('div', 'buttons')
  let chosen: ViewAction | undefined
  const draw = keyedChildren<ViewAction>(
    node,
    action => action,
    action => {
      const made = button(strings.action[action], () => onPress(action), { isPrimary: action === chosen })
      return { node: made.node, update: () => made.setPrimary(action === chosen) }
    },
  )
  return {
    node,
    update: (actions, primary) => {
      // What changes a cluster is never the button that the eye falls on.
      chosen = primary ?? actions.find(action => action !== 'reset')
      setHidden(node, actions.length === 0)
      draw(actions)
    },
  }
}
