// Hears of orders: set the key's webhook URL to where this can be reached.
// WEBHOOK_SECRET=whsec_... PORT=9000 node webhook.ts
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { verifyWebhook, WebhookError } from 'imeigate/client'

const { WEBHOOK_SECRET: secret = '', PORT: port = '9000' } = process.env

/** In earnest, a table with a unique id, written in the transaction that deals with the order. */
const seen = new Set<string>()

const server = createServer(async (request, response) => {
  try {
    const { id, order } = await verifyWebhook(await buffer(request), request.headers, secret)
    if (!seen.has(id)) console.log(`order ${order.order_id}: ${order.status}`)
    seen.add(id)
    response.writeHead(204).end()
  } catch (error) {
    if (!(error instanceof WebhookError)) throw error
    console.log(`not believed: ${error.message}`)
    response.writeHead(400).end()
  }
})
server.listen(Number(port), () => console.log('listening on', server.address()))
