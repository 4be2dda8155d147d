import { isObject } from '../lib/json.ts'
import { formatMicros } from '../lib/money.ts'
import { fieldsOf } from '../protocols/dhru/fields.ts'
import { parseJson } from '../protocols/dhru/json.ts'
import type { FakeDeps } from './deps.ts'
import type { Order, PurchaseRequest } from './order.ts'
import { type RefusalName, refusals } from './refusals.ts'
import type { HttpRequest, Reply } from './reply.ts'
import { sayOrder } from './rest-order.ts'
import { sayDetails, sayListed } from './rest-services.ts'

/** `isRest` tells the REST API's paths; a POST to any other one is taken for Dhru. */
export const isRest = (path: string): boolean => /^\/api\/(?:me|services|order|wallet)(?:\/|$)/.test(path)

/** `answerRest` answers a request of the REST API, whose Bearer key is `<user name>.<secret>`. */
export function answerRest(deps: FakeDeps, request: HttpRequest): Reply {
  const [, , resource = '', name, detail] = request.path.split('/')
  const action = `${request.method} ${resource}`
  const known = ['GET me', 'GET services', 'GET order', 'POST order', 'GET wallet'].includes(action)
  deps.panel.count(known ? action : 'unknown action')
  return { failure: FAILURE, ...(refusesAll(deps, request) ?? act(deps, request, action, name, detail)) }
}

function act(deps: FakeDeps, request: HttpRequest, action: string, name = '', detail = ''): Reply {
  const { panel, orders } = deps
  switch (action) {
    case 'GET me':
      return say(200, sayMe(request))
    case 'GET wallet':
      return say(200, { balance: formatMicros(orders.balance), reserved: '0.00', wallet_id: 1 })
    case 'GET services': {
      if (name === '')
        return { ...listServices(deps, request), ...(panel.list === 'cut' && { manner: 'cut' }) }
      const service = panel.find(name)
      return service ? say(200, { data: sayDetails(panel, service) }) : refuse('service')
    }
    case 'POST order':
      return placeOrder(deps, request)
    case 'GET order': {
      if (name === '') return listOrders(deps, request)
      const order = orders.ask(name, 'rest')
      if (!order) return refuse('order')
      const { order_id, status, message, result, error_message, ...more } = sayOrder(deps, order)
      const short = { order_id, status, message, result, error_message }
      return say(200, detail === 'status' ? short : { ...short, ...more })
    }
    default:
      return refuse('action')
  }
}

function refusesAll({ panel }: FakeDeps, { headers }: HttpRequest): Reply | undefined {
  if (panel.mode === 'maintenance') return refuse('maintenance')
  const key = keyOf(headers.authorization)
  const dot = key.indexOf('.')
  const username = dot < 0 ? null : key.slice(0, dot)
  return panel.mode === 'login' || !panel.knows(username, key.slice(dot + 1)) ? refuse('login') : undefined
}

const keyOf = (authorization = ''): string => /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? ''

const say = (status: number, answer: unknown): Reply => ({ status, body: JSON.stringify(answer) })

function refuse(name: RefusalName): Reply {
  const { status, code, source, message, description } = refusals[name]
  return say(status, {
    error: true,
    code,
    message: `${message}: ${description}`,
    source,
    errors: {},
    traceId: 'fake-trace',
  })
}

const FAILURE = String(refuse('failure').body)

const sayMe = ({ headers }: HttpRequest): Record<string, unknown> => ({
  user_id: 1,
  via: 'client_api_key',
  access_channel: 'api',
  account_type: 'basic',
  role: 'user',
  phone: null,
  profile_picture_url: null,
  username: keyOf(headers.authorization).split('.')[0],
  email: 'fake@example.com',
  session_id: null,
  api_key_id: 1,
  api_key_type: 'client',
  external_user: null,
  permissions: ['user.me.read', 'service.list', 'service.read_detail', 'order.create', 'wallet.balance.read'],
  token: { expires_at: null, expires_in: null },
})

function listServices({ panel }: FakeDeps, request: HttpRequest): Reply {
  const { rows, next } = pageOf(panel.offered(), request)
  return say(200, { data: { page: { items: rows.map(sayListed), next_cursor: next } } })
}

/** `listOrders` lists the orders that came by REST, the oldest first. */
function listOrders(deps: FakeDeps, request: HttpRequest): Reply {
  const given = (name: string): string => request.query.get(name) ?? ''
  const [input, service, status] = [given('q'), given('service_code'), given('status')]
  const from = Date.parse(given('created_from')) || 0
  const to = Date.parse(given('created_to')) || Number.POSITIVE_INFINITY
  const matches = ({ via, at, service: id, items }: Order): boolean =>
    via === 'rest' &&
    at >= from &&
    at <= to &&
    (service === '' || deps.panel.find(service)?.id === id) &&
    items.every(({ fault }) => !fault.unfindable) &&
    items.some((item) => item.input.includes(input))
  const orders = [...deps.orders.all()].filter(matches).map((order) => sayOrder(deps, order))
  const { rows, next } = pageOf(
    orders.filter((order) => status === '' || order.status === status),
    request,
  )
  return say(200, { data: { page: { items: rows, next_cursor: next } } })
}

const MAX_PAGE = 50
const USUAL_PAGE = 20

/** `pageOf` cuts a page; its cursor is how many rows came before. */
function pageOf<Row>(rows: Row[], { query }: HttpRequest): { rows: Row[]; next: number | null } {
  const numberIn = (name: string, otherwise: number): number => {
    const text = query.get(name) ?? ''
    return /^\d{1,9}$/.test(text) ? Number(text) : otherwise
  }
  const start = numberIn('cursor', 0)
  const end = start + Math.min(MAX_PAGE, Math.max(1, numberIn('limit', USUAL_PAGE)))
  return { rows: rows.slice(start, end), next: end < rows.length ? end : null }
}

function placeOrder(deps: FakeDeps, request: HttpRequest): Reply {
  const purchase = readPurchase(request)
  if (!purchase) return refuse('request')
  const result = deps.orders.place(purchase)
  if (result.kind === 'refused') return refuse(result.refusal)
  if (result.kind === 'ignored') return { ...refuse('failure'), manner: result.manner }
  return { ...say(200, sayOrder(deps, result.order)), manner: result.manner }
}

/** `readPurchase` reads `{code, data: {imeis, quantity, ...fields}}`; no input may come twice in one order. */
function readPurchase({ body, headers }: HttpRequest): PurchaseRequest | undefined {
  const read = parseJson(body.toString('utf8'))
  const sent = read.ok ? read.value : undefined
  if (!isObject(sent) || !isObject(sent['data'])) return undefined
  const { imeis = [''], quantity = 1, ...fields } = sent['data']
  if (!Array.isArray(imeis) || new Set(imeis).size < imeis.length) return undefined
  const key = headers['idempotency-key']
  return {
    via: 'rest',
    service: String(sent['code']),
    inputs: imeis.map(String),
    quantity: Number(quantity),
    fields: fieldsOf(fields),
    key: typeof key === 'string' ? key : null,
  }
}
