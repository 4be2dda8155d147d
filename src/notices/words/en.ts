import { lines, type Words } from './words.ts'

const items = (done: number, all: number): string => (all === 1 ? '' : `, ${done} of ${all} items`)
const more = (count: number): string => (count > 0 ? `and ${count} more` : '')

export const english: Words = {
  'order.done': ({ count, orders }) => ({
    title: count === 1 ? `Order ${orders[0]?.id} is done` : `${count} orders are done`,
    text: lines(
      ...orders.map(
        ({ id, what, done, all, amount }) => `${id} ${what}${items(done, all)}: ${amount} was charged`,
      ),
      more(count - orders.length),
    ),
  }),
  'order.refunded': ({ count, total, orders }) => ({
    title:
      count === 1
        ? `${total} was given back for order ${orders[0]?.id}`
        : `${total} was given back for ${count} orders`,
    text: lines(
      ...orders.map(({ id, what, amount, reason }) =>
        lines(`${id} ${what}: ${amount}`, reason && `   ${reason}`),
      ),
      more(count - orders.length),
    ),
  }),
  'deposit.credited': ({ count, total, available }) => ({
    title:
      count === 1 ? `Your deposit of ${total} was credited` : `${count} deposits were credited: ${total}`,
    text: `You can spend ${available} now.`,
  }),
  'deposit.refused': ({ amount, reference, reason, available }) => ({
    title: `Your deposit of ${amount} was not credited`,
    text: lines(
      reference && `What you handed in: ${reference}`,
      reason && `Why: ${reason}`,
      `What you can spend is unchanged: ${available}.`,
    ),
  }),
  'price.changed': ({ count, prices }) => ({
    title: count === 1 ? 'A price has changed' : `${count} prices have changed`,
    text: lines(
      ...prices.map(({ service, before, now }) => `${service}: ${now} instead of ${before}`),
      more(count - prices.length),
    ),
  }),
  'balance.low': ({ name, available, mark }) => ({
    title: `The balance of ${name} is low: ${available}`,
    text: `That is below ${mark}. Orders that cost more than is left are refused.`,
  }),
  'webhook.paused': ({ host, since }) => ({
    title: `Your webhook to ${host} is paused`,
    text: lines(
      `It failed for days; it is paused since ${since}. What happens is kept.`,
      'When it is mended, ask the shop that runs this server to resume it.',
    ),
  }),
  over: (since) => `This was over at ${since}.`,
}
