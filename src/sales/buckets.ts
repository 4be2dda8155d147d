/**
 * Times are counted in buckets, so that those of many days can be added up: a bucket holds what lies between two numbers of milliseconds, the
 * second of which is the first one times 2^(1/8), as the statement that folds says in SQL. What is said of a bucket is its middle, which is off by at most ERROR.
 */
export const BUCKETS_A_DOUBLING = 8

/** DIGITS is how many decimal digits of a number of counts are those of one bucket, the last ones of the first: more than any count has. */
export const DIGITS = 12

/** ERROR is the largest part of a time by which its bucket's middle can be off: 4.4 percent. */
export const ERROR = 2 ** (1 / (2 * BUCKETS_A_DOUBLING)) - 1

/** `middleOf` gives the time in seconds that a bucket stands for. */
const middleOf = (bucket: number): number => 2 ** ((bucket + 0.5) / BUCKETS_A_DOUBLING) / 1000

/** `countsOf` reads what `times` of the figures has: how many there are in each bucket. */
export function countsOf(times: string): number[] {
  const counts: number[] = []
  for (let end = times.length; end > 0; end -= DIGITS)
    counts.push(Number(times.slice(Math.max(0, end - DIGITS), end)))
  return counts
}

/** `percentileOf` gives the time in seconds that a share of what was counted does not exceed; null: nothing was. */
export function percentileOf(counts: readonly number[], share: number): number | null {
  const all = counts.reduce((sum, count) => sum + count, 0)
  if (all === 0) return null
  let rest = Math.ceil(all * share)
  const bucket = counts.findIndex((count) => {
    rest -= count
    return rest <= 0
  })
  return middleOf(bucket)
}
