import { type Static, Type } from 'typebox'
import { findService } from '../../../catalogue/services.ts'
import { bound, timeOf } from '../../../contract/page.ts'
import { digest } from '../../../idempotency/idempotency.ts'
import { MAX_ID } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { DAY_MS } from '../../../lib/time.ts'
import { findNamed, wholeName } from '../../../orders/desk/find-lines.ts'
import { attemptOutcomes, type EndedAttempt, listAttempts } from '../../../suppliers/attempts.ts'
import { type ListedThere, listServicesThere } from '../../../suppliers/listed-services.ts'
import { askAboutTry, type SupplierTry, trySupplier } from '../../../suppliers/supplier-try.ts'
import { findSupplier } from '../../../suppliers/suppliers.ts'
import { cursorOfNumbers, cursorText, readCursor, readNumbers } from '../../kit/cursors.ts'
import { amount, bodyOf, id, longId, oneOf, orNull, pageOf, pageQuery, text, time } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Suppliers'
const COSTS = 'Only for who has `costs.read`'

const supplierParams = Type.Object({ supplier: text(100, { description: 'Id or name' }) })

const listedService = Type.Object({
  ...{ remote_service: Type.String(), group: Type.String(), name: Type.String(), kind: Type.String() },
  cost: Type.Optional(amount(COSTS)),
  waiting_cost: Type.Optional(orNull(amount(), `What the list says, which waits for a person. ${COSTS}`)),
  waiting_since: orNull(time()),
  ...{ currency: Type.String(), delivery_time: Type.String() },
  available: Type.Boolean({ description: 'The list has it' }),
  last_seen_at: time(),
  ours: Type.Array(Type.Object({ id, code: Type.String(), name: Type.String() }), {
    description: 'Services of ours that go there',
  }),
})

const wireListed = (one: ListedThere, seesCosts: boolean): Static<typeof listedService> => ({
  ...{ remote_service: one.remoteId, group: one.group, name: one.name, kind: one.kind },
  ...(seesCosts && {
    cost: formatMicros(one.cost, one.currency),
    waiting_cost: one.waitingCost === null ? null : formatMicros(one.waitingCost, one.currency),
  }),
  ...{ waiting_since: one.waitingSince, currency: one.currency, delivery_time: one.deliveryTime },
  ...{ available: one.available, last_seen_at: one.lastSeenAt, ours: one.ours.map((ours) => ({ ...ours })) },
})

const attempt = Type.Object({
  order: longId,
  item: Type.Integer(),
  attempt: Type.Integer(),
  ...{ username: Type.String(), service_code: Type.String(), service_name: Type.String() },
  ...{ remote_service: orNull(Type.String()), input: Type.String() },
  outcome: oneOf(attemptOutcomes, {
    description:
      '`refused`: because of the item; `unavailable`: because of the supplier; `waited`: it asked to come again later; `settled`: by a person',
  }),
  detail: orNull(Type.String(), 'The words of it'),
  reference: orNull(Type.String(), "The supplier's number"),
  cost: Type.Optional(orNull(amount(), `Of the whole item, null: not known. ${COSTS}`)),
  currency: Type.String(),
  sent_at: time(),
  ended_at: time(),
  seconds: Type.Number(),
})

const endedMillis = ({ endedMicros }: EndedAttempt): number => Math.floor(endedMicros / 1000)

const wireAttempt = (one: EndedAttempt, currency: string, seesCosts: boolean): Static<typeof attempt> => ({
  ...{ order: one.orderId, item: one.position, attempt: one.number, username: one.username },
  ...{ service_code: one.serviceCode, service_name: one.serviceName, input: one.input },
  ...{ remote_service: one.remoteService || null, outcome: one.outcome, detail: one.detail },
  reference: one.reference,
  ...(seesCosts && { cost: one.cost === null ? null : formatMicros(one.cost, currency) }),
  ...{ currency, sent_at: one.sentAt, ended_at: new Date(endedMillis(one)) },
  seconds: (endedMillis(one) - one.sentAt.getTime()) / 1000,
})

const tried = Type.Object({
  id,
  supplier: Type.String(),
  ...{ remote_service: orNull(Type.String()), imei: Type.String(), quantity: Type.Integer() },
  outcome: oneOf(['success', 'accepted', 'refused', 'unavailable', 'duplicate', 'unknown']),
  meaning: Type.String({ description: 'How the answer was read, and what an order would have come to' }),
  result: orNull(Type.String(), 'What it found, where it is done'),
  said: orNull(
    Type.String(),
    'Its words, where it is not done: `POST /answers/read` says by which list or rule they are read',
  ),
  exchanges: Type.Array(
    Type.Object({
      ...{ method: Type.String(), url: Type.String(), request: Type.String() },
      ...{ status: orNull(Type.Integer()), answer: orNull(Type.String()), error: orNull(Type.String()) },
      milliseconds: Type.Integer(),
    }),
    { description: 'What was sent and received, without secrets' },
  ),
})

const wireTried = (one: SupplierTry): Static<typeof tried> => ({
  ...{ id: one.id, supplier: one.supplier, remote_service: one.remoteService || null, imei: one.input },
  ...{ quantity: one.quantity, outcome: one.outcome.kind, meaning: one.meaning },
  result: one.outcome.kind === 'success' ? one.outcome.result : null,
  said: 'reason' in one.outcome ? one.outcome.reason : null,
  exchanges: one.exchanges.map(({ method, url, body, answer, error, milliseconds }) => ({
    ...{ method, url, request: body, status: answer?.status ?? null, answer: answer?.body ?? null },
    ...{ error, milliseconds },
  })),
})

