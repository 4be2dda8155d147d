import { dataOf } from '../api/client.ts'
import { portal } from '../api/portal.ts'

/** NEWS_MS is how often it is looked whether there is more of it. */
const NEWS_MS = 300_000

/** `newsQuery` reads what the shop has to say, and how much of it the person has not read. */
export const newsQuery = {
  queryKey: ['news'],
  queryFn: ({ signal }: { signal: AbortSignal }) => dataOf(portal.GET('/api/portal/news', { signal })),
  refetchInterval: NEWS_MS,
} as const
