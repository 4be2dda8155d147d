import { type Command, InvalidArgumentError } from 'commander'
import { Refusal } from '../errors.ts'
import type { PlannedRefund } from '../fulfilment/after/bulk-refunds.ts'
import { correctResult } from '../fulfilment/after/corrections.ts'
import { deliverAfterAll } from '../fulfilment/after/late-results.ts'
import { checkRequest, type Refunded, refund } from '../fulfilment/after/refunds.ts'
import { mustFindOrder } from '../fulfilment/people/operator-requests.ts'
import { amountOf } from '../lib/amount.ts'
import type { OrderId } from '../lib/ids.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { SECRET } from '../orders/read/secret-results.ts'
import { actor, withDatabase } from './connection.ts'
import { orderIdOf } from './input.ts'
import { addFilter, type FilterOptions, filterOf } from './order-filter.ts'
import { jsonOf, textOf } from './order-view.ts'
import { type Answer, answering, listed } from './output.ts'

interface RefundOptions {
  item?: number[]
  amount?: string
  reason: string
  reference?: string
}

/** `registerAfter` adds what people do to orders that have ended. */
export function registerAfter(order: Command): void {
  const ofOrder = (verb: string, description: string): Command =>
    order
      .command(verb)
      .argument('<order id>', 'the number that REFERENCEID showed', orderIdOf)
      .description(description)
  addFilter(
    order
      .command('refund')
      .argument(
        '[order id]',
        'the number that REFERENCEID showed; left out: all orders that the filter lets through',
        orderIdOf,
      )
      .description(
        'give back what was charged for an order that succeeded, in whole or in part; or for many',
      ),
  )
    .option('--apply', 'of many: do it; without this, what would be given back is shown')
    .option('--item <position>', 'only this item; may be given several times', positions)
    .option('--amount <amount>', 'a part of the price of each item; all of it when left out')
    .requiredOption('--reason <text>', 'the reseller reads it')
    .option('--reference <text>', 'names the request, which counts once; a part needs it')
    .action(
      answering((id: OrderId | undefined, options: RefundOptions & ManyOptions) =>
        id === undefined ? giveBackMany(options) : giveBackOne(id, options),
      ),
    )
  ofOrder('reject', 'a result was wrong: the item has failed, and its price is given back')
    .option('--item <position>', 'only this item; may be given several times', positions)
    .requiredOption('--reason <text>', 'the reseller reads it')
    .action(answering((id: OrderId, options: RefundOptions) => giveBack(id, options, true)))
  ofOrder('correct', 'replace a result; the price stays charged, and the reseller is told')
    .option('--item <position>', 'which item, where there are several', position)
    .requiredOption('--result <text>', 'the right one')
    .requiredOption('--why <text>', 'for the trail')
    .action(answering(correct))
  ofOrder('deliver', 'deliver an item after all whose price was given back: it is charged anew')
    .option('--item <position>', 'which item, where there are several', position)
    .option('--attempt <number>', 'the one that gave the result; the last one when left out', position)
    .requiredOption('--result <text>', 'what the reseller gets')
    .requiredOption('--why <text>', 'for the trail')
    .action(answering(deliver))
}

interface ManyOptions extends Omit<FilterOptions, 'reference'> {
  apply?: true
}

/** `giveBackOne` refuses what is for many. */
function giveBackOne(id: OrderId, options: RefundOptions & ManyOptions): Promise<Answer> {
  const { item, amount, reason, reference, ...many } = options
  const [other] = Object.keys(many)
  if (other !== undefined) {
    throw new Refusal('invalid_input', `--${other} is for many orders, and order ${id} is named`, other)
  }
  return giveBack(id, options, false)
}

