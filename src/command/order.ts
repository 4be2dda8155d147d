import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { cancelOrder, mustFindOrder, verifyOrder } from '../fulfilment/people/operator-requests.ts'
import type { OrderId, RouteId } from '../lib/ids.ts'
import { formatMicros } from '../lib/money.ts'
import { findFormerNumbered } from '../orders/former/former-orders.ts'
import { type OperatorOrderFilter, OperatorOrders } from '../orders/read/operator-orders.ts'
import { actor, withDatabase } from './connection.ts'
import { idOf, limitOption, orderIdOf } from './input.ts'
import { position, positions, registerAfter } from './order-after.ts'
import { addFilter, type FilterOptions, filterOf } from './order-filter.ts'
import { formerJson, formerText, inputOf, jsonOf, stateOf, textOf } from './order-view.ts'
import { type Answer, answering, listed, withNext } from './output.ts'
import { writeWhole } from './whole-file.ts'

export function register(program: Command): void {
  const order = program.command('order')
  const answer = answering(list)
  addFilter(order.command('list').description('the newest orders first'))
    .addOption(limitOption(50))
    .option('--reference <text>', 'the whole reference of the reseller, in any case')
    .option('--csv <file>', 'all that fit, a line an item, into a file; -: standard output')
    .action(async (options: ListOptions, self: Command) => {
      if (options.csv !== '-') return await answer(options, self)
      await withDatabase(async ({ sql }) =>
        pipeline(await csvOf(sql, filterOf(options)), process.stdout, { end: false }),
      )
    })
  order
    .command('show')
    .argument('<order id>', 'the number that REFERENCEID showed', orderIdOf)
    .description('one order with its items and what was tried for them')
    .action(answering(show))
  order
    .command('cancel')
    .argument('<order id>', 'the number that REFERENCEID showed', orderIdOf)
    .description('cancel what was not sent to a supplier yet, and give its price back; ask for the rest')
    .option('--why <text>', 'for the trail')
    .action(answering(cancel))
  order
    .command('verify')
    .argument('<order id>', 'the number that REFERENCEID showed', orderIdOf)
    .description('ask the suppliers again about what has ended')
    .action(answering(verify))
  order
    .command('resend')
    .argument('<order id>', 'the number that REFERENCEID showed', orderIdOf)
    .description(
      'send what waits by a route of your choice, at once; not what a supplier may still do or answer',
    )
    .requiredOption('--route <id>', 'the route: see imeigate route list')
    .option('--item <position>', 'only this item; may be given several times', positions)
    .requiredOption('--why <text>', 'for the trail')
    .action(answering(resend))
  order
    .command('reveal')
    .argument('<order id>', 'the number that REFERENCEID showed', orderIdOf)
    .description('look at a secret result; the trail tells of each look')
    .option('--item <position>', 'which item, where there are several', position)
    .action(answering(reveal))
  registerAfter(order)
}

interface ListOptions extends FilterOptions {
  limit: number
  csv?: string
}

async function list({ limit, csv, ...options }: ListOptions): Promise<Answer> {
  const filter = filterOf(options)
  if (csv !== undefined) {
    await withDatabase(async ({ sql }) => writeWhole(await csvOf(sql, filter), csv, 'csv'))
    return { json: { file: csv }, text: `${csv} is written` }
  }
  const { orders, ...end } = await withDatabase(({ sql }) =>
    new OperatorOrders(sql).list({ ...filter, limit }),
  )
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

/** `csvOf` loads what writes it only where it is wanted. */
async function csvOf(sql: Sql, filter: OperatorOrderFilter): Promise<AsyncGenerator<string>> {
  const { csvOfOrders } = await import('../orders/read/operator-orders-csv.ts')
  return csvOfOrders(new OperatorOrders(sql).every(filter))
}

async function show(id: OrderId): Promise<Answer> {
  return await withDatabase(async ({ sql }) => {
    const [found, former] = await Promise.all([new OperatorOrders(sql).find(id), findFormerNumbered(sql, id)])
    if (!found && former.length === 0) throw new Refusal('order_not_found', String(id), 'id')
    const { whyOrderWaits } = await import('../fulfilment/people/why-waiting.ts')
    const waits = found ? await whyOrderWaits(sql, found.order) : []
    const texts = [...(found ? [textOf(found, waits)] : []), ...former.map(formerText)]
    const formerOrders = former.length > 0 ? { former: former.map(formerJson) } : {}
    const json = found ? { ...jsonOf(found), waits } : { id }
    return { json: { ...json, ...formerOrders }, text: texts.join('\n\n') }
  })
}

async function cancel(id: OrderId, { why }: { why?: string }): Promise<Answer> {
  return await withDatabase(async ({ sql }) => {
    const { cancelled, asked } = await cancelOrder(sql, id, { actor: actor(), why })
    const after = await mustFindOrder(sql, id)
    const words = asked === 0 ? '' : `\n\n${asked} with a supplier: see imeigate review list --kind cancel`
    return { json: { ...jsonOf(after), cancelled, asked }, text: `${textOf(after)}${words}` }
  })
}

async function verify(id: OrderId): Promise<Answer> {
  return await withDatabase(async ({ sql }) => {
    const { asked, open } = await verifyOrder(sql, id, actor())
    return {
      json: { id, asked, open },
      text: `${asked} asked again, ${open} still open: see imeigate review list --order ${id} --all`,
    }
  })
}

async function resend(
  id: OrderId,
  { route, item, why }: { route: string; item?: number[]; why: string },
): Promise<Answer> {
  const { resendOrder } = await import('../fulfilment/people/resend.ts')
  return await withDatabase(async ({ sql }) => {
    const request = { route: idOf<RouteId>(route, 'route'), items: item, why }
    const { positions, supplier } = await resendOrder(sql, id, request, actor())
    return {
      json: { order: id, items: positions, supplier },
      text: `${positions.length === 1 ? '1 item goes' : `${positions.length} items go`} to ${supplier} next`,
    }
  })
}

async function reveal(id: OrderId, { item = 1 }: { item?: number }): Promise<Answer> {
  const { revealResult } = await import('../fulfilment/people/reveal.ts')
  return await withDatabase(async ({ sql }) => {
    const { result, reviews } = await revealResult(sql, id, item, actor())
    const said = reviews.map(({ id: review, detail }) => `review ${review}: ${detail}`)
    return {
      json: { order: id, item, result, reviews },
      text: [result ?? 'it has no result', ...said].join('\n\n'),
    }
  })
}
