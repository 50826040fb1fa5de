/** Beside the panels' other words; the extension's own rows and hovers use the same. */
export { visibleBlock, visibleName, visibleText } from '../visible.ts'
