/** The keystroke that every contestant is measured by: one more letter in a string at the end of a file. It changes the code, and hardly its length. */

/** The text after so many keystrokes. */
export function afterKeystrokes(text: string, keystrokes: number): string {
  return `${text}'${'x'.repeat(keystrokes)}'\n`
}

export interface Insertion {
  /** Counted from 0. */
  readonly line: number
  readonly character: number
  readonly text: string
}

/** From one text to the next. @param keystrokes - how many there are afterwards: 1 for the first */
export function insertionOf(text: string, keystrokes: number): Insertion {
  const line = text.split('\n').length - 1
  return keystrokes === 1 ? { line, character: 0, text: "'x'\n" } : { line, character: 1, text: 'x' }
}
