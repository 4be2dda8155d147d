import { queryOptions } from '@tanstack/react-query'
import { api, dataOf } from '../api/client.ts'

/** `inboxCountsQuery` counts what waits in the inbox, by the kinds that the person's role decides about. */
export const inboxCountsQuery = queryOptions({
  queryKey: ['inbox', 'counts'],
  queryFn: ({ signal }) => dataOf(api.GET('/api/operator/inbox/counts', { signal })),
})
