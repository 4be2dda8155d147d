import { type Static, Type } from 'typebox'
import { findAccount } from '../../../accounts/accounts.ts'
import { actorNames, actorsCalled } from '../../../audit/actors.ts'
import { bound, timeOf, wantedAmount } from '../../../contract/page.ts'
import {
  type AdjustmentFilter,
  type AdjustmentRow,
  adjustmentKinds,
  listAdjustments,
  type Place,
  sumAdjustments,
} from '../../../ledger/operator-adjustments.ts'
import {
  listOperatorTransfers,
  type OperatorTransfer,
  sumTransfers,
} from '../../../ledger/operator-transfers.ts'
import { type AccountId, MAX_ID, type TransferId } from '../../../lib/ids.ts'
import { formatMicros, parseMicros } from '../../../lib/money.ts'
import type { Period } from '../../../lib/period.ts'
import { DAY_MS } from '../../../lib/time.ts'
import type { Desk } from '../../../people/desk.ts'
import { cursorOfNumbers, cursorText, readCursor, readNumbers } from '../../kit/cursors.ts'
import { amount, id, longId, oneOf, orNull, pageOf, pageQuery, text, time } from '../../kit/shapes.ts'
import { route } from '../route.ts'

const section = 'Money'
const access = 'money.read'

const actorFields = {
  actor: orNull(Type.String(), 'As the trail names who did it'),
  actor_name: orNull(Type.String(), 'What the person, program or key is called now'),
}

const adjustment = Type.Object({
  id: Type.Integer({ minimum: 1, description: "The ledger entry's, of its account" }),
  account: id,
  username: Type.String(),
  account_name: Type.String({ description: 'What the account is called' }),
  kind: oneOf(adjustmentKinds, {
    description:
      '`deposit`: paid in by hand; `charge`: the price of an item that was delivered after all; `opening_up` and `opening_down`: the balance, or the debt, that an account has moved in with',
  }),
  amount: amount('What it did to the balance: below 0 where something was taken'),
  balance_after: amount('What the account had available then'),
  currency: Type.String(),
  note: orNull(Type.String(), 'Why'),
  order: orNull(longId, 'The order of a refund'),
  item: orNull(Type.Integer(), 'The position of the item in it'),
  reference: orNull(Type.String(), 'What the request was named by, which counts once'),
  ...actorFields,
  created_at: time(),
})

const transfer = Type.Object({
  id: longId,
  sender: id,
  sender_username: Type.String(),
  sender_name: Type.String({ description: 'What the account of the sender is called' }),
  receiver: id,
  receiver_username: Type.String(),
  receiver_name: Type.String(),
  amount: amount(),
  currency: Type.String(),
  description: orNull(Type.String(), 'What the sender wrote'),
  sender_balance_after: amount('What the sender had available then'),
  receiver_balance_after: amount('What the receiver had available then'),
  ...actorFields,
  created_at: time(),
})

const periodQuery = {
  from: bound('The first instant: a time with its zone, or a day in UTC'),
  to: bound('The first instant behind it, or the last day in UTC'),
}

const adjustmentFilter = {
  account: Type.Optional(text(64, { description: 'Id or user name' })),
  kind: Type.Optional(oneOf(adjustmentKinds)),
  amount_gte: wantedAmount('Moved so much or more, put on or taken, in the currency of the account'),
  amount_lte: wantedAmount('Moved so much or less'),
  actor: Type.Optional(
    text(200, { description: 'Who did it: as the trail names them, or a part of their name' }),
  ),
  ...periodQuery,
}

const transferFilter = {
  account: Type.Optional(text(64, { description: 'Id or user name of the sender or the receiver' })),
  ...periodQuery,
}

const sumsNull = 'null: more than 200,000 would have to be looked at; name a shorter time, or an account'

const isTaken = (kind: AdjustmentRow['kind']): boolean =>
  kind === 'adjust_down' || kind === 'charge' || kind === 'opening_down'

const wireAdjustment = (
  one: AdjustmentRow,
  names: ReadonlyMap<string, string>,
): Static<typeof adjustment> => ({
  ...{ id: one.id.id, account: one.id.accountId, username: one.username },
  ...{ account_name: one.accountName, kind: one.kind },
  amount: formatMicros(isTaken(one.kind) ? -one.amount : one.amount, one.currency),
  balance_after: formatMicros(one.availableAfter, one.currency),
  ...{ currency: one.currency, note: one.note, order: one.orderId, item: one.position },
  ...{ reference: one.reference, ...wireActor(one.actor, names), created_at: one.createdAt },
})

const wireTransfer = (
  one: OperatorTransfer,
  names: ReadonlyMap<string, string>,
): Static<typeof transfer> => ({
  ...{ id: one.id, sender: one.senderId, sender_username: one.senderUsername },
  sender_name: one.senderName,
  ...{ receiver: one.receiverId, receiver_username: one.receiverUsername },
  receiver_name: one.receiverName,
  ...{ amount: formatMicros(one.amount, one.currency), currency: one.currency, description: one.description },
  sender_balance_after: formatMicros(one.senderAfter, one.currency),
  receiver_balance_after: formatMicros(one.receiverAfter, one.currency),
  ...{ ...wireActor(one.actor, names), created_at: one.createdAt },
})

