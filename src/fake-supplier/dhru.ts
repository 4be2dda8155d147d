import { formatMicros, formatMoney } from '../lib/money.ts'
import { readRequest } from '../protocols/dhru/form.ts'
import { readOrderFields } from '../protocols/dhru/order-fields.ts'
import { readParameters } from '../protocols/dhru/parameters.ts'
import { readForm } from '../protocols/dhru/read-form.ts'
import type { FakeDeps } from './deps.ts'
import { orderStatuses, placeOrders } from './dhru-bulk.ts'
import { type Call, refuse, succeed } from './dhru-call.ts'
import { orderStatus, placeOrder } from './dhru-orders.ts'
import { printed } from './prices.ts'
import type { HttpRequest, Reply } from './reply.ts'
import { sayService } from './service-list.ts'

/** `actions` has every action by its name in lower case; any other name is an `Invalid Action`. */
const actions = new Map<string, (call: Call) => Reply>([
  ['accountinfo', accountInfo],
  ['imeiservicelist', serviceList],
  ['servicelist', serviceList],
  ['getimeiservicedetails', serviceDetails],
  ['placeimeiorder', placeOrder],
  ['placeorder', placeOrder],
  ['placeserverorder', placeOrder],
  ['placeremoteorder', placeOrder],
  ['placeimeiorderbulk', placeOrders],
  ['placeorderbulk', placeOrders],
  ['placebulkorder', placeOrders],
  ['getimeiorder', orderStatus],
  ['getserverorder', orderStatus],
  ['getremoteorder', orderStatus],
  ['orderstatus', orderStatus],
  ['getimeiorderbulk', orderStatuses],
  ['getserverorderbulk', orderStatuses],
  ['orderstatusbulk', orderStatuses],
])

/** `answerDhru` answers a POST in any of the encodings that imeigate's own Dhru endpoint reads; always in JSON. */
export async function answerDhru(deps: FakeDeps, { headers, body }: HttpRequest): Promise<Reply> {
  const { panel } = deps
  const request = readRequest(readForm(headers['content-type'], body))
  const action = actions.get(request.action)
  panel.count(action ? request.action : 'unknown action')
  const header = headers['idempotency-key']
  const key = (typeof header === 'string' ? header : request.idempotencyKey) ?? null
  const call = { ...deps, request, parameters: readParameters(request.form), key }
  const reply = refusesAll(call) ?? (action ? action(call) : refuse('action'))
  return { failure: FAILURE, ...reply, ...(panel.options.idempotency && { headers: { 'x-imeigate': '1' } }) }
}

function refusesAll({ panel, request: { username, secret } }: Call): Reply | undefined {
  if (panel.mode === 'maintenance') return refuse('maintenance')
  return panel.mode === 'login' || !panel.knows(username, secret) ? refuse('login') : undefined
}

const FAILURE = String(refuse('failure').body)

function accountInfo({ orders, panel, request }: Call): Reply {
  const { currency } = panel.options
  const account = {
    credit: currency === 'USD' ? formatMoney(orders.balance, currency) : printed(orders.balance, currency),
    creditraw: formatMicros(orders.balance, currency),
    mail: 'fake@example.com',
    currency,
    username: request.username,
  }
  return succeed({ message: 'Your Account Info', AccoutInfo: account })
}

function serviceList({ panel, list }: Call): Reply {
  return { status: 200, body: list.bytes(), ...(panel.list === 'cut' && { manner: 'cut' }) }
}

function serviceDetails({ panel, parameters }: Call): Reply {
  const read =
    parameters.ok && parameters.value.kind === 'one' ? readOrderFields(parameters.value.fields) : undefined
  const service = read?.ok ? panel.find(read.value.service ?? '') : undefined
  if (!service) return refuse('service')
  return succeed({ MESSAGE: 'IMEI Service Details', LIST: sayService(panel, service) })
}
