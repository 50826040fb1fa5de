/** The lesser and the greater of two offsets: `Math.min` and `Math.max` know no bigint. */

export function least(left: bigint, right: bigint): bigint {
  return left < right ? left : right
}

export function most(left: bigint, right: bigint): bigint {
  return left > right ? left : right
}