/** `giveBackMany` shows what would be given back, or gives it back. */
async function giveBackMany(options: RefundOptions & ManyOptions): Promise<Answer> {
  const { item, amount, reason, reference, apply, ...filter } = options
  if (item !== undefined) throw new Refusal('invalid_input', 'is for one order', 'item')
  if (amount !== undefined) throw new Refusal('invalid_input', 'is for one order', 'amount')
  const rows: RefundRow[] = []
  const totals = new Map<string, bigint>()
  const wanted = filterOf(filter)
  checkRequest({ reason, reference })
  const { planRefunds, refundMany } = await import('../fulfilment/after/bulk-refunds.ts')
  await withDatabase(async ({ sql }) => {
    const refunds: AsyncGenerator<PlannedRefund & { refusal?: string | null }> = apply
      ? refundMany(sql, wanted, { reason, reference }, actor())
      : planRefunds(sql, wanted)
    for await (const one of refunds) {
      const { refusal = null } = one
      for (const { position, input, amount } of one.items) {
        rows.push({
          order: one.orderId,
          item: position,
          account: one.username,
          input,
          amount,
          currency: one.currency,
          refusal,
        })
        if (refusal === null) totals.set(one.currency, (totals.get(one.currency) ?? 0n) + amount)
      }
    }
  })
  const sums = [...totals].map(([currency, amount]) => formatMoney(amount, currency)).join(', ') || 'nothing'
  const count = rows.filter(({ refusal }) => refusal === null).length
  const words = apply
    ? `${sums} given back, of ${count} items`
    : `${sums} would be given back, of ${count} items: --apply does it`
  const answer = listed(rows, {
    json: ({ amount, ...row }) => ({ ...row, amount: formatMicros(amount, row.currency) }),
    columns: {
      order: ({ order }) => order,
      item: ({ item }) => item,
      account: ({ account }) => account,
      input: ({ input }) => input,
      amount: ({ amount, currency }) => `${formatMicros(amount, currency)} ${currency}`,
      ...(apply && { 'not given back': ({ refusal }: RefundRow) => refusal }),
    },
    right: ['order', 'item', 'amount'],
    none: 'no items of these orders that are charged',
  })
  return {
    json: {
      applied: apply === true,
      items: count,
      totals: [...totals].map(([currency, amount]) => ({ currency, amount: formatMicros(amount, currency) })),
      rows: answer.json,
    },
    text: rows.length === 0 ? answer.text : `${answer.text}\n\n${words}`,
    bad: rows.length > count,
  }
}

interface RefundRow {
  order: OrderId
  item: number
  account: string
  input: string
  amount: bigint
  currency: string
  refusal: string | null
}

export function position(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text))
    throw new InvalidArgumentError('an item is named by its number in the order.')
  return Number(text)
}

/** `positions` gathers the items of an order that an option names. */
export const positions = (text: string, before: number[] = []): number[] => [...before, position(text)]

async function giveBack(
  id: OrderId,
  { item, amount, reason, reference }: RefundOptions,
  isRejection: boolean,
): Promise<Answer> {
  return await withDatabase(async ({ sql }) => {
    const { order, currency } = await mustFindOrder(sql, id)
    const request = {
      items: item,
      amount: amount === undefined ? undefined : amountOf(amount, 'amount', currency),
      reason,
      reference,
      isRejection,
    }
    const done = await refund(sql, { accountId: order.accountId, orderId: id }, request, actor())
    const after = await mustFindOrder(sql, id)
    return {
      json: { ...jsonOf(after), given_back: formatMicros(movedOf(done), currency) },
      text: `${textOf(after)}\n\n${said(done, currency)}`,
    }
  })
}

const movedOf = (done: Refunded[]): bigint =>
  done.reduce((sum, { amount, isRepeated }) => (isRepeated ? sum : sum + amount), 0n)

const formatMoneyOf = (done: Refunded[], currency: string): string => formatMoney(movedOf(done), currency)

function said(done: Refunded[], currency: string): string {
  if (done.every(({ isRepeated }) => isRepeated))
    return 'nothing moved: it was given back under this reference before'
  return `${formatMoneyOf(done, currency)} given back`
}

async function deliver(
  id: OrderId,
  options: { item?: number; attempt?: number; result: string; why: string },
): Promise<Answer> {
  return await withDatabase(async ({ sql }) => {
    const { order, currency } = await mustFindOrder(sql, id)
    const name = { accountId: order.accountId, orderId: id }
    const { charged } = await deliverAfterAll(sql, name, options, actor())
    const after = await mustFindOrder(sql, id)
    return {
      json: { ...jsonOf(after), charged: formatMicros(charged, currency) },
      text: `${textOf(after)}\n\n${formatMoney(charged, currency)} charged anew`,
    }
  })
}

async function correct(
  id: OrderId,
  options: { item?: number; result: string; why: string },
): Promise<Answer> {
  return await withDatabase(async ({ sql }) => {
    const { order } = await mustFindOrder(sql, id)
    const {
      before,
      after: now,
      secretResults,
    } = await correctResult(sql, { accountId: order.accountId, orderId: id }, options, actor())
    const after = await mustFindOrder(sql, id)
    const was = secretResults ? SECRET : before
    const words = before === now ? 'it had this result before' : `it was: ${was}`
    return {
      json: { ...jsonOf(after), before: secretResults ? null : before },
      text: `${textOf(after)}\n\n${words}`,
    }
  })
}
