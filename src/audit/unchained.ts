/** END stands for the end of a range that has none: what is not written yet. */
export const END = 2n ** 63n - 1n

/**
 * Range is a part of the trail's ids that no link holds. `since`: when it was seen that later lines are there and these are not, because their
 * transaction goes on or was undone; null for the range of all that comes.
 */
export interface Range {
  first: bigint
  last: bigint
  since: Date | null
}

/** GIVEN_UP_MS is longer than any transaction lasts: ids that are missing for so long are missing for good. */
const GIVEN_UP_MS = 2 * 3_600_000

/** `without` gives what is left of the ranges when a link holds some ids, which are in their order. */
export function without(ranges: readonly Range[], ids: readonly bigint[], now: Date): Range[] {
  const left: Range[] = []
  let at = 0
  for (const { first, last, since } of ranges) {
    let from = first
    for (; at < ids.length && (ids[at] as bigint) <= last; at++) {
      const id = ids[at] as bigint
      if (id > from) left.push({ first: from, last: id - 1n, since: since ?? now })
      from = id + 1n
    }
    if (from <= last) left.push({ first: from, last, since })
  }
  return left.filter(({ since }) => since === null || now.getTime() - since.getTime() < GIVEN_UP_MS)
}
