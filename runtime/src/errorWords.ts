/** The error table in the reader's language. A leaf: who translates is a parameter. */
import { type ErrorRow, errorTable, type TidemarkError } from './errors.ts'
import { fill } from './errorTemplate.ts'

/** Steps that BROKER_UNREACHABLE names beside requests of the protocol. */
const steps = ['opening a connection', 'connecting']

/** Every sentence of the table that can be told in another language. */
export function errorSentences(): string[] {
  const rows: readonly ErrorRow<never>[] = Object.values(errorTable)
  return [...steps, ...rows.flatMap(({ message, action }) => (message.template ? [message.template, action] : []))]
}

/**
 * What an error says and what to do about it, as far as `translate` knows the sentences; else in English.
 *
 * @param known - details in the reader's words, in place of those that the error was made with
 */
export function tellError(
  { code, message, details }: TidemarkError,
  translate: (english: string) => string,
  known: Readonly<Record<string, string>> = {},
): string {
  const errorRow: ErrorRow<never> = errorTable[code]
  const { template } = errorRow.message
  if (template === undefined) return message
  const filled = Object.entries({ ...details, ...known }).map(([name, value]) => {
    return [name, name === 'step' ? translate(String(value)) : value] as const
  })
  return `${fill(translate(template), Object.fromEntries(filled))} ${translate(errorRow.action)}`
}
