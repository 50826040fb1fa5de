/** What a replay wrote beside what was written before: aligned line by line, equal stretches folded. Pure. */
import type { WireOutput } from '@tidemark/runtime/protocol'
import type { DifferenceRow, ReplayView } from '@tidemark/webview/protocol'

/** Outputs of each side that are compared. */
export const comparedMax = 2_000
const rowsMax = 400
/** Equal outputs shown around a difference. */
const contextRows = 3
const textMax = 400

export type Differences = Pick<ReplayView, 'counts' | 'rows' | 'isComplete'>

/**
 * The longest common subsequence of both lists is what stayed the same; what stands between two of its members on both
 * sides was changed, on one side only it is gone or new.
 *
 * @example differences(before, now).counts // { same: 3, changed: 1, onlyBefore: 0, onlyNow: 0 }
 */
export function differences(before: readonly WireOutput[], now: readonly WireOutput[]): Differences {
  const left = before.slice(0, comparedMax)
  const right = now.slice(0, comparedMax)
  const rows = aligned(left, right)
  const counts = { same: 0, changed: 0, onlyBefore: 0, onlyNow: 0 }
  for (const { kind } of rows) counts[kind]++
  const folded = fold(rows)
  const isComplete = left.length === before.length && right.length === now.length && folded.length <= rowsMax
  return { counts, rows: folded.slice(0, rowsMax), isComplete }
}

type Row = Exclude<DifferenceRow, { kind: 'skipped' }>

function aligned(left: readonly WireOutput[], right: readonly WireOutput[]): Row[] {
  const rows: Row[] = []
  let at = { left: 0, right: 0 }
  const between = (leftUntil: number, rightUntil: number): void => {
    const gone = left.slice(at.left, leftUntil)
    const fresh = right.slice(at.right, rightUntil)
    for (let index = 0; index < Math.max(gone.length, fresh.length); index++)
      rows.push(rowOf(gone[index], fresh[index]))
  }
  for (const [leftAt, rightAt] of commonOf(left.map(textOf), right.map(textOf))) {
    between(leftAt, rightAt)
    rows.push(rowOf(left[leftAt], right[rightAt], true))
    at = { left: leftAt + 1, right: rightAt + 1 }
  }
  between(left.length, right.length)
  return rows
}

function rowOf(before: WireOutput | undefined, now: WireOutput | undefined, isSame = false): Row {
  const kind = isSame ? 'same' : before && now ? 'changed' : before ? 'onlyBefore' : 'onlyNow'
  const record = now?.record ?? before?.record
  const target = !before || !now || before.target === now.target ? (now ?? before)?.target : undefined
  const shown = (output: WireOutput): string =>
    (target === undefined ? `${valuesOf(output)} · ${output.target}` : valuesOf(output)).slice(0, textMax)
  return {
    kind,
    ...(record ? { record } : {}),
    ...(target === undefined ? {} : { target: target.slice(0, textMax) }),
    ...(before ? { before: shown(before) } : {}),
    ...(now ? { now: shown(now) } : {}),
  }
}

function valuesOf({ values, error }: WireOutput): string {
  return `${values.join(', ')}${error === undefined ? '' : ` ▲ ${error}`}`
}

/** What is compared: where it went, with what, and how it ended. Not how many rows it changed, which a rolled back run cannot know. */
function textOf(output: WireOutput): string {
  return JSON.stringify([output.target, output.values, output.error])
}

/** Pairs of equal texts, in order: a longest common subsequence, after the equal beginning and end are taken off. */
function commonOf(left: readonly string[], right: readonly string[]): (readonly [number, number])[] {
  let from = 0
  while (from < left.length && from < right.length && left[from] === right[from]) from++
  let leftEnd = left.length
  let rightEnd = right.length
  while (leftEnd > from && rightEnd > from && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd--
    rightEnd--
  }
  const pairs: (readonly [number, number])[] = Array.from({ length: from }, (_, index) => [index, index])
  pairs.push(
    ...middleOf(left.slice(from, leftEnd), right.slice(from, rightEnd)).map(([a, b]) => [a + from, b + from] as const),
  )
  for (let index = 0; leftEnd + index < left.length; index++) pairs.push([leftEnd + index, rightEnd + index])
  return pairs
}

/** At most `comparedMax` squared cells of two bytes: eight megabytes for a moment. */
function middleOf(left: readonly string[], right: readonly string[]): (readonly [number, number])[] {
  const width = right.length + 1
  const longest = new Uint16Array((left.length + 1) * width)
  for (let a = left.length - 1; a >= 0; a--)
    for (let b = right.length - 1; b >= 0; b--)
      longest[a * width + b] =
        left[a] === right[b]
          ? (longest[(a + 1) * width + b + 1] ?? 0) + 1
          : Math.max(longest[(a + 1) * width + b] ?? 0, longest[a * width + b + 1] ?? 0)
  const pairs: (readonly [number, number])[] = []
  let [a, b] = [0, 0]
  while (a < left.length && b < right.length) {
    if (left[a] === right[b]) pairs.push([a++, b++])
    else if ((longest[(a + 1) * width + b] ?? 0) >= (longest[a * width + b + 1] ?? 0)) a++
    else b++
  }
  return pairs
}

/** Equal rows far from any difference become one row that counts them. */
function fold(rows: readonly Row[]): DifferenceRow[] {
  const isNear = rows.map(({ kind }) => kind !== 'same')
  for (const [index, { kind }] of rows.entries())
    if (kind !== 'same')
      for (let near = Math.max(0, index - contextRows); near <= Math.min(rows.length - 1, index + contextRows); near++)
        isNear[near] = true
  const folded: DifferenceRow[] = []
  for (const [index, row] of rows.entries()) {
    const last = folded.at(-1)
    if (isNear[index]) folded.push(row)
    else if (last?.kind === 'skipped') folded[folded.length - 1] = { kind: 'skipped', count: last.count + 1 }
    else folded.push({ kind: 'skipped', count: 1 })
  }
  return folded
}
