import { answerOf } from '../api/client.ts'
import { portal } from '../api/portal.ts'
import type { ReadPage } from '../kit/pages.ts'

/** `wholeQuery` reads an order with all of its items. */
export const wholeQuery = (id: string) => ({
  queryKey: ['orders', 'results', id, 'whole'],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    answerOf(portal.GET('/api/order/{id}', { params: { path: { id } }, signal })),
})

/** `orderQuery` reads an order with its first hundred items; `result_truncated` says that there are more. */
export const orderQuery = (id: string) => ({
  queryKey: ['orders', 'results', id, 'order'],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    answerOf(portal.GET('/api/order/{id}/status', { params: { path: { id } }, signal })),
})

export type Ordered = Awaited<ReturnType<ReturnType<typeof orderQuery>['queryFn']>>
export type Item = Ordered['result'][number]

/** `readItems` reads a page of the items of an order, of those in one state or in all. */
export async function readItems(
  id: string,
  {
    status,
    cursor,
    limit,
  }: { status: Item['status'] | undefined; cursor: string | undefined; limit: number },
  signal?: AbortSignal,
): Promise<ReadPage<Item>> {
  const query = {
    limit,
    ...(status !== undefined && { status }),
    ...(cursor !== undefined && { cursor: Number(cursor) }),
  }
  const params = { path: { id }, query }
  const answer = await answerOf(portal.GET('/api/order/{id}/items', { params, ...(signal && { signal }) }))
  // Lines come only where they are asked for.
  if (typeof answer === 'string') throw new Error('items came as lines')
  const { page } = answer.data
  return { items: page.items, next_cursor: page.next_cursor === null ? null : String(page.next_cursor) }
}

/** `readEvery` reads the items of an order that are in one state, or all. */
export async function readEvery(id: string, status: Item['status'] | undefined): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await readItems(id, { status, cursor, limit: 500 })
    items.push(...page.items)
    if (page.next_cursor === null) return items
    cursor = page.next_cursor
  }
}

/** `inputOf` is what an item was ordered for. */
export const inputOf = ({ imei, serial, input }: Item): string => imei ?? serial ?? input ?? ''

/** `cell` writes a text for a spreadsheet into which it is pasted: with its lines, and never as a formula. */
function cell(text: string): string {
  const plain = /^\s*[=+\-@]/.test(text) ? `'${text}` : text
  return /["\t\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

/** `rowsOf` writes results as rows of a spreadsheet: what it was ordered for, its state and its answer, with tabs between. */
export const rowsOf = (items: readonly Item[]): string =>
  items
    .map((item) => [inputOf(item), item.status, item.result ?? item.error ?? ''].map(cell).join('\t'))
    .join('\n')
