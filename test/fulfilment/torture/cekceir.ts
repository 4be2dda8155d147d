import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../../src/lib/time.ts'
import { type Answer, accepted, faultOf, type Order, truly } from './cekceir-shapes.ts'
import { mishap, turnedAway } from './mishaps.ts'
import { Draw } from './random.ts'
import type { Reply } from './server.ts'
import { aboutAnother } from './shapes.ts'
import { type Purchase, type Truth, tokenOf } from './truth.ts'
import { oddWords, wordsOf } from './words.ts'

/** `TortureCekceir` is a REST API whose orders hold many items. */
export class TortureCekceir {
  readonly #traits: { name: string; honoursKeys: boolean; fronts: number[]; clock: Clock }
  readonly #truth: Truth
  readonly #seed: number
  readonly #orders = new Map<string, Order>()
  readonly #byKey = new Map<string, Order>()
  readonly #times = new Map<string, number>()
  #number = 900

  constructor(
    traits: { name: string; honoursKeys: boolean; fronts: number[]; clock: Clock },
    truth: Truth,
    seed: number,
  ) {
    this.#traits = traits
    this.#truth = truth
    this.#seed = seed
  }

  readonly handle = (request: IncomingMessage, body: Buffer): Reply => {
    const url = new URL(request.url ?? '', 'http://here')
    const path = url.pathname.replace(/^.*\/api/, '')
    const reply = ((): Reply => {
      if (path === '/me' || path === '/wallet/snap') {
        return { what: 'account', body: '{"username":"shop","balance":"1000","currency":"USD"}' }
      }
      if (request.method === 'POST') {
        const { code, data } = JSON.parse(body.toString('utf8')) as {
          code: string
          data: { imeis: string[] }
        }
        const said = this.#place(code, data.imeis, String(request.headers['idempotency-key']))
        for (const input of data.imeis)
          this.#truth.note(input, `${this.#traits.name}: ${said.what}, for ${data.imeis.length}`)
        return said
      }
      if (path === '/order') return this.#list(url.searchParams)
      const id = path.split('/').at(-1) ?? ''
      const said = this.#status(id)
      for (const { input } of this.#orders.get(id)?.items ?? [])
        this.#truth.note(input, `${this.#traits.name}: ${said.what}`)
      return said
    })()
    // Orders are looked for by the time at which they were made.
    const headers = { date: this.#traits.clock.now().toUTCString(), 'content-type': 'application/json' }
    return { ...reply, headers: { ...headers, ...reply.headers } }
  }

  #draw(what: string, about: string): Draw {
    const time = (this.#times.get(`${what} ${about}`) ?? 0) + 1
    this.#times.set(`${what} ${about}`, time)
    return new Draw(this.#seed, this.#traits.name, what, about, time)
  }

  #place(code: string, inputs: string[], key: string): Reply {
    const { name, fronts, honoursKeys, clock } = this.#traits
    const draw = this.#draw('place', inputs.join())
    const had = honoursKeys ? this.#byKey.get(key) : undefined
    const buy = (): Order => {
      if (had) return had
      const id = String(++this.#number)
      const items = inputs.map((input) => {
        const end = draw.chance(0.85) ? 'delivered' : 'rejected'
        return this.#truth.buy(name, input, id, { end, endsAfter: Math.floor(draw.next() * 4) })
      })
      const order = { id, code, items, at: clock.now() }
      this.#orders.set(id, order)
      this.#byKey.set(key, order)
      return order
    }
    const maybe = (): void => void (draw.chance(0.5) && buy())
    const way = draw.weighted({ whole: 84, away: 1.5, mishap: 10, held: 1.5, slow: 1 })
    if (way === 'away') return turnedAway(draw, fronts)
    if (way === 'mishap') {
      const taken = had ?? (draw.chance(0.5) ? buy() : undefined)
      const answer = JSON.stringify(taken ? accepted(taken) : faultOf(wordsOf(draw, 'item')))
      const reply = mishap(draw, answer, JSON.stringify(faultOf(wordsOf(draw, 'item'))), fronts)
      return { ...reply, what: `place, ${reply.what}` }
    }
    const stranger = this.#truth.stranger(draw, ...inputs)
    const said = draw.weighted({
      accepted: had ? 100 : 72,
      'refused for the item': had ? 0 : 8,
      trouble: had ? 0 : 2,
      'words that nobody knows': had ? 0 : 3,
      'refused and accepted': 1.5,
      'something broke': 2,
      'busy, and nothing done': had ? 0 : 1,
      'busy, and perhaps done': 1,
      'another device': stranger ? 2 : 0,
      'a number that another has': 2,
      'a conflict': had ? 0 : 1,
      'no number': 1,
    })
    const say = (status: number, answer: Answer): Reply => ({
      what: `place, ${said}`,
      status,
      body: JSON.stringify(answer),
      manner: way,
    })
    switch (said) {
      case 'accepted':
        return say(draw.one([200, 201]), accepted(buy()))
      case 'refused for the item':
        return say(draw.one([400, 404, 422]), faultOf(wordsOf(draw, 'item')))
      case 'trouble':
        return say(draw.one([401, 402, 403]), faultOf('no'))
      case 'words that nobody knows': {
        const oddity = draw.one(['refusal', 'delay', 'odd'] as const)
        if (oddity === 'odd') maybe()
        return say(422, faultOf(oddWords(draw, oddity) || 'X'))
      }
      case 'refused and accepted':
        maybe()
        return say(422, faultOf(wordsOf(draw, 'taken')))
      case 'something broke':
        maybe()
        return say(draw.one([400, 422, 500]), faultOf(wordsOf(draw, 'internal')))
      case 'busy, and nothing done':
        return say(503, { ...faultOf('busy'), mayHaveBeenDone: false })
      case 'busy, and perhaps done':
        maybe()
        return say(503, { ...faultOf('busy'), mayHaveBeenDone: true })
      case 'another device':
        maybe()
        return say(200, {
          order_id: ++this.#number,
          status: 'success',
          total: 1,
          result: {
            Code: tokenOf(stranger as Purchase),
            ...aboutAnother(draw, (stranger as Purchase).input),
          },
        })
      case 'a number that another has': {
        maybe()
        const known = this.#truth.knownAt(name, ...inputs)
        return known
          ? say(200, { order_id: known.reference, status: 'pending', total: inputs.length })
          : say(500, faultOf('no'))
      }
      case 'a conflict':
        return say(
          409,
          draw.one([
            { ...faultOf('such an order is there'), order_id: '4711' },
            faultOf(wordsOf(draw, 'duplicate')),
          ]),
        )
      case 'no number':
        maybe()
        return say(200, { status: 'pending', message: 'ok' })
    }
  }

  #list(query: URLSearchParams): Reply {
    const draw = this.#draw('list', query.get('q') ?? '')
    if (draw.chance(0.1))
      return {
        ...mishap(draw, '{"data":{"items":[]', '{"error":true,"code":"X"}', this.#traits.fronts),
        what: 'list, a mishap',
      }
    const items = this.#truth.of(query.get('q') ?? '').flatMap(({ panel, reference }) => {
      const order = panel === this.#traits.name ? this.#orders.get(reference) : undefined
      if (!order) return []
      const { id, code, at } = order
      return [
        {
          order_id: id,
          service_code: code,
          created_at: at.toISOString(),
          status: 'pending',
          data: { imeis: order.items.map(({ input }) => input) },
        },
      ]
    })
    return { what: 'list', body: JSON.stringify({ data: { page: { items, next_cursor: null } } }) }
  }

  #status(id: string): Reply {
    const { fronts } = this.#traits
    const draw = this.#draw('status', id)
    const order = this.#orders.get(id)
    if (!order)
      return { what: 'status, no such order', status: 404, body: JSON.stringify(faultOf('Order not found')) }
    for (const item of order.items) {
      this.#truth.askedAbout(item)
    }
    const way = draw.weighted({ whole: 86, away: 1, mishap: 6, held: 1.5, slow: 1 })
    if (way === 'away') return turnedAway(draw, fronts)
    const ends = order.items.map((one) => (one.told.size > 0 || one.asked > one.endsAfter ? one.end : 'open'))
    const answer = truly(draw, order, ends)
    if (way === 'mishap') {
      const reply = mishap(draw, JSON.stringify(answer), JSON.stringify(faultOf('Order not found')), fronts)
      return { ...reply, what: `status, ${reply.what}` }
    }
    const stranger = this.#truth.stranger(draw, ...order.items.map(({ input }) => input))
    const said = draw.weighted({
      'as it is': 90,
      'another device': stranger ? 2 : 0,
      'another order': 2,
      'something broke': 2,
      'a state that nobody knows': 2,
    })
    const say = (body: Answer, status = 200): Reply => ({
      what: `status, ${said}`,
      status,
      body: JSON.stringify(body),
      manner: way,
    })
    switch (said) {
      case 'as it is':
        return {
          ...say(answer),
          told: () => {
            for (const [index, item] of order.items.entries())
              if (ends[index] !== 'open') this.#truth.tell(item, item.end)
          },
        }
      case 'another device': {
        const { input } = stranger as Purchase
        const text = tokenOf(stranger as Purchase)
        const result = draw.one<unknown>([
          [{ imei: input, status: 'success', result: text }],
          { [input]: text },
          { IMEI: input, Code: text },
        ])
        return say({ order_id: id, status: 'success', total: order.items.length, result })
      }
      case 'another order':
        return say({
          order_id: `9${id}`,
          status: draw.one(['success', 'failed']),
          total: 1,
          result: 'Code: 1234',
        })
      case 'something broke':
        return say(faultOf(wordsOf(draw, 'internal')), draw.one([400, 404, 500]))
      case 'a state that nobody knows':
        return say({ order_id: id, status: 'maybe', total: order.items.length, result: 'Code: 1234' })
    }
  }
}
