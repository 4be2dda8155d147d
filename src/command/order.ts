import { type Command, Option } from 'commander'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { OutcomeWriter } from '../fulfilment/outcome/outcome-writer.ts'
import { requestCancel, requestVerify } from '../fulfilment/people/cancel-verify.ts'
import type { OrderId } from '../lib/ids.ts'
import { formatMicros } from '../lib/money.ts'
import type { OrderState } from '../lib/states.ts'
import { systemClock } from '../lib/time.ts'
import type { Order } from '../orders/order.ts'
import {
  type OperatorOrder,
  type OperatorOrderFilter,
  OperatorOrders,
} from '../orders/read/operator-orders.ts'
import { actor, withDatabase } from './connection.ts'
import { limitOption, orderIdOf } from './input.ts'
import { type Answer, answering, keyValues, listed, table, withNext } from './output.ts'

const states: OrderState[] = ['pending', 'processing', 'success', 'partial', 'failed', 'cancelled']

export function register(program: Command): void {
  const order = program.command('order').description('orders: list, show, cancel, verify')
  order
    .command('list')
    .description('the newest orders first')
    .option('--account <id or username>', 'only this account’s')
    .option('--service <id or code>', 'only of this service')
    .addOption(new Option('--state <state>', 'only in this state').choices(states))
    .option('--search <text>', 'an order number, a reference, IMEI or serial number, or a part of one')
    .option('--before <order id>', 'the page after this order', orderIdOf)
    .addOption(limitOption(50))
    .action(answering(list))
  order
    .command('show')
    .argument('<order id>', 'the number that REFERENCEID showed', orderIdOf)
    .description('one order with its items and what was tried for them')
    .action(answering(show))
  order
    .command('cancel')
    .argument('<order id>', 'the number that REFERENCEID showed', orderIdOf)
    .description('cancel what was not sent to a supplier yet, and give its price back; ask for the rest')
    .action(answering(cancel))
  order
    .command('verify')
    .argument('<order id>', 'the number that REFERENCEID showed', orderIdOf)
    .description('ask the suppliers again about what has ended')
    .action(answering(verify))
}

async function list(options: OperatorOrderFilter): Promise<Answer> {
  const { orders, ...end } = await withDatabase(({ sql }) => new OperatorOrders(sql).list(options))
  const answer = listed(orders, {
    json: jsonOf,
    columns: {
      id: ({ order }) => order.id,
      account: ({ username }) => username,
      service: ({ serviceCode }) => serviceCode,
      input: ({ order }) => inputOf(order),
      state: ({ order }) => stateOf(order),
      total: ({ order, currency }) => `${formatMicros(order.total, currency)} ${currency}`,
      placed: ({ order }) => order.createdAt,
    },
    right: ['id', 'total'],
    none: 'no orders',
  })
  return withNext(answer, end)
}

async function show(id: OrderId): Promise<Answer> {
  const found = await withDatabase(({ sql }) => mustFind(sql, id))
  return { json: jsonOf(found), text: textOf(found) }
}

async function cancel(id: OrderId): Promise<Answer> {
  return await withDatabase(async ({ sql }) => {
    const { order } = await mustFind(sql, id)
    const name = { accountId: order.accountId, orderId: id }
    const outcomes = new OutcomeWriter(sql, systemClock)
    // A person is told at once that a wallet is locked.
    outcomes.hurry()
    const { cancelled, asked } = await requestCancel(sql, outcomes, name, actor())
    if (cancelled + asked === 0)
      throw new Refusal('conflict', `order ${id} is ${order.state}, nothing of it can be cancelled`)
    const after = await mustFind(sql, id)
    const words = asked === 0 ? '' : `\n\n${asked} with a supplier: see imeigate review list --kind cancel`
    return { json: { ...jsonOf(after), cancelled, asked }, text: `${textOf(after)}${words}` }
  })
}

