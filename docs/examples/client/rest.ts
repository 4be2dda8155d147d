// Lists what can be bought, buys a check, and waits for its result.
// IMEIGATE_URL=http://127.0.0.1:8080 IMEIGATE_KEY=<security id>.<secret> node rest.ts
import { ImeigateClient, ImeigateError } from 'imeigate/client'

const { IMEIGATE_URL: url = '', IMEIGATE_KEY: key = '' } = process.env
const client = new ImeigateClient({ url, key })

const me = await client.getMe()
console.log(`${me.username} may: ${me.permissions.join(', ')}`)

for await (const service of client.each('listServices', {})) {
  console.log(`${service.code}: ${service.name}`)
}

try {
  // The same key again, today or after a crash, gives the same order.
  const order = await client.createOrder(
    { code: 'blacklist', data: { imeis: ['490154203237518'] } },
    { idempotencyKey: 'cart-77' },
  )
  console.log(`order ${order.order_id}: ${order.total_price} ${order.currency}`)
  const ended = await client.waitForOrder(order.order_id, { signal: AbortSignal.timeout(60_000) })
  for (const { imei, status, result } of ended.result) console.log(`${imei} ${status}: ${result}`)
} catch (error) {
  if (!(error instanceof ImeigateError)) throw error
  console.log(`${error.code}: ${error.message}`, error.errors)
}
