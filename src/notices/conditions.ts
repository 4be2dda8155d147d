import { findUnrouted } from '../catalogue/services.ts'
import type { Queryable } from '../database/database.ts'
import { findOpenStrays } from '../deposits/incoming.ts'
import type { Message } from '../integrations/channels/channel.ts'
import type { SupplierFault } from '../integrations/suppliers/supplier.ts'
import type { AccountId } from '../lib/ids.ts'
import { formatMoney } from '../lib/money.ts'
import { quoteLine } from '../lib/text.ts'
import { systemClock } from '../lib/time.ts'
import { spendingRates } from '../suppliers/spending.ts'
import { findWaitingLists } from '../sync/waiting.ts'
import {
  type OpenBreaker,
  selectLowBalances,
  selectLowSuppliers,
  selectOpenBreakers,
  selectPausedWebhooks,
  selectWaitingDeposits,
  selectWaitingReviews,
} from './conditions.sql.ts'

export { selectLowSuppliers, selectOpenBreakers } from './conditions.sql.ts'

import type { ConditionName } from './events.ts'
import { lines, type Words } from './words/words.ts'

/** MANY_NAMES is how many services a message names. */
const MANY_NAMES = 10

/** Condition is something that holds now and that people may want to be told of. */
export interface Condition {
  /** `subject` names what it is about, and is unique among the conditions of one event. */
  subject: string
  /** `accountId` is whom it happened to; null: the operator alone. */
  accountId: AccountId | null
  /** `mark` grows when there is something new about it. */
  mark: number
  /** `messages` has what each side that may be told reads; an account reads it in its language. */
  messages: { operator?: Message; account?: (words: Words) => Message }
}

