import type { Waiting } from '../fulfilment/people/why-waiting.ts'
import type { OrderId } from '../lib/ids.ts'
import { formatMicros } from '../lib/money.ts'
import type { NamedFormerOrder } from '../orders/former/former-order.ts'
import type { Order } from '../orders/order.ts'
import type { OperatorOrder } from '../orders/read/operator-orders.ts'
import { SECRET } from '../orders/read/secret-results.ts'
import { keyValues, table } from './output.ts'

/** `textOf` shows people an order with its items, what was tried for them, and what they wait for. */
export function textOf(found: OperatorOrder, waits: readonly Waiting[] = []): string {
  const { order } = found
  const refunded = order.items.reduce((sum, item) => sum + item.refunded, 0n)
  const head = keyValues([
    ['order', order.id],
    ['state', stateOf(order)],
    ['account', `${found.username} (${order.accountId})`],
    ['service', `${found.serviceName} (${found.serviceCode})`],
    ['total', `${formatMicros(order.total, found.currency)} ${found.currency}`],
    refunded > 0n && ['refunded', `${formatMicros(refunded, found.currency)} ${found.currency}`],
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
      answer: (item) =>
        item.result ?? (found.secretResults && item.state === 'success' ? SECRET : item.reason),
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
  const passed = found.attempts.flatMap(({ passed, ...attempt }) =>
    (passed ?? []).map((one) => ({ ...attempt, ...one })),
  )
  const passedOver =
    passed.length === 0
      ? ''
      : `\n\n${table(
          passed,
          {
            item: (one) => one.position,
            attempt: (one) => one.number,
            'passed over': (one) => one.supplier,
            why: (one) => one.why,
            detail: (one) => one.detail,
          },
          ['item', 'attempt'],
        )}`
  return `${head}\n\n${items}\n\n${attempts}${passedOver}${waits.length === 0 ? '' : `\n\n${waitsText(waits, order.id)}`}`
}

const WAITS = {
  next: 'it is sent next',
  routes: 'it goes by no route at present',
  no_route: 'its service has no route to a supplier',
  by_hand: 'it is done by hand: see imeigate manual list',
  asked: 'a former supplier is asked about it',
  person: 'a person must decide: see imeigate review list --order',
} as const satisfies Record<Waiting['why'], string>

/** `waitsText` shows why items were not sent yet: a line for each reason, and for each route that they do not go by. */
function waitsText(waits: readonly Waiting[], order: OrderId): string {
  const rows = waits.flatMap(({ item, items, why, routes }) => {
    const waits = items === 1 ? `${item}` : `${item} and ${items - 1} more`
    const detail = why === 'person' ? `${WAITS[why]} ${order}` : WAITS[why]
    const itself = why === 'routes' ? [] : [{ waits, supplier: null, why, detail }]
    return [...itself, ...routes.map((one) => ({ waits, ...one }))]
  })
  return table(rows, {
    waits: (one) => one.waits,
    'not sent to': (one) => one.supplier,
    why: (one) => one.why,
    detail: (one) => one.detail,
  })
}

export const jsonOf = ({
  order,
  username,
  currency,
  serviceCode,
  secretResults,
  attempts,
}: OperatorOrder) => ({
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
    refunded: formatMicros(item.refunded, currency),
    state: item.state,
    result: item.result,
    result_is_secret: secretResults && item.state === 'success',
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
        passed_over: attempt.passed ?? [],
      })),
  })),
})

/** `stateOf` tells an operator of an unknown outcome, where a reseller is told "processing". */
export const stateOf = (order: Order): string =>
  order.items.some((item) => item.state === 'unknown') ? `${order.state} (unknown outcome)` : order.state

/** `inputOf` shows the first of its items. */
export const inputOf = ({ items }: Order): string =>
  items.length === 1 ? (items[0]?.input ?? '') : `${items[0]?.input ?? ''} and ${items.length - 1} more`

export const formerJson = (order: NamedFormerOrder) => ({
  ...{ id: order.id, type: order.type, account: order.accountId, username: order.username },
  ...{ service: order.serviceId, service_code: order.serviceCode, input: order.input, state: order.state },
  ...{ answer: order.answer, price: formatMicros(order.price, order.currency), currency: order.currency },
  ...{ placed_at: order.placedAt, ended_at: order.endedAt },
})

/** `formerText` shows an order of a former panel, which nobody works on here. */
export const formerText = (order: NamedFormerOrder): string =>
  keyValues([
    ['former order', `${order.id} (${order.type}), of the panel that the account has come from`],
    ['state', order.state],
    ['account', `${order.username} (${order.accountId})`],
    ['service', order.serviceCode],
    ['input', order.input],
    ['answer', order.answer],
    ['price', `${formatMicros(order.price, order.currency)} ${order.currency}`],
    ['placed', order.placedAt],
    ['ended', order.endedAt],
  ])
