/** `hasMoreThan` tells whether a mark is in a text more often than `max` times. It looks no further than that. */
export function hasMoreThan(max: number, mark: string, text: string): boolean {
  let count = 0
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) if (++count > max) return true
  return false
}
