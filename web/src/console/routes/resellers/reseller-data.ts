import { queryOptions } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'

/** `resellerQuery` reads one reseller, by user name. */
export const resellerQuery = (username: string) =>
  queryOptions({
    queryKey: ['resellers', username],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/accounts/{account}', { params: { path: { account: username } }, signal }),
      ),
  })

export type Reseller = Awaited<ReturnType<NonNullable<ReturnType<typeof resellerQuery>['queryFn']>>>

/** `readResellers` reads a page of the list. */
export const readResellers = async (
  query: Readonly<Record<string, string>>,
  cursor: string | undefined,
  signal: AbortSignal,
) => {
  const { page } = await dataOf(
    api.GET('/api/operator/accounts', {
      params: { query: { ...query, ...(cursor !== undefined && { cursor }) } },
      signal,
    }),
  )
  return page
}
