import { api, dataOf } from '../../../api/client.ts'
import type { paths } from '../../../api/made/operator.ts'

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': { data: infer Data } } } } }
}
  ? Data
  : never

/** OrderRow is an order as lists have it. */
export type OrderRow = Answer<'/api/operator/orders'>['page']['items'][number]
export type Summary = Answer<'/api/operator/orders/{id}/summary'>
export type OrderAction = Summary['actions'][number]
export type Item = Answer<'/api/operator/orders/{id}/items'>['page']['items'][number]
export type Moment = Answer<'/api/operator/orders/{id}/timeline'>['items'][number]

/** Query is a filter of orders, as the URL has it. */
export type Query = Readonly<Record<string, string>>

/** `readOrders` reads a page of orders. */
export const readOrders = async (query: Query, cursor: string | undefined, signal?: AbortSignal) => {
  const params = { query: { ...query, ...(cursor !== undefined && { cursor }) } as object }
  return (await dataOf(api.GET('/api/operator/orders', { params, ...(signal && { signal }) }))).page
}

/** `readSome` reads those of some orders that fit a filter. */
export const readSome = async (query: Query, ids: readonly number[]): Promise<OrderRow[]> =>
  (await readOrders({ ...query, id: ids.join(','), limit: '200' }, undefined)).items

/** `readInputs` gives the IMEIs and serial numbers of orders, one after the other; of orders of many items all of them. */
export async function readInputs(orders: readonly OrderRow[]): Promise<string[]> {
  const inputs: string[] = []
  for (const order of orders) {
    if (order.item_count <= order.inputs.length) inputs.push(...order.inputs)
    else inputs.push(...(await readItems(order.id)).map(({ input }) => input))
  }
  return inputs.filter((input) => input !== '')
}

/** `readItems` reads all items of an order. */
export async function readItems(id: number): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor: string | undefined; ; ) {
    const params = { path: { id }, query: { limit: 200, ...(cursor !== undefined && { cursor }) } }
    const { page } = await dataOf(api.GET('/api/operator/orders/{id}/items', { params }))
    items.push(...page.items)
    if (page.next_cursor === null) return items
    cursor = page.next_cursor
  }
}

/** `readResults` gives a line for each item of an order that has ended: its IMEI and its answer in one line, with a tab between, as spreadsheets take them. */
export const readResults = async (order: OrderRow): Promise<string[]> =>
  (await readItems(order.id)).flatMap(({ input, result, reason, finished_at: ended }) =>
    ended === null ? [] : [[input, (result ?? reason ?? '').replace(/\s+/g, ' ').trim()].join('\t')],
  )
