/** node:util's parseArgs with messages for people, and the checks that several commands share. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { UsageError } from './command.ts'

/** @throws {UsageError} an unknown option, a missing value. */
export function parse<T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

/** @throws {UsageError} not a whole number within the bounds. */
export function wholeNumber(option: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max)
    throw new UsageError(`--${option} takes a whole number from ${min} to ${max}, not '${text}'`)
  return value
}

/** @throws {UsageError} something without `=`. */
export function keyValues(option: string, texts: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    texts.map(text => {
      const at = text.indexOf('=')
      if (at < 1) throw new UsageError(`--${option} takes key=value, not '${text}'`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

/** @throws {UsageError} none of the choices. */
export function oneOf<T extends string>(
  option: string,
  text: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (text === undefined) return undefined
  const choice = choices.find(name => name === text)
  if (choice === undefined) throw new UsageError(`--${option} takes ${choices.join(' or ')}, not '${text}'`)
  return choice
}
