import { type Static, Type } from 'typebox'
import { findAccount } from '../../../accounts/accounts.ts'
import { findKey } from '../../../accounts/keys.ts'
import { bound, timeOf } from '../../../contract/page.ts'
import { requestOutcomes, requestProtocols } from '../../../contract/requests.ts'
import type { KeyId, RequestNumber } from '../../../lib/ids.ts'
import { DAY_MS } from '../../../lib/time.ts'
import { findRequest } from '../../../request-log/find-request.ts'
import { listRequests } from '../../../request-log/list-requests.ts'
import type { RequestEntry } from '../../../request-log/request.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { inFieldsOf } from '../../kit/fields.ts'
import { accountParams, id, longId, oneOf, orNull, pageOf, pageQuery, text, time } from '../../kit/shapes.ts'
import { route } from '../route.ts'

const section = 'Requests'
const access = 'resellers.read'

/** `request` is a request of a program or a person, as it was answered. */
export const request = Type.Object({
  trace_id: Type.String({ description: 'As X-Request-Id, or traceId of an error, had it' }),
  time: time('When it came in'),
  protocol: oneOf([...requestProtocols, 'operator', 'portal', 'hook', 'http']),
  action: Type.String({ description: 'The Dhru action, or method and path' }),
  status: Type.Integer({ description: 'Of HTTP' }),
  outcome: oneOf(requestOutcomes),
  message: orNull(Type.String(), 'What the caller was told of a refusal'),
  account: orNull(id, 'null: it was refused before that was known'),
  key: orNull(id),
  order: orNull(longId, 'The one order that it placed'),
  ip: Type.String(),
  duration_ms: Type.Number(),
})

export const wireRequest = (one: RequestEntry, account: number | null): Static<typeof request> => ({
  ...{ trace_id: one.requestId, time: one.at, protocol: one.via, action: one.action, status: one.status },
  ...{ outcome: one.outcome, message: one.detail, account, key: one.keyId, order: one.orderId },
  ...{ ip: one.ip, duration_ms: one.tookUs / 1000 },
})

/** `accountOf` gives the account of a request: that of its key. */
export const accountOf = async (
  sql: Parameters<typeof findKey>[0],
  { keyId }: RequestEntry,
): Promise<number | null> => (keyId === null ? null : (await findKey(sql, keyId)).accountId)

export const requestRoutes = () => [
  route({
    method: 'GET',
    path: '/accounts/:account/requests',
    name: 'listRequests',
    exported: 'requests',
    section,
    summary: 'What the keys of an account asked for lately, and how it was answered, the newest first',
    description:
      'A narrowed list looks at 20,000 requests at a time: a page may have few of them, or none, and go on behind its cursor.',
    access,
    params: accountParams,
    query: Type.Object({
      ...pageQuery,
      protocol: Type.Optional(oneOf(requestProtocols)),
      outcome: Type.Optional(
        oneOf(['refused', ...requestOutcomes], { description: '`refused`: everything but `ok`' }),
      ),
      action: Type.Optional(text(100)),
      key: Type.Optional(id),
      ip: Type.Optional(text(45, { description: 'The address it came from' })),
      from: bound('The first instant: a time with its zone, or a day in UTC'),
      to: bound('The first instant behind it, or the last day in UTC'),
    }),
    answer: pageOf(request),
    refusals: ['not_found'],
    handle: async ({ desk, params, query: { limit, cursor, protocol, key, from, to, ...rest } }) => {
      const { id: accountId } = await findAccount(desk.read, params.account)
      const named = { ...rest, key, from, to, via: protocol, account: accountId }
      const before = readCursor(cursor, named) as RequestNumber | undefined
      const { items, next } = await listRequests(desk.read, accountId, {
        ...rest,
        via: protocol,
        key: key as KeyId | undefined,
        from: from === undefined ? undefined : timeOf(from),
        to: to === undefined ? undefined : timeOf(to, DAY_MS),
        before,
        limit,
      })
      return {
        page: {
          items: items.map((one) => wireRequest(one, accountId)),
          next_cursor: cursorText(next, named),
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/requests/:trace',
    name: 'getRequest',
    section,
    command: 'request show',
    summary: 'One request, also one that was refused, of whomever it was',
    access,
    params: Type.Object({
      trace: text(64, { description: 'What X-Request-Id, or traceId of an error, said' }),
    }),
    answer: request,
    refusals: ['invalid_input', 'not_found'],
    handle: async ({ desk, params }) => {
      const found = await inFieldsOf({ id: 'trace' }, () => findRequest(desk.read, params.trace))
      return wireRequest(found, await accountOf(desk.read, found))
    },
  }),
]
