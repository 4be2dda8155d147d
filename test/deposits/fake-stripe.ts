import { createHmac, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Clock } from '../../src/lib/time.ts'

export const SECRET_KEY = 'sk_test_of_the_fake'
export const WEBHOOK_SECRET = 'whsec_of_the_fake'

// biome-ignore lint/suspicious/noExplicitAny: sessions are what each test makes of them.
export type Session = any

/** `Fault` is what goes wrong with the next request that opens a session. */
type Fault = 'no answer' | 'an answer that is lost' | 'an error' | 'an amount that it does not take' | 'busy'

interface Kept {
  form: string
  status: number
  body: unknown
}

/** `FakeStripe` is the part of Stripe's API that deposits use, over real HTTP, with its idempotency and its signed events. */
export class FakeStripe {
  readonly sessions = new Map<string, Session>()
  /** `keys` are the idempotency keys of the requests that opened sessions, in order. */
  readonly keys: string[] = []
  faults: Fault[] = []
  /** `beforeAnswer` is awaited before a session's answer goes out. */
  beforeAnswer: (session: Session) => Promise<unknown> = async () => {}
  readonly #clock: Clock
  readonly #kept = new Map<string, Kept | 'in use'>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  private constructor(clock: Clock) {
    this.#clock = clock
  }

  static async start(clock: Clock): Promise<FakeStripe> {
    const fake = new FakeStripe(clock)
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve))
    return fake
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  only(): Session {
    if (this.sessions.size !== 1) throw new Error(`there are ${this.sessions.size} sessions`)
    return [...this.sessions.values()][0]
  }

  /** `pay` is the payer's payment. */
  pay(session: Session): Session {
    return Object.assign(session, { status: 'complete', payment_status: 'paid' })
  }

  /** `payLater` is a payment for which the payer's bank takes days. */
  payLater(session: Session): Session {
    return Object.assign(session, { status: 'complete', payment_status: 'unpaid', intent: 'processing' })
  }

  event(type: string, session: Session, id = `evt_${randomUUID()}`): object {
    return { id, object: 'event', type: `checkout.session.${type}`, data: { object: seen(session) } }
  }

  /** `tell` sends an event to a hook, signed as Stripe does unless told otherwise. */
  async tell(
    hook: string,
    event: unknown,
    { secret = WEBHOOK_SECRET, age = 0, header }: { secret?: string; age?: number; header?: string } = {},
  ): Promise<number> {
    const body = typeof event === 'string' ? event : JSON.stringify(event)
    const time = Math.floor(this.#clock.now().getTime() / 1000) - age
    const reply = await fetch(hook, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': header ?? `t=${time},v1=${sign(body, time, secret)},v0=${'0'.repeat(64)}`,
      },
      body,
    })
    await reply.text()
    return reply.status
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await text(request)
    const say = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const refuse = (status: number, message: string, code?: string): void =>
      say(status, { error: { type: 'invalid_request_error', message, code } })
    if (request.headers.authorization !== `Bearer ${SECRET_KEY}`)
      return refuse(401, 'Invalid API Key provided: sk_***')
    const [, id, expire] = /^\/v1\/checkout\/sessions(?:\/([^/?]+)(\/expire)?)?/.exec(request.url ?? '') ?? []
    if (request.method === 'POST' && id === undefined) return await this.#open(request, form, say, refuse)
    if (id === undefined && request.url?.endsWith('/sessions?limit=1')) {
      return say(200, { object: 'list', data: [...this.sessions.values()].slice(-1).map(seen) })
    }
    const session = this.sessions.get(id ?? '')
    if (!session) return refuse(404, `No such checkout.session: ${id}`, 'resource_missing')
    if (expire === undefined) return say(200, seen(session))
    if (session.status !== 'open')
      return refuse(400, `Only open sessions can be expired, this is ${session.status}`)
    session.status = 'expired'
    say(200, seen(session))
  }

  async #open(
    request: IncomingMessage,
    form: string,
    say: (status: number, body: unknown) => void,
    refuse: (status: number, message: string, code?: string) => void,
  ): Promise<void> {
    const key = String(request.headers['idempotency-key'])
    this.keys.push(key)
    const fault = this.faults.shift()
    if (fault === 'no answer') return void request.socket.destroy()
    if (fault === 'busy') return refuse(429, 'Too many requests')
    const kept = this.#kept.get(key)
    if (kept === 'in use') return refuse(409, 'Another request uses this key', 'idempotency_key_in_use')
    if (kept)
      return kept.form === form ? say(kept.status, kept.body) : refuse(400, 'other parameters', 'idempotency')
    this.#kept.set(key, 'in use')
    const answer = this.#opened(new URLSearchParams(form), fault)
    await this.beforeAnswer(answer.session)
    this.#kept.set(key, { form, status: answer.status, body: answer.body })
    if (fault === 'an answer that is lost') return void request.socket.destroy()
    say(answer.status, answer.body)
  }

  #opened(
    form: URLSearchParams,
    fault: Fault | undefined,
  ): { status: number; body: unknown; session?: Session } {
    const error = (message: string, code?: string) => ({ status: 400, body: { error: { message, code } } })
    if (fault === 'an error') return { status: 500, body: { error: { message: 'An error' } } }
    if (fault !== undefined && fault !== 'an answer that is lost') return error(fault, 'amount_too_small')
    const item = 'line_items[0][price_data]'
    const amount = form.get(`${item}[unit_amount]`) ?? ''
    const left = Number(form.get('expires_at')) - this.#clock.now().getTime() / 1000
    if (left < 1800 || left > 86_400) return error('expires_at must be in 30 minutes to 24 hours')
    if (!/^[1-9]\d{0,7}$/.test(amount)) return error('Invalid integer: unit_amount')
    if (
      form.get('mode') !== 'payment' ||
      !form.get('success_url') ||
      !form.get(`${item}[product_data][name]`)
    ) {
      return error('Missing required param')
    }
    const id = `cs_test_${this.sessions.size + 1}_${randomUUID()}`
    const session = {
      ...{ id, object: 'checkout.session', url: `https://pay.example.com/${id}`, status: 'open' },
      ...{ payment_status: 'unpaid', amount_total: Number(amount), currency: form.get(`${item}[currency]`) },
      client_reference_id: form.get('client_reference_id'),
      metadata: Object.fromEntries(
        [...form].flatMap(([name, value]) => {
          const [, field] = /^metadata\[(.+)\]$/.exec(name) ?? []
          return field === undefined ? [] : [[field, value]]
        }),
      ),
    }
    this.sessions.set(id, session)
    return { status: 200, body: seen(session), session }
  }
}

/** `seen` copies a session as it is now: a later change does not change what was sent. */
const seen = ({ intent, ...session }: Session): Session => ({
  ...structuredClone(session),
  payment_intent: intent === undefined ? null : { id: 'pi_1', object: 'payment_intent', status: intent },
})

export const sign = (body: string, time: number, secret: string): string =>
  createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
