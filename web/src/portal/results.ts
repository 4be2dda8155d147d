import { answerOf } from '../api/client.ts'
import { portal } from '../api/portal.ts'

/** `resultsQuery` reads an order with the results of all of its items. */
export const resultsQuery = (id: string) => ({
  queryKey: ['orders', 'results', id],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    answerOf(portal.GET('/api/order/{id}', { params: { path: { id } }, signal })),
})

export type Ordered = Awaited<ReturnType<ReturnType<typeof resultsQuery>['queryFn']>>
export type Item = Ordered['result'][number]

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