async function verify(id: OrderId): Promise<Answer> {
  return await withDatabase(async ({ sql }) => {
    const { order } = await mustFind(sql, id)
    const { asked, open } = await requestVerify(sql, { accountId: order.accountId, orderId: id }, actor())
    if (asked === 0)
      throw new Refusal('conflict', `order ${id} is ${order.state}, nothing of it has an answer`)
    return {
      json: { id, asked, open },
      text: `${asked} asked again, ${open} still open: see imeigate review list --order ${id} --all`,
    }
  })
}

async function mustFind(sql: Sql, id: OrderId): Promise<OperatorOrder> {
  const found = await new OperatorOrders(sql).find(id)
  if (!found) throw new Refusal('order_not_found', String(id), 'id')
  return found
}

function textOf(found: OperatorOrder): string {
  const { order } = found
  const head = keyValues([
    ['order', order.id],
    ['state', stateOf(order)],
    ['account', `${found.username} (${order.accountId})`],
    ['service', `${found.serviceName} (${found.serviceCode})`],
    ['total', `${formatMicros(order.total, found.currency)} ${found.currency}`],
    ['reference', order.reference],
    ['placed', order.createdAt],
    ['ended', order.finishedAt],
  ])
  const items = table(
    order.items,
    {
      item: (item) => item.position,
      input: (item) => item.input,
      quantity: (item) => item.quantity,
      state: (item) => item.state,
      answer: (item) => item.result ?? item.reason,
      'next look': (item) => item.dueAt,
    },
    ['item', 'quantity'],
  )
  const attempts =
    found.attempts.length === 0
      ? 'nothing was sent to a supplier'
      : table(
          found.attempts,
          {
            item: (one) => one.position,
            attempt: (one) => one.number,
            supplier: (one) => one.supplier,
            state: (one) => one.state,
            reference: (one) => one.reference,
            cost: ({ cost, currency }) =>
              cost === null ? null : `${formatMicros(cost, currency)} ${currency}`,
            detail: (one) => one.detail,
            sent: (one) => one.createdAt,
            ended: (one) => one.finishedAt,
          },
          ['item', 'attempt', 'cost'],
        )
  return `${head}\n\n${items}\n\n${attempts}`
}

const jsonOf = ({ order, username, currency, serviceCode, attempts }: OperatorOrder) => ({
  id: order.id,
  account: order.accountId,
  username,
  service: order.serviceId,
  service_code: serviceCode,
  state: order.state,
  unit_price: formatMicros(order.unitPrice, currency),
  total: formatMicros(order.total, currency),
  currency,
  reference: order.reference,
  via: order.via,
  created_at: order.createdAt,
  finished_at: order.finishedAt,
  items: order.items.map((item) => ({
    position: item.position,
    input: item.input,
    fields: item.fields,
    quantity: item.quantity,
    price: formatMicros(item.price, currency),
    state: item.state,
    result: item.result,
    reason: item.reason,
    due_at: item.dueAt,
    finished_at: item.finishedAt,
    attempts: attempts
      .filter((attempt) => attempt.position === item.position)
      .map((attempt) => ({
        number: attempt.number,
        supplier: attempt.supplier,
        state: attempt.state,
        reference: attempt.reference,
        detail: attempt.detail,
        fault: attempt.fault,
        cost: attempt.cost === null ? null : formatMicros(attempt.cost, attempt.currency),
        currency: attempt.currency,
        created_at: attempt.createdAt,
        finished_at: attempt.finishedAt,
      })),
  })),
})

/** `stateOf` tells an operator of an unknown outcome, where a reseller is told "processing". */
const stateOf = (order: Order): string =>
  order.items.some((item) => item.state === 'unknown') ? `${order.state} (unknown outcome)` : order.state

const inputOf = ({ items }: Order): string =>
  items.length === 1 ? (items[0]?.input ?? '') : `${items[0]?.input ?? ''} and ${items.length - 1} more`