export const supplierWorkRoutes = ({ sealer, context }: Pick<OperatorDeps, 'sealer' | 'context'>) => [
  route({
    method: 'GET',
    path: '/suppliers/:supplier/services',
    name: 'listSupplierServices',
    section,
    summary: "The services of a supplier's list, as it was taken over last, by group and name",
    access: 'suppliers.read',
    params: supplierParams,
    query: Type.Object({
      ...pageQuery,
      q: Type.Optional(text(100, { description: 'A part of the name or of the group, or the id' })),
      state: Type.Optional(
        oneOf(['there', 'gone', 'waiting', 'ours'], {
          description: '`waiting`: another cost waits for a person; `ours`: services of ours go there',
        }),
      ),
    }),
    answer: pageOf(listedService),
    refusals: ['not_found'],
    handle: async ({ desk, caller, params, query: { limit, cursor, ...filter } }) => {
      const { id: supplier } = await findSupplier(desk.read, params.supplier)
      const mark = { ...filter, supplier }
      const after = readCursor(cursor, mark, MAX_ID) ?? 0
      const found = await listServicesThere(desk.read, supplier, { ...filter, after, limit: limit + 1 })
      const seesCosts = caller.permissions.has('costs.read')
      return {
        page: {
          items: found.slice(0, limit).map((one) => wireListed(one, seesCosts)),
          next_cursor: cursorText(found.length > limit ? after + limit : undefined, mark),
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/suppliers/:supplier/attempts',
    name: 'listSupplierAttempts',
    exported: 'attempts',
    section,
    summary: 'What was sent to a supplier by its routes and has ended, the newest first',
    description:
      'With `outcome` 5,000 are looked at for a page: it may have few of them, or none, and go on behind its cursor. `q` finds the newest 20 orders of each account.',
    access: 'suppliers.read',
    params: supplierParams,
    query: Type.Object({
      ...pageQuery,
      outcome: Type.Optional(oneOf(attemptOutcomes)),
      service: Type.Optional(text(64, { description: 'Id or code' })),
      q: Type.Optional(
        text(255, {
          description: 'The whole IMEI, number or reference of the order, or number at the supplier',
        }),
      ),
      from: bound('The first instant of its end: a time with its zone, or a day in UTC'),
      to: bound('The first instant behind it, or the last day in UTC'),
    }),
    answer: pageOf(attempt),
    refusals: ['not_found', 'service_not_found'],
    handle: async ({ desk, caller, params, query: { limit, cursor, ...filter } }) => {
      const { id: supplier, currency } = await findSupplier(desk.read, params.supplier)
      const mark = { ...filter, supplier }
      const [endedMicros, orderId, position] = readNumbers(cursor, mark, 3) ?? []
      const before =
        endedMicros === undefined
          ? undefined
          : { endedMicros, orderId: orderId ?? 0, position: Math.min(position ?? 0, MAX_ID) }
      const service =
        filter.service === undefined ? undefined : (await findService(desk.read, filter.service)).id
      const { outcome, from, to } = filter
      const q = filter.q?.trim()
      const [orders = []] = q ? await findNamed(desk.read, [q]) : []
      const { items, next } = await listAttempts(desk.read, supplier, {
        ...{ outcome, service, before, limit, named: q ? { text: wholeName(q), orders } : undefined },
        from: from === undefined ? undefined : timeOf(from),
        to: to === undefined ? undefined : timeOf(to, DAY_MS),
      })
      const seesCosts = caller.permissions.has('costs.read')
      return {
        page: {
          items: items.map((one) => wireAttempt(one, currency, seesCosts)),
          next_cursor: cursorOfNumbers(next && [next.endedMicros, next.orderId, next.position], mark),
        },
      }
    },
  }),
  route({
    method: 'POST',
    path: '/suppliers/:supplier/try',
    name: 'trySupplier',
    section,
    summary: 'Send one item to a supplier, outside of any order: this buys it, and what it costs is ours',
    description:
      'What was sent and received is shown without secrets, with how it was read. The same request under the same key buys nothing more: it asks what has become of the item.',
    command: 'supplier test',
    access: 'suppliers.try',
    isApart: true,
    needsKey: true,
    params: supplierParams,
    body: bodyOf({
      imei: text(255, { description: 'IMEI, serial number or what else the service takes' }),
      remote_service: Type.Optional(
        text(300, { description: 'Id of its service; left out where it has but one' }),
      ),
      fields: Type.Optional(Type.Record(Type.String(), Type.String(), { maxProperties: 50 })),
      quantity: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1 }),
    }),
    answer: tried,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, body, request }) => {
      const parts = { sql: desk.change, sealer: await sealer(), context }
      const item = {
        ...{ input: body.imei, remoteService: body.remote_service ?? '', quantity: body.quantity },
        fields: body.fields ?? null,
      }
      const key = digest('test', desk.actor, String(request.headers['idempotency-key']))
      return wireTried(await trySupplier(parts, params.supplier, item, key))
    },
  }),
  route({
    method: 'POST',
    path: '/suppliers/:supplier/tries/:id/ask',
    name: 'askAboutSupplierTry',
    section,
    summary: 'Ask a supplier what has become of an item that was sent for a test, which buys nothing',
    command: 'supplier test',
    access: 'suppliers.try',
    isApart: true,
    params: Type.Object({ ...supplierParams.properties, id }),
    answer: tried,
    refusals: ['not_found'],
    handle: async ({ desk, params }) => {
      const parts = { sql: desk.change, sealer: await sealer(), context }
      return wireTried(await askAboutTry(parts, params.supplier, params.id))
    },
  }),
]
