import { useQuery } from '@tanstack/react-query'
import { dataOf } from '../api/client.ts'
import { portal } from '../api/portal.ts'

/** `serviceQuery` reads a service that is offered to the account, with its price. */
export const serviceQuery = (code: string) => ({
  queryKey: ['services', 'one', code],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    dataOf(portal.GET('/api/services/{idOrCode}', { params: { path: { idOrCode: code } }, signal })),
})

export type Service = Awaited<ReturnType<ReturnType<typeof serviceQuery>['queryFn']>>

/** NAME_MS is how long the name of a service is not read again. */
const NAME_MS = 600_000

/** `ServiceName` is what a service of an order is called. One that is not offered to the account any more has its code alone. */
export function ServiceName({ code }: { code: string }) {
  const { data, isLoading } = useQuery({
    ...serviceQuery(code),
    // A former order, whose service has not moved in, has no code.
    enabled: code !== '',
    staleTime: NAME_MS,
    retry: false,
  })
  if (data) return data.name
  return isLoading ? null : <span className="code">{code}</span>
}