/** `conditions` has a function for each event that finds the event's conditions. */
export const conditions: Record<ConditionName, (sql: Queryable) => Promise<Condition[]>> = {
  'supplier.out_of_credit': async (sql) => (await selectOpenBreakers(sql, { credit: true })).map(ofSupplier),
  'supplier.trouble': async (sql) => (await selectOpenBreakers(sql, { credit: false })).map(ofSupplier),
  'supplier.low_balance': async (sql) => {
    const low = await selectLowSuppliers(sql)
    const rates = low.length === 0 ? undefined : await spendingRates(sql, systemClock.now())
    return low.map(({ supplierId, name, currency, balance, balanceAt, mark }) => {
      const daysLeft = rates?.(supplierId, balance).daysLeft ?? null
      return operators(String(supplierId), 0, {
        title: `Our balance at ${quoteLine(name, 80)} is low: ${formatMoney(balance, currency)}`,
        text: lines(
          `That is below ${formatMoney(mark, currency)}${balanceAt === null ? '' : `, as it said at ${utc(balanceAt)}`}.`,
          daysLeft !== null && `At the rate of the last seven days it lasts ${daysLeft} days.`,
          `More: imeigate supplier figures ${supplierId}`,
        ),
      })
    })
  },
  'service.unrouted': async (sql) => {
    const [latest, ...others] = await findUnrouted(sql)
    if (!latest) return []
    const named = [latest, ...others].slice(0, MANY_NAMES).map(({ code, name }) => `${code} (${name})`)
    const more = others.length + 1 - named.length
    return [
      operators('all', latest.since.getTime(), {
        title:
          others.length === 0
            ? `Service ${quoteLine(latest.name, 80)} has no working route`
            : `${others.length + 1} services have no working route`,
        text: lines(
          'They are not sold; with UNROUTED_SERVICES=wait their orders wait for a route.',
          `${quoteLine(named.join(', '), 500)}${more > 0 ? ` and ${more} more` : ''}`,
          'More: imeigate service list --unrouted',
        ),
      }),
    ]
  },
  'review.waiting': async (sql) => {
    const waiting = await selectWaitingReviews(sql)
    if (waiting.length === 0) return []
    const count = waiting.reduce((sum, one) => sum + one.count, 0)
    const kinds = waiting.map((one) => `${one.count} ${one.kind}`).join(', ')
    const oldest = new Date(Math.min(...waiting.map((one) => one.oldest.getTime())))
    return [
      operators('all', Math.max(...waiting.map(({ newestId }) => newestId)), {
        title: `${count} ${count === 1 ? 'review waits' : 'reviews wait'} for a person`,
        text: lines(`Open: ${kinds}. The oldest: ${utc(oldest)}.`, 'More: imeigate review list'),
      }),
    ]
  },
  'supplier.list': async (sql) =>
    (await findWaitingLists(sql)).map(({ supplierId, name, error, jumps, abovePrices, edited, newestJump }) =>
      operators(String(supplierId), newestJump?.getTime() ?? 0, {
        title: `The list of supplier ${quoteLine(name, 80)} waits for a person`,
        text: lines(
          error && `It was not applied: ${quoteLine(error)}`,
          jumps > 0 && `Costs that have jumped, so that the known ones stand: ${jumps}.`,
          abovePrices > 0 &&
            `Costs that would be above a fixed price, so that the known ones stand: ${abovePrices}.`,
          edited > 0 &&
            `Quantities, boxes and fields that changed there, of services that you have edited: ${edited}.`,
          `More: imeigate supplier sync ${supplierId}`,
        ),
      }),
    ),
  'webhook.paused': async (sql) =>
    (await selectPausedWebhooks(sql)).map(({ id, accountId, username, url, pausedAt }) => {
      const text = `It failed for days; it is paused since ${utc(pausedAt)}. What happens is kept.`
      return {
        subject: String(id),
        accountId,
        mark: 0,
        messages: {
          operator: {
            title: `A webhook of ${username} is paused`,
            text: lines(`It goes to ${hostOf(url)}.`, text, `More: imeigate webhook show ${id}`),
          },
          account: (words) => words['webhook.paused']({ host: hostOf(url), since: utc(pausedAt) }),
        },
      }
    }),
  'deposit.waiting': async (sql) =>
    (await selectWaitingDeposits(sql)).map(({ id, username, currency, amount }) =>
      operators(String(id), 0, {
        title: `Deposit ${id} of ${username} waits for confirmation: ${formatMoney(amount, currency)}`,
        text: lines(
          'Its proof is there; the money is not credited yet.',
          `More: imeigate deposit show ${id}`,
        ),
      }),
    ),
  'payment.stray': async (sql) => {
    const open = await findOpenStrays(sql)
    if (!open) return []
    const { count, newestId, oldest, amounts } = open
    return [
      operators('all', newestId, {
        title: count === 1 ? 'A payment fits no deposit' : `${count} payments fit no deposit`,
        text: lines(
          `${amounts} came in, and nothing was credited. The oldest: ${utc(oldest)}.`,
          'More: imeigate deposit stray list',
        ),
      }),
    ]
  },
  'balance.low': async (sql) =>
    (await selectLowBalances(sql)).map(({ accountId, name, currency, available, mark }) => ({
      subject: String(accountId),
      accountId,
      mark: 0,
      messages: {
        account: (words) =>
          words['balance.low']({
            name: quoteLine(name),
            available: formatMoney(available, currency),
            mark: formatMoney(mark, currency),
          }),
      },
    })),
}

const operators = (subject: string, mark: number, operator: Message): Condition => ({
  subject,
  accountId: null,
  mark,
  messages: { operator },
})

const troubles: Record<SupplierFault, string> = {
  credit: 'is out of credit',
  login: 'does not know us',
  transport: 'cannot be reached',
  busy: 'is busy or being maintained',
}

function ofSupplier({ supplierId, name, why, reason, openedAt, balance, currency }: OpenBreaker): Condition {
  return operators(String(supplierId), 0, {
    title: `Supplier ${quoteLine(name, 80)} ${troubles[why]}`,
    text: lines(
      `Nothing is sent to it since ${utc(openedAt)}.`,
      reason && `It said: ${quoteLine(reason)}`,
      why === 'credit' && balance !== null && `Its balance: ${formatMoney(balance, currency)}`,
      `More: imeigate supplier show ${supplierId}`,
    ),
  })
}

/** `utc` writes a time for people, to the minute. */
export const utc = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** `hostOf` leaves the path out, because it may hold a secret. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'a place that is no URL')
