import { type Command, InvalidArgumentError } from 'commander'
import { correctResult } from '../fulfilment/after/corrections.ts'
import { type Refunded, refund } from '../fulfilment/after/refunds.ts'
import type { OrderId } from '../lib/ids.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { actor, withDatabase } from './connection.ts'
import { amountOf, orderIdOf } from './input.ts'
import { jsonOf, mustFind, textOf } from './order-view.ts'
import { type Answer, answering } from './output.ts'

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
  ofOrder('refund', 'give back what was charged for an order that succeeded, in whole or in part')
    .option('--item <position>', 'only this item; may be given several times', positions)
    .option('--amount <amount>', 'a part of the price of each item; all of it when left out')
    .requiredOption('--reason <text>', 'the reseller reads it')
    .option('--reference <text>', 'names the request, which counts once; a part needs it')
    .action(answering((id: OrderId, options: RefundOptions) => giveBack(id, options, false)))
  ofOrder('reject', 'a result was wrong: the item has failed, and its price is given back')
    .option('--item <position>', 'only this item; may be given several times', positions)
    .requiredOption('--reason <text>', 'the reseller reads it')
    .action(answering((id: OrderId, options: RefundOptions) => giveBack(id, options, true)))
  ofOrder('correct', 'replace a result; the price stays charged, and the reseller is told')
    .option('--item <position>', 'which item, where there are several', position)
    .requiredOption('--result <text>', 'the right one')
    .requiredOption('--why <text>', 'for the trail')
    .action(answering(correct))
}

function position(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text))
    throw new InvalidArgumentError('an item is named by its number in the order.')
  return Number(text)
}

const positions = (text: string, before: number[] = []): number[] => [...before, position(text)]

async function giveBack(
  id: OrderId,
  { item, amount, reason, reference }: RefundOptions,
  isRejection: boolean,
): Promise<Answer> {
  return await withDatabase(async ({ sql }) => {
    const { order, currency } = await mustFind(sql, id)
    const request = {
      items: item,
      amount: amount === undefined ? undefined : amountOf(amount, 'amount', currency),
      reason,
      reference,
      isRejection,
    }
    const done = await refund(sql, { accountId: order.accountId, orderId: id }, request, actor())
    const after = await mustFind(sql, id)
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

async function correct(
  id: OrderId,
  options: { item?: number; result: string; why: string },
): Promise<Answer> {
  return await withDatabase(async ({ sql }) => {
    const { order } = await mustFind(sql, id)
    const { before, after: now } = await correctResult(
      sql,
      { accountId: order.accountId, orderId: id },
      options,
      actor(),
    )
    const after = await mustFind(sql, id)
    const words = before === now ? 'it had this result before' : `it was: ${before}`
    return { json: { ...jsonOf(after), before }, text: `${textOf(after)}\n\n${words}` }
  })
}
