/** `groupsOf` groups values, in their order, so that their sizes add up to `most` at most; one that is larger is a group of its own. */
export function groupsOf<Value>(
  values: readonly Value[],
  sizeOf: (value: Value) => number,
  most: number,
): Value[][] {
  const groups: Value[][] = []
  let room = 0
  for (const value of values) {
    const size = sizeOf(value)
    const group = groups.at(-1)
    if (group && size <= room) group.push(value)
    else {
      groups.push([value])
      room = most
    }
    room -= size
  }
  return groups
}
