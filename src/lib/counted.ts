/** Counted is how many there are; `capped`: there may be more. */
export interface Counted {
  value: number
  capped: boolean
}

/**
 * `countUpTo` counts what is read in parts, up to `max`, and no longer than `ms` milliseconds and one part more: of few it is known on a slow machine, too, how
 * many there are. `countOf` gives how many a part has.
 */
export async function countUpTo<Part>(
  parts: AsyncIterable<Part>,
  countOf: (part: Part) => number,
  { max, ms }: { max: number; ms: number },
): Promise<Counted> {
  const from = performance.now()
  let value = 0
  let isLate = false
  for await (const part of parts) {
    value += countOf(part)
    if (value > max) return { value: max, capped: true }
    if (isLate) return { value, capped: true }
    isLate = performance.now() - from > ms
  }
  return { value, capped: false }
}
