import { queryOptions } from '@tanstack/react-query'
import { api, dataOf } from '../api/client.ts'

/** priceGroupsQuery reads the price groups that there are. */
export const priceGroupsQuery = queryOptions({
  queryKey: ['price-groups'],
  queryFn: ({ signal }) => dataOf(api.GET('/api/operator/price-groups', { signal })),
})
