import { api, dataOf } from '../../../api/client.ts'
import { useKinds } from '../../kinds.ts'
import type { suppliersQuery } from '../../suppliers-query.ts'

export type Supplier = Awaited<ReturnType<NonNullable<(typeof suppliersQuery)['queryFn']>>>['items'][number]

/** `readAllFigures` reads how all suppliers fare, and the sum of our balances there. */
export const readAllFigures = (signal?: AbortSignal) =>
  dataOf(api.GET('/api/operator/supplier-figures', signal ? { signal } : {}))
export type AllFigures = Awaited<ReturnType<typeof readAllFigures>>

/** `supplierQuery` reads one supplier, with its settings. */
export const supplierQuery = (supplier: string) => ({
  queryKey: ['suppliers', supplier],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    dataOf(api.GET('/api/operator/suppliers/{supplier}', { params: { path: { supplier } }, signal })),
})

/** `useSupplierKinds` reads the kinds, with what each is configured with. */
export const useSupplierKinds = () =>
  useKinds('supplier', (signal) => dataOf(api.GET('/api/operator/supplier-kinds', { signal })))

interface ListedQuery {
  q?: string
  state?: 'there' | 'gone' | 'waiting' | 'ours'
  limit?: number
  cursor?: string
}

/** `readListed` reads services of a supplier's list, as it was taken over last. */
export const readListed = async (supplier: string, query: ListedQuery, signal: AbortSignal) =>
  (
    await dataOf(
      api.GET('/api/operator/suppliers/{supplier}/services', {
        params: { path: { supplier }, query },
        signal,
      }),
    )
  ).page
