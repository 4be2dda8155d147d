import { queryOptions } from '@tanstack/react-query'
import { api, dataOf } from '../api/client.ts'

/** suppliersQuery reads all suppliers: they are few. */
export const suppliersQuery = queryOptions({
  queryKey: ['suppliers'],
  queryFn: ({ signal }) => dataOf(api.GET('/api/operator/suppliers', { signal })),
})
