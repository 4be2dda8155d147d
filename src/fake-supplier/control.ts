import { isIP } from 'node:net'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { formatMicros, parseMicros } from '../lib/money.ts'
import type { FakeDeps } from './deps.ts'
import { listModes, modes } from './panel.ts'
import type { HttpRequest, Reply } from './reply.ts'

export const CONTROL_PATH = '/control'

const decimal = Type.Union([Type.String(), Type.Number()])
const settings = Type.Object({
  mode: Type.Optional(Type.Union(modes.map((mode) => Type.Literal(mode)))),
  /** `for_ms` is how long the mode lasts; without it, until the next one. */
  for_ms: Type.Optional(Type.Integer({ minimum: 1 })),
  balance: Type.Optional(decimal),
  price_factor: Type.Optional(decimal),
  list: Type.Optional(Type.Union(listModes.map((list) => Type.Literal(list)))),
})

/** `answerControl` lets programs of the same machine set what is wrong with the panel (POST) and see what it did (GET). */
export function answerControl(deps: FakeDeps, { method, body }: HttpRequest, remoteAddress: string): Reply {
  if (!isLoopback(remoteAddress)) return say(403, { error: 'only from the same machine' })
  if (method === 'GET') return say(200, sayState(deps))
  if (method !== 'POST') return say(405, { error: 'GET or POST' })
  const wrong = set(deps, body.toString('utf8'))
  return wrong === undefined ? say(200, sayState(deps)) : say(400, { error: wrong })
}

/** `set` changes all that is asked for, or nothing, and gives what is wrong. */
function set({ panel, orders }: FakeDeps, text: string): string | undefined {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return 'a JSON object is expected'
  }
  const unknownName = Object.keys(Object(read)).find((name) => !(name in settings.properties))
  if (unknownName !== undefined) return `${unknownName}: there is no such setting`
  if (!Value.Check(settings, read)) {
    const [first] = Value.Errors(settings, read)
    return `${first?.instancePath.slice(1) || 'the object'}: ${first?.message}`
  }
  const { mode, for_ms, list } = read
  const balance = read.balance === undefined ? orders.balance : parseMicros(String(read.balance))
  const factor = read.price_factor === undefined ? panel.priceFactor : parseMicros(String(read.price_factor))
  if (balance === undefined) return 'balance: an amount such as 12.5 is expected'
  if (factor === undefined || factor < 0n) return 'price_factor: a decimal such as 1.1 is expected'
  if (mode) panel.setMode(mode, for_ms)
  if (list) panel.list = list
  panel.priceFactor = factor
  orders.setBalance(balance)
  return undefined
}

function sayState({ panel, orders }: FakeDeps): Record<string, unknown> {
  const items = [...orders.all()].flatMap((order) => order.items.map((item) => orders.endOf(order, item)))
  return {
    mode: panel.mode,
    list: panel.list,
    price_factor: formatMicros(panel.priceFactor),
    balance: formatMicros(orders.balance),
    bought: orders.bought,
    open: items.filter((end) => end === null).length,
    requests: Object.fromEntries(panel.requests),
  }
}

const say = (status: number, answer: unknown): Reply => ({ status, body: `${JSON.stringify(answer)}\n` })

const isLoopback = (address: string): boolean => {
  const plain = address.replace(/^::ffff:/i, '')
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}
