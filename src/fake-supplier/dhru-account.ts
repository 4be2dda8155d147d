import { formatMicros, formatMoney } from '../lib/money.ts'
import { readOrderFields } from '../protocols/dhru/order-fields.ts'
import { type Call, refuse, succeed } from './dhru-call.ts'
import type { Reply } from './reply.ts'
import { sayService } from './service-list.ts'

export function accountInfo({ orders, request }: Call): Reply {
  const account = {
    credit: formatMoney(orders.balance, 'USD'),
    creditraw: formatMicros(orders.balance),
    mail: 'fake@example.com',
    currency: 'USD',
    username: request.username,
  }
  return succeed({ message: 'Your Account Info', AccoutInfo: account })
}

export const serviceList = ({ panel, list }: Call): Reply => ({
  status: 200,
  body: list.bytes(),
  ...(panel.list === 'cut' && { manner: 'cut' }),
})

export function serviceDetails({ panel, parameters }: Call): Reply {
  const read =
    parameters.ok && parameters.value.kind === 'one' ? readOrderFields(parameters.value.fields) : undefined
  const service = read?.ok ? panel.find(read.value.service ?? '') : undefined
  if (!service) return refuse('service')
  return succeed({ MESSAGE: 'IMEI Service Details', LIST: sayService(panel, service) })
}
