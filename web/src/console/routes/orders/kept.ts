/** KEPT names the place in this tab where the ids of the list of orders that was seen last are kept. */
const KEPT = 'orders:list'

export function rememberList(ids: readonly number[]): void {
  sessionStorage.setItem(KEPT, JSON.stringify(ids.slice(0, 2000)))
}

/** `neighboursOf` gives the orders before and behind one in that list. */
export function neighboursOf(id: number): { before: number | undefined; after: number | undefined } {
  try {
    const ids = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]') as number[]
    const at = ids.indexOf(id)
    return at === -1 ? { before: undefined, after: undefined } : { before: ids[at - 1], after: ids[at + 1] }
  } catch {
    return { before: undefined, after: undefined }
  }
}
