import { type Static, Type } from 'typebox'
import { actorNames } from '../../../audit/actors.ts'
import { Refusal } from '../../../errors.ts'
import {
  countInbox,
  type InboxEntry,
  type InboxPlace,
  kindOfThing,
  listInbox,
  putOffThing,
  releaseThing,
  standingOf,
  takeThing,
} from '../../../inbox/inbox.ts'
import { type InboxKind, inboxKindNames, inboxKinds, kindsFor } from '../../../inbox/kinds.ts'
import type { OrderId } from '../../../lib/ids.ts'
import { MUST } from '../../../lib/json-schema.ts'
import { formatMicros } from '../../../lib/money.ts'
import { because } from '../../../reasons.ts'
import { cursorOfNumbers, readNumbers } from '../../kit/cursors.ts'
import { givenTime } from '../../kit/fields.ts'
import {
  amount,
  bodyOf,
  id,
  longId,
  nothing,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
} from '../../kit/shapes.ts'
import type { Caller } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { detailsSaid, detailsSaidText, reviewDetail } from '../review-detail.ts'
import { type Call, route } from '../route.ts'

const section = 'Inbox'
const access = 'orders.read'

const marks = {
  taken_by: orNull(Type.String(), 'Who works on it, by the name of the trail'),
  taken_name: orNull(Type.String(), 'The name of that person'),
  taken_until: orNull(time()),
  later_by: orNull(Type.String(), 'Who has put it off'),
  later_name: orNull(Type.String()),
  later_until: orNull(time()),
}

const entry = Type.Object({
  thing: Type.String({
    description:
      '`review-12`, `deposit-1001`, `manual-3-17` (supplier and service), `list-3`, `application-4`',
  }),
  kind: oneOf(inboxKindNames),
  since: time(),
  detail: Type.String(),
  said: orNull(detailsSaid, detailsSaidText),
  account: orNull(Type.Object({ id, username: Type.String() })),
  order: orNull(Type.Object({ id: longId, item: Type.Integer() })),
  service: orNull(Type.Object({ code: Type.String(), name: Type.String() })),
  supplier: orNull(Type.Object({ id, name: Type.String() })),
  input: orNull(Type.String()),
  count: Type.Integer({ description: 'How many items wait for the one decision' }),
  amount: orNull(amount('The money that waits with it'), 'null: none, or in several currencies'),
  currency: orNull(Type.String()),
  ...marks,
})

const wireEntry = (one: InboxEntry, caller: Caller): Static<typeof entry> => ({
  ...{
    thing: one.thing,
    kind: one.kind,
    since: one.since,
    ...reviewDetail(one, caller),
    account: one.account,
  },
  order: one.order && { id: one.order.id, item: one.order.position },
  ...{ service: one.service, supplier: one.supplier, input: one.input, count: one.count },
  amount: one.amount === null || one.currency === null ? null : formatMicros(one.amount, one.currency),
  currency: one.currency,
  ...{ taken_by: one.takenBy, taken_name: one.takenName, taken_until: one.takenUntil },
  ...{ later_by: one.laterBy, later_name: one.laterName, later_until: one.laterUntil },
})

/** `kindsIn` reads kinds that commas stand between. Throws invalid_input, and permission_denied for one about which the caller does not decide. */
function kindsIn(given: string | undefined, { permissions }: Caller): InboxKind[] {
  const own = kindsFor(permissions)
  if (given === undefined) return own
  const kinds = given.split(',').map((word) => {
    const kind = inboxKindNames.find((one) => one === word.trim())
    if (kind === undefined)
      throw new Refusal(
        'invalid_input',
        `must be some of ${inboxKindNames.join(', ')}, with commas between`,
        'kind',
      )
    return kind
  })
  const lacking = kinds.find((kind) => !own.includes(kind))
  if (lacking !== undefined)
    throw because('permission_denied', 'role_lacks', { permission: inboxKinds[lacking] })
  return inboxKindNames.filter((kind) => kinds.includes(kind))
}

const thingParams = Type.Object({
  thing: Type.String({
    pattern: '^(?:(?:review|deposit|list|application)-\\d{1,9}|manual-\\d{1,9}-\\d{1,9})$',
    [MUST]: 'must be a thing of the inbox, such as review-12',
  }),
})

/** `refuseOthers` refuses what is about a thing of which the caller decides nothing. Throws not_found, permission_denied. */
async function refuseOthers({
  desk,
  caller,
  params: { thing },
}: Pick<Call<Static<typeof thingParams>>, 'desk' | 'caller' | 'params'>): Promise<void> {
  const needed = inboxKinds[await kindOfThing(desk.read, thing)]
  if (!caller.permissions.has(needed))
    throw because('permission_denied', 'role_lacks', { permission: needed })
}

