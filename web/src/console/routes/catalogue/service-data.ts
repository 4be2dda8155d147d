import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { queryOptions } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import type { components, paths } from '../../../api/made/operator.ts'

/** `readServices` reads a page of the list. */
export const readServices = async (
  query: Readonly<Record<string, string>>,
  cursor: string | undefined,
  signal: AbortSignal,
) => {
  const params = { query: { ...query, ...(cursor !== undefined && { cursor }) } }
  return (await dataOf(api.GET('/api/operator/services', { params, signal }))).page
}

export type ServiceRow = Awaited<ReturnType<typeof readServices>>['items'][number]

/** `serviceQuery` reads one service, by id or code. */
export const serviceQuery = (service: string) =>
  queryOptions({
    queryKey: ['services', 'one', service],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/services/{service}', { params: { path: { service } }, signal })),
  })

export type Service = Awaited<ReturnType<NonNullable<ReturnType<typeof serviceQuery>['queryFn']>>>

/** Change is what is changed of a service, by the names of the API. */
export type Change = NonNullable<
  paths['/api/operator/services/{service}']['patch']['requestBody']
>['content']['application/json']

export type Problem = components['schemas']['OperatorError']['problems'][number]

export const groupsQuery = queryOptions({
  queryKey: ['services', 'groups'],
  queryFn: ({ signal }) => dataOf(api.GET('/api/operator/service-groups', { signal })),
})

export const kindWords: Readonly<Record<ServiceRow['kind'], MessageDescriptor>> = {
  imei: msg`IMEI`,
  serial: msg`Serial number`,
  server: msg`Quantity`,
}

export const duplicateWords: Readonly<Record<ServiceRow['duplicate_policy'], MessageDescriptor>> = {
  replay: msg`gives the earlier order`,
  refuse: msg`is refused`,
  allow: msg`is ordered again`,
}

export const routingWords: Readonly<Record<ServiceRow['routing'], MessageDescriptor>> = {
  fixed: msg`In the order below`,
  cheapest: msg`The cheapest first`,
  fastest: msg`The fastest lately first`,
  best: msg`The most successful lately first`,
}
