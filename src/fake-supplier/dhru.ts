import { readRequest } from '../protocols/dhru/form.ts'
import { readParameters } from '../protocols/dhru/parameters.ts'
import { accountInfo, serviceDetails, serviceList } from './dhru-account.ts'
import { orderStatuses, placeOrders } from './dhru-bulk.ts'
import { type Call, refuse } from './dhru-call.ts'
import { orderStatus, placeOrder } from './dhru-orders.ts'
import { readFormFast } from './multipart.ts'
import type { Parts } from './parts.ts'
import type { Asked, Reply } from './reply.ts'

/** By name, in lower case; all others are an `Invalid Action`. */
const actions = new Map<string, (call: Call) => Reply>([
  ['accountinfo', accountInfo],
  ['imeiservicelist', serviceList],
  ['servicelist', serviceList],
  ['getimeiservicedetails', serviceDetails],
  ['placeimeiorder', placeOrder],
  ['placeorder', placeOrder],
  ['placeserverorder', placeOrder],
  ['placeimeiorderbulk', placeOrders],
  ['placeorderbulk', placeOrders],
  ['placebulkorder', placeOrders],
  ['getimeiorder', orderStatus],
  ['getserverorder', orderStatus],
  ['orderstatus', orderStatus],
  ['getimeiorderbulk', orderStatuses],
  ['getserverorderbulk', orderStatuses],
  ['orderstatusbulk', orderStatuses],
])

/** Answers a POST in any of the encodings that imeigate's own Dhru endpoint reads; always in JSON. */
export async function answerDhru(parts: Parts, asked: Asked): Promise<Reply> {
  const { panel } = parts
  const request = readRequest(await readFormFast(asked.headers['content-type'], asked.body))
  const action = actions.get(request.action)
  panel.count(action ? request.action : 'unknown action')
  const header = asked.headers['idempotency-key']
  const key = (typeof header === 'string' ? header : request.idempotencyKey) ?? null
  const call = { ...parts, request, parameters: readParameters(request.form), key }
  const reply = refusesAll(call) ?? (action ? action(call) : refuse('action'))
  return { failure: FAILURE, ...reply, ...(panel.options.idempotency && { headers: { 'x-imeigate': '1' } }) }
}

function refusesAll({ panel, request: { username, secret } }: Call): Reply | undefined {
  if (panel.mode === 'maintenance') return refuse('maintenance')
  return panel.mode === 'login' || !panel.knows(username, secret) ? refuse('login') : undefined
}

const FAILURE = String(refuse('failure').body)