export const inboxRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/inbox',
    name: 'listInbox',
    section,
    command: 'inbox list',
    summary:
      'What only a person can decide, of all kinds about which the caller may, what has waited the longest first',
    description:
      'What was put off is left out, unless `state` is `later`. An `answer` stands for all items that wait for its words, `manual` for all items of one ' +
      'service that people do for one supplier.',
    access,
    query: Type.Object({
      ...pageQuery,
      kind: Type.Optional(
        text(200, { description: `Some of \`${inboxKindNames.join('`, `')}\`, with commas between` }),
      ),
      supplier: Type.Optional(text(100, { description: 'Id or name' })),
      reseller: Type.Optional(text(64, { description: 'Id or user name' })),
      service: Type.Optional(text(64, { description: 'Id or code' })),
      order: Type.Optional(longId),
      taken: Type.Optional(oneOf(['me', 'free'], { description: '`free`: nobody works on it' })),
      state: Type.Optional(oneOf(['waiting', 'later'], { description: '`later`: only what was put off' })),
      older_than: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 525_600, description: 'Minutes that it has waited for' }),
      ),
    }),
    answer: pageOf(entry),
    refusals: ['invalid_input'],
    handle: async ({ desk, caller, query: { limit, cursor, ...given } }) => {
      const { kind, reseller: account, order, older_than: olderThanMinutes, state, ...filter } = given
      const kinds = kindsIn(kind, caller)
      const marked = { ...given, kinds }
      const [since, source = 0, number = 0] = readNumbers(cursor, marked, 3) ?? []
      const behind = since === undefined ? undefined : { since: new Date(since), source, id: number }
      const wanted = {
        ...{ ...filter, kinds, account, order: order as OrderId | undefined },
        ...{ olderThanMinutes, later: state === 'later' },
      }
      const { items, next } = await listInbox(desk.read, wanted, { me: desk.actor, behind, limit, clock })
      return {
        page: {
          items: items.map((one) => wireEntry(one, caller)),
          next_cursor: cursorOfNumbers(numbersOf(next), marked),
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/inbox/counts',
    name: 'countInbox',
    section,
    command: 'inbox list',
    summary: 'How much waits of each kind about which the caller may decide',
    access,
    answer: Type.Object({
      kinds: Type.Array(
        Type.Object({
          kind: oneOf(inboxKindNames),
          count: Type.Integer({ description: 'Of `manual` the items' }),
          later: Type.Integer({ description: 'What was put off, which is not in `count`' }),
          oldest: orNull(time()),
        }),
      ),
      total: Type.Integer(),
      settled: orNull(
        Type.Object({ at: time(), by: Type.String(), name: orNull(Type.String()) }),
        'Who decided something of these kinds last',
      ),
    }),
    handle: async ({ desk, caller }) => {
      const { kinds, settled } = await countInbox(desk.read, kindsFor(caller.permissions), desk.actor, clock)
      return { kinds, total: kinds.reduce((all, { count }) => all + count, 0), settled: settled ?? null }
    },
  }),
  route({
    method: 'GET',
    path: '/inbox/:thing',
    name: 'getInboxThing',
    section,
    summary: 'Whether it still waits, and else who decided what, and when',
    access,
    params: thingParams,
    query: Type.Object({
      since: Type.Optional(
        Type.String({
          format: 'date-time',
          description: 'Work by hand and lists wait again and again: only what was decided then or later',
        }),
      ),
    }),
    answer: Type.Object({
      waits: Type.Boolean(),
      decided: orNull(
        Type.Object({
          at: time(),
          by: orNull(Type.String(), 'By the name of the trail; null: nobody, it settled itself'),
          name: orNull(Type.String(), 'What the person or program is called now'),
          what: Type.String({
            description:
              'Of a review its `resolution`, of a deposit its `state`, of an application `accepted` or `refused`, of work by hand `answered` or `refused` by ' +
              'the last answer, of a list `taken_over`',
          }),
          why: orNull(Type.String()),
        }),
        'null: it waits, or nothing is kept of how it ended',
      ),
    }),
    refusals: ['not_found', 'invalid_input'],
    handle: async (call) => {
      await refuseOthers(call)
      const { desk, params, query } = call
      const since = query.since === undefined ? undefined : givenTime(query.since, 'since')
      const { waits, ending } = await standingOf(desk.read, params.thing, since)
      if (!ending) return { waits, decided: null }
      const names = await actorNames(desk.read, ending.by === null ? [] : [ending.by])
      return { waits, decided: { ...ending, name: names.get(ending.by ?? '') ?? null } }
    },
  }),
  route({
    method: 'POST',
    path: '/inbox/:thing/take',
    name: 'takeFromInbox',
    section,
    command: 'inbox take',
    summary: 'Tell the others for 5 minutes that you work on it; it keeps nobody from deciding',
    access,
    params: thingParams,
    body: bodyOf({}),
    answer: Type.Object({ until: time() }),
    refusals: ['not_found', 'conflict'],
    handle: async (call) => {
      await refuseOthers(call)
      const {
        desk,
        params: { thing },
      } = call
      return { until: await takeThing(desk.change, thing, desk.actor, clock) }
    },
  }),
  route({
    method: 'POST',
    path: '/inbox/:thing/later',
    name: 'putOffInInbox',
    section,
    command: 'inbox later',
    summary: 'Hide it until a time within a day, for everybody; it comes back by itself',
    access,
    params: thingParams,
    body: bodyOf({
      until: Type.String({ format: 'date-time', description: 'A time with its zone' }),
    }),
    answer: nothing,
    refusals: ['not_found', 'invalid_input'],
    handle: async (call) => {
      await refuseOthers(call)
      const {
        desk,
        body,
        params: { thing },
      } = call
      await putOffThing(desk.change, thing, desk.actor, givenTime(body.until, 'until'), clock)
      return {}
    },
  }),
  route({
    method: 'POST',
    path: '/inbox/:thing/release',
    name: 'releaseInInbox',
    section,
    command: 'inbox release',
    summary: 'It waits for anybody again: nobody works on it, and it is not put off',
    access,
    params: thingParams,
    body: bodyOf({}),
    answer: nothing,
    refusals: ['not_found'],
    handle: async (call) => {
      await refuseOthers(call)
      const {
        desk,
        params: { thing },
      } = call
      await releaseThing(desk.change, thing)
      return {}
    },
  }),
]

const numbersOf = (place: InboxPlace | undefined): number[] | undefined =>
  place && [place.since.getTime(), place.source, place.id]
