/** Page is one page of a list; `next` is the cursor of the following page, undefined at the end. */
export interface Page<Item, Cursor> {
  items: Item[]
  next: Cursor | undefined
}

/** `pageOf` makes a page of at most `limit` items from what was found with a limit of one more. */
export function pageOf<Item, Cursor>(
  found: readonly Item[],
  limit: number,
  cursorOf: (last: Item) => Cursor,
): Page<Item, Cursor> {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, next: found.length > limit && last !== undefined ? cursorOf(last) : undefined }
}
