import type { ItemExchange } from '../fulfilment/outcome/exchanges.sql.ts'
import type { AccountId, OrderId } from '../lib/ids.ts'
import type { Order } from './demo-rows.ts'

/** WAITED_MS is how long an answer was waited for. */
const WAITED_MS = 30_000

/**
 * `exchangesOf` are the requests that were kept of what has no clear outcome in the demo: its suppliers are sandboxes, and these are what a Dhru panel
 * would have been sent. `ids` are the numbers of the orders.
 */
export function exchangesOf(orders: readonly Order[], ids: readonly number[]): ItemExchange[] {
  return orders.flatMap(({ account, service, items }, place) =>
    items.flatMap((item, at) =>
      item.attempts
        .filter(({ state }) => state === 'unknown')
        .flatMap((attempt): ItemExchange[] => {
          const supplier = service.routes.find(
            ({ supplierId }) => supplierId === attempt.supplier_id,
          )?.supplier
          const url = `https://${(supplier ?? 'panel').toLowerCase().replaceAll(' ', '-')}.example/api/index.php`
          const fields = Object.entries(item.fields ?? {}).map(
            ([name, value]) => `<${name}>${value}</${name}>`,
          )
          const parameters = `<PARAMETERS><IMEI>${item.input}</IMEI><ID>${service.id + 400}</ID>${fields.join('')}</PARAMETERS>`
          const body = new URLSearchParams({
            ...{
              username: 'demo-shop',
              apiaccesskey: '***',
              action: 'placeimeiorder',
              requestformat: 'JSON',
            },
            parameters,
          })
          const sent = { method: 'POST', url, headers: {}, body: String(body) }
          const named = {
            item: { accountId: account.id as AccountId, orderId: ids[place] as OrderId, position: at + 1 },
            attempt: attempt.number,
          }
          if (attempt.unrecognised !== null) {
            const said = JSON.stringify({ ERROR: [{ MESSAGE: attempt.detail }], apiversion: '6.1' })
            const answer = { status: 200, headers: {}, body: said }
            const exchanged = { ...sent, answer, error: null, milliseconds: 640 }
            return [{ ...named, call: 'send', at: attempt.created_at, exchanged }]
          }
          const silent = { answer: null, error: 'no answer within 30 seconds', milliseconds: WAITED_MS }
          return [{ ...named, call: 'send', at: attempt.created_at, exchanged: { ...sent, ...silent } }]
        }),
    ),
  )
}
