import { failure } from '../lib/failures.ts'
import type { ExchangeRow, Order } from './demo-rows.ts'

/** WAITED_MS is how long an answer was waited for. */
const WAITED_MS = 30_000

/**
 * `exchangesOf` are the requests that were kept of what has no clear outcome in the demo: its suppliers are sandboxes, and these are what a Dhru panel
 * would have been sent. `ids` are the numbers of the orders.
 */
export function exchangesOf(orders: readonly Order[], ids: readonly number[]): ExchangeRow[] {
  return orders.flatMap(({ account, service, items }, place) =>
    items.flatMap((item, at) =>
      item.attempts
        .filter(({ state }) => state === 'unknown')
        .map((attempt): ExchangeRow => {
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
          const sent = {
            ...{ account_id: account.id, order_id: ids[place] as number, position: at + 1 },
            ...{ number: attempt.number, at: attempt.created_at, url, request: String(body) },
          }
          if (attempt.unrecognised === null) {
            const error = failure('too_late', { place: new URL(url).hostname, ms: WAITED_MS })
            return { ...sent, status: null, answer: null, error, milliseconds: WAITED_MS }
          }
          const answer = JSON.stringify({ ERROR: [{ MESSAGE: attempt.detail }], apiversion: '6.1' })
          return { ...sent, status: 200, answer, error: null, milliseconds: 640 }
        }),
    ),
  )
}
