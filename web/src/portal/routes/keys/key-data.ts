import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import type { KeyForm } from '../../../kit/api-keys.tsx'

export const keysQuery = {
  queryKey: ['keys'],
  queryFn: async ({ signal }: { signal: AbortSignal }) =>
    (await dataOf(portal.GET('/api/portal/keys', { signal }))).items,
} as const

export const keyQuery = (id: number) => ({
  queryKey: ['keys', id],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    dataOf(portal.GET('/api/portal/keys/{id}', { params: { path: { id } }, signal })),
})

/** `callsQuery` reads what a key asked for lately. */
export const callsQuery = (id: number) => ({
  queryKey: ['keys', id, 'calls'],
  queryFn: async ({ signal }: { signal: AbortSignal }) =>
    (await dataOf(portal.GET('/api/requests', { params: { query: { key: id, limit: 5 } }, signal }))).page
      .items,
})

/** `makeKey` makes a key; the operator alone sets how much one may ask. */
export const makeKey = ({ requests_per_minute: _, ...body }: KeyForm, key: string) =>
  dataOf(portal.POST('/api/portal/keys', { params: { header: { 'idempotency-key': key } }, body }))

/** `changeKey` changes a key that stands as it was seen. */
export const changeKey = (
  { id, version }: { id: number; version: string },
  { requests_per_minute: _, ...body }: KeyForm,
) =>
  dataOf(
    portal.PATCH('/api/portal/keys/{id}', {
      params: { path: { id }, header: { 'if-match': version } },
      body,
    }),
  )
