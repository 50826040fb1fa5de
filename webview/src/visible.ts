/** What comes from Kafka is text that may try to look like something else: made visible before it is shown. */

/** Longest name, key or client id that is shown whole. Kafka's own topic names end at 249. */
const shownCharactersMax = 512

/**
 * Characters that draw nothing, or change how their neighbours are drawn: C0 and C1 controls, zero width characters, bidirectional
 * embeddings, overrides and isolates, line and paragraph separators, tags, interlinear annotations, lone surrogates.
 */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|\u034f|[\u180b-\u180f]|[\u{e0000}-\u{e0fff}]|\p{Cs}/gu

/**
 * The text with every invisible character replaced by a visible sign: `␀`..`␡` for controls that have one, `‹U+202E›` for the others.
 *
 * @example visibleText('a\u202eb\n') // 'a‹U+202E›b␊'
 */
export function visibleText(text: string): string {
  return text.replace(invisible, sign)
}

/** As {@link visibleText}, in one bounded line: a name of a megabyte must not stop the page. */
export function visibleName(text: string): string {
  return text.length <= shownCharactersMax ? visibleText(text) : `${visibleText(text.slice(0, shownCharactersMax))}…`
}

/** As {@link visibleText} for a text pane: line ends and tabs stay what they are. */
export function visibleBlock(text: string): string {
  return text.replace(invisible, character => (character === '\n' || character === '\t' ? character : sign(character)))
}

function sign(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`
}
