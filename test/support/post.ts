import { type Agent, request as httpRequest } from 'node:http'
import type { DhruJson, Shop } from './server.ts'

/** `post` places an order on the agent's connections; it rejects when the connection breaks before the whole answer is there. */
export function post(
  agent: Agent,
  url: string,
  shop: Shop,
  order: Record<string, string>,
): Promise<DhruJson> {
  const { promise, resolve, reject } = Promise.withResolvers<DhruJson>()
  const body = new URLSearchParams({
    username: shop.securityId,
    apiaccesskey: shop.secret,
    action: 'placeimeiorder',
    parameters: JSON.stringify(order),
  }).toString()
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
  }
  const request = httpRequest(`${url}/api/dhru`, { agent, method: 'POST', headers }, (reply) => {
    let text = ''
    reply.on('data', (chunk) => {
      text += chunk
    })
    reply.on('end', () => resolve(JSON.parse(text)))
    reply.on('error', reject)
  })
  request.on('error', reject)
  request.end(body)
  return promise
}
