/**
 * Times are counted in buckets, so that those of many days can be added up: a bucket holds what lies between two numbers of milliseconds, the
 * second of which is the first one times 2^(1/8), as the statement that folds says in SQL. What is said of a bucket is its middle, which is off by at most ERROR.
 */
const BUCKETS_A_DOUBLING = 8

/** ERROR is the largest part of a time by which its bucket's middle can be off: 4.4 percent. */
export const ERROR = 2 ** (1 / (2 * BUCKETS_A_DOUBLING)) - 1

/** `middleOf` gives the time in seconds that a bucket stands for. */
const middleOf = (bucket: number): number => 2 ** ((bucket + 0.5) / BUCKETS_A_DOUBLING) / 1000

/** `percentileOf` gives the time in seconds that a share of what was counted does not exceed; null: nothing was. */
export function percentileOf(
  counted: { buckets: readonly number[]; counts: readonly number[] } | undefined,
  share: number,
): number | null {
  const all = (counted?.buckets ?? [])
    .map((bucket, at) => ({ bucket, count: counted?.counts[at] ?? 0 }))
    .sort((a, b) => a.bucket - b.bucket)
  let rest = Math.ceil(all.reduce((sum, { count }) => sum + count, 0) * share)
  for (const { bucket, count } of all) {
    rest -= count
    if (rest <= 0) return middleOf(bucket)
  }
  return null
}