const wireActor = (actor: string | null, names: ReadonlyMap<string, string>) => ({
  actor,
  actor_name: actor === null ? null : (names.get(actor) ?? null),
})

const namesOf = (read: Desk['read'], rows: readonly { actor: string | null }[]) =>
  actorNames(
    read,
    rows.flatMap(({ actor }) => actor ?? []),
  )

/** `wanted` gives what a query narrows a list to. Throws not_found for an account that there is none of. */
const wanted = async (
  read: Desk['read'],
  { account, from, to }: { account?: string; from?: string; to?: string },
): Promise<Period & { accountId: AccountId | undefined }> => ({
  accountId: account === undefined ? undefined : (await findAccount(read, account)).id,
  ...(from !== undefined && { from: timeOf(from) }),
  ...(to !== undefined && { to: timeOf(to, DAY_MS) }),
})

/** `wantedAdjustments` is `wanted` with what adjustments alone are narrowed to. */
const wantedAdjustments = async (
  read: Desk['read'],
  query: Static<Type.TObject<typeof adjustmentFilter>>,
): Promise<AdjustmentFilter> => ({
  ...(await wanted(read, query)),
  kind: query.kind,
  ...(query.amount_gte !== undefined && { amountGte: parseMicros(query.amount_gte) }),
  ...(query.amount_lte !== undefined && { amountLte: parseMicros(query.amount_lte) }),
  ...(query.actor !== undefined && { actors: await actorsCalled(read, query.actor) }),
})

const placeOf = ([at = 0, accountId = 0, entryId = 0]: readonly number[]): Place =>
  ({ at, accountId: Math.min(accountId, MAX_ID), id: entryId }) as Place

export const moneyListRoutes = () => [
  route({
    method: 'GET',
    path: '/adjustments',
    name: 'listAdjustments',
    exported: 'adjustments',
    section,
    summary: 'What people did to the balances of all accounts, and refunds, the newest first',
    description:
      'A list of one kind, of amounts or of who did it looks at 200,000 entries at a time: a page may have few of them, or none, and go on behind its cursor.',
    access,
    query: Type.Object({ ...pageQuery, ...adjustmentFilter }),
    answer: pageOf(adjustment),
    refusals: ['not_found'],
    handle: async ({ desk, query: { limit, cursor, ...filter } }) => {
      const behind = readNumbers(cursor, filter, 3)
      const { items, next } = await listAdjustments(desk.read, {
        ...(await wantedAdjustments(desk.read, filter)),
        ...{ before: behind && placeOf(behind), limit },
      })
      const names = await namesOf(desk.read, items)
      return {
        page: {
          items: items.map((one) => wireAdjustment(one, names)),
          next_cursor: cursorOfNumbers(next && [next.at, next.accountId, next.id], filter),
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/adjustments/sums',
    name: 'sumAdjustments',
    section,
    summary: 'What adjustments of a filter come to, by currency',
    access,
    query: Type.Object(adjustmentFilter),
    answer: Type.Object({
      sums: orNull(
        Type.Array(
          Type.Object({
            currency: Type.String(),
            count: Type.Integer(),
            came_in: amount('What was put on balances'),
            went_out: amount('What was taken from balances'),
            net: amount('What balances have more for it'),
          }),
        ),
        sumsNull,
      ),
    }),
    refusals: ['not_found'],
    handle: async ({ desk, query }) => {
      const sums = await sumAdjustments(desk.read, await wantedAdjustments(desk.read, query))
      return {
        sums:
          sums?.map(({ currency, count, cameIn, wentOut }) => ({
            ...{ currency, count, came_in: formatMicros(cameIn, currency) },
            went_out: formatMicros(wentOut, currency),
            net: formatMicros(cameIn - wentOut, currency),
          })) ?? null,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/transfers',
    name: 'listTransfers',
    exported: 'transfers',
    section,
    summary: 'What accounts sent to each other, the newest first',
    access,
    query: Type.Object({ ...pageQuery, ...transferFilter }),
    answer: pageOf(transfer),
    refusals: ['not_found'],
    handle: async ({ desk, query: { limit, cursor, ...filter } }) => {
      const before = readCursor(cursor, filter) as TransferId | undefined
      const found = await wanted(desk.read, filter)
      const { items, next } = await listOperatorTransfers(desk.read, { ...found, before, limit })
      const names = await namesOf(desk.read, items)
      return {
        page: {
          items: items.map((one) => wireTransfer(one, names)),
          next_cursor: cursorText(next, filter),
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/transfers/sums',
    name: 'sumTransfers',
    section,
    summary: 'What transfers of a filter come to, by currency',
    access,
    query: Type.Object(transferFilter),
    answer: Type.Object({
      sums: orNull(
        Type.Array(Type.Object({ currency: Type.String(), count: Type.Integer(), amount: amount() })),
        sumsNull,
      ),
    }),
    refusals: ['not_found'],
    handle: async ({ desk, query }) => {
      const sums = await sumTransfers(desk.read, await wanted(desk.read, query))
      return {
        sums: sums?.map((one) => ({ ...one, amount: formatMicros(one.amount, one.currency) })) ?? null,
      }
    },
  }),
]
