/** Numbers as people read them: exact, grouped, with a unit. */
import type { Count } from '../protocol.ts'
import { language, strings } from './strings.ts'

const grouped = new Intl.NumberFormat(language)
const short = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 })
const timeOfDay = new Intl.DateTimeFormat(language, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const minuteOfDay = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

/**
 * A count or an offset, every digit of it: `'9223372036854775806'` becomes `'9,223,372,036,854,775,806'`.
 * What is not a decimal integer is returned as it came, so that a broken number is seen and not hidden.
 */
export function formatCount(count: Count | number): string {
  if (typeof count === 'number') return grouped.format(count)
  return isDecimal(count) ? grouped.format(count.length < 16 ? Number(count) : BigInt(count)) : count
}

/** Exact value of a count; 0 for what is no decimal integer. */
export function toBigInt(count: Count | undefined): bigint {
  return count !== undefined && isDecimal(count) ? BigInt(count) : 0n
}

/** `difference(from, until)`, never below zero. */
export function distance(from: Count, until: Count): bigint {
  const length = toBigInt(until) - toBigInt(from)
  return length > 0n ? length : 0n
}

/** `0.4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: two units at most. */
export function formatSeconds(seconds: number): string {
  return secondsInUnits(seconds).join(' ')
}

/** The larger unit, and the smaller where there is one: a narrow place shows the first alone. */
export function secondsInUnits(seconds: number): [large: string, small?: string] {
  const { second, minute, hour, day } = strings.unit
  if (seconds < 10) return [`${short.format(Math.round(seconds * 10) / 10)} ${second}`]
  if (seconds < 60) return [`${Math.round(seconds)} ${second}`]
  if (seconds < 3_600) return twoUnits(seconds, 60, minute, 1, second)
  return seconds < 86_400 ? twoUnits(seconds, 3_600, hour, 60, minute) : twoUnits(seconds, 86_400, day, 3_600, hour)
}

function twoUnits(seconds: number, big: number, bigUnit: string, small: number, smallUnit: string): [string, string?] {
  const whole = Math.floor(seconds / big)
  const rest = Math.floor((seconds - whole * big) / small)
  const first = `${formatCount(whole)} ${bigUnit}`
  return rest === 0 ? [first] : [first, `${rest} ${smallUnit}`]
}

/** `0.3 ms`, `12 ms`, `1.2 s`. */
export function formatMilliseconds(milliseconds: number): string {
  return milliseconds < 1_000 ? `${short.format(milliseconds)} ms` : formatSeconds(milliseconds / 1_000)
}

export function formatRate(recordsPerSecond: number): string {
  return `${recordsPerSecond < 10 ? short.format(recordsPerSecond) : grouped.format(Math.round(recordsPerSecond))}/s`
}

/** `12:01:04`, local time. */
export function formatTime(atMs: number): string {
  return isTime(atMs) ? timeOfDay.format(atMs) : '–'
}

/** `12:01`, local time. */
export function formatMinute(atMs: number): string {
  return isTime(atMs) ? minuteOfDay.format(atMs) : '–'
}

/** `12:01:04.120`, local time; with the date in front when it is not the day of `nowMs`. */
export function formatTimestamp(atMs: number, nowMs: number): string {
  if (!isTime(atMs) || atMs < 0) return '–'
  const time = `${timeOfDay.format(atMs)}.${String(Math.trunc(atMs) % 1_000).padStart(3, '0')}`
  const date = new Date(atMs)
  return date.toDateString() === new Date(nowMs).toDateString() ? time : `${isoDay(date)} ${time}`
}

function isoDay(date: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Within what `Date` can hold: Intl throws beyond. */
function isTime(atMs: number): boolean {
  return Number.isFinite(atMs) && Math.abs(atMs) <= 8.64e15
}

/** As long as any 64-bit integer: a longer run of digits is no offset, and parsing it would cost time. */
function isDecimal(text: string): boolean {
  return /^-?\d{1,19}$/.test(text)
}
