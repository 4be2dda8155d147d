import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** Kept is what a gateway keeps of a payment, whatever it calls it. */
export interface Kept {
  /** `id` is the gateway's own, `name` the one that we gave. */
  id: string
  name: string
  amount: number
  currency: string
  /** `status` is in the gateway's own words. */
  status: string
  received: number | string | null
  /** `hook` is where it was told to say that something happened. */
  hook: string | null
  seconds: number | null
}

/** Fault is what goes wrong with the next request. */
type Fault = 'no answer' | 'an answer that is lost' | 'an error' | 'busy' | 'refused' | 'no JSON'

type Say = (status: number, body: unknown) => unknown

/** FakeGateway is a gateway that speaks JSON, over real HTTP. It goes wrong as asked. */
export abstract class FakeGateway {
  readonly payments = new Map<string, Kept>()
  faults: Fault[] = []
  /** `asked` counts the questions for a payment. */
  asked = 0
  /** `lie` changes what is said of a payment. */
  lie: (payment: Kept) => Kept = (payment) => payment
  readonly #server = createServer((request, response) => void this.#serve(request, response))

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** `last` is the payment that was opened last. */
  last(): Kept {
    const payment = [...this.payments.values()].at(-1)
    if (!payment) throw new Error('there is no payment')
    return payment
  }

  pay(payment: Kept, received: number | string = payment.amount): Kept {
    return Object.assign(payment, { status: this.words.paid, received })
  }

  abstract readonly words: { paid: string; open: string; expired: string }
  abstract readonly kind: string
  abstract settings(serverUrl: string): Record<string, unknown>
  abstract readonly secrets: Record<string, string>
  /** `tell` says to the hook that something happened to a payment. */
  abstract tell(hook: string, payment: Kept, how?: { forged?: boolean }): Promise<number>
  protected abstract answer(request: IncomingMessage, body: string, say: Say): unknown

  protected keep(payment: Omit<Kept, 'id' | 'status' | 'received'>): Kept {
    const id = String(7000 + this.payments.size)
    const kept = { ...payment, id, status: this.words.open, received: null }
    this.payments.set(id, kept)
    return kept
  }

  protected seen(payment: Kept): Kept {
    this.asked++
    return this.lie({ ...payment })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const body = await text(request)
    const fault = this.faults.shift()
    const say: Say = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(typeof value === 'string' ? value : JSON.stringify(value))
    }
    if (fault === 'no answer') return request.socket.destroy()
    if (fault === 'an error') return say(500, { message: 'An error' })
    if (fault === 'busy') return say(429, { message: 'Too many' })
    if (fault === 'no JSON') return say(200, '<html>')
    if (fault === 'refused')
      return say(400, {
        message: 'no',
        secret: [...Object.values(this.secrets), request.headers.authorization],
      })
    if (fault === 'an answer that is lost') {
      return this.answer(request, body, () => request.socket.destroy())
    }
    return this.answer(request, body, say)
  }
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<number> {
  const reply = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  await reply.text()
  return reply.status
}

const basic = (key: string): string => `Basic ${Buffer.from(`${key}:`).toString('base64')}`

/** FakeBridge is a bridge of the panels' payment-gateway kit. */
export class FakeBridge extends FakeGateway {
  readonly kind = 'dhru-gateway'
  readonly words = { paid: 'Paid', open: 'Unpaid', expired: 'Expired' }
  readonly secrets = { api_key: 'key_of_the_bridge' }

  settings(serverUrl: string): Record<string, unknown> {
    const success = 'https://shop.example.com/paid'
    return { url: `${this.url}/pay/`, server_url: serverUrl, success_url: success, customer_email: 'a@b.cd' }
  }

  tell(_hook: string, payment: Kept, { forged = false } = {}): Promise<number> {
    const url = forged ? String(payment.hook).replace(/.{8}$/, '00000000') : String(payment.hook)
    return post(url, { event: { type: 'charge:confirmed', data: { order_id: payment.id } } })
  }

  protected answer(request: IncomingMessage, body: string, say: Say): unknown {
    const url = new URL(request.url ?? '', this.url)
    const error = (status: number, message: string) => say(status, { status: 'error', message, data: [] })
    if (url.pathname !== '/pay/') return error(404, 'Unknown endpoint.')
    if (request.headers.authorization !== `Bearer ${this.secrets.api_key}`) return error(401, 'Unauthorized.')
    if (url.searchParams.get('action') === 'create_order' && request.method === 'POST') {
      const given = JSON.parse(body)
      const needed = [
        'amount',
        'currency_code',
        'description',
        'customer_name',
        'customer_email',
        'custom_id',
      ]
      const missing = [...needed, 'ipn_url', 'success_url', 'fail_url'].find((name) => !given[name])
      if (missing) return error(400, `The field '${missing}' is required.`)
      const { amount, currency_code: currency, custom_id: name, ipn_url: hook } = given
      const { id } = this.keep({ amount, currency, name, hook, seconds: null })
      const data = { order_id: Number(id), order_url: `https://pay.example.com/checkout.html?order_id=${id}` }
      return say(200, { status: 'success', message: 'Order created successfully!', data })
    }
    const found = this.payments.get(url.searchParams.get('order_id') ?? '')
    if (!found) return error(404, 'Order not found.')
    const { id, name, amount, currency, status, received } = this.seen(found)
    const order = { order_id: id, amount, currency_code: currency, custom_id: name, status }
    return say(200, {
      status: 'success',
      message: 'ok',
      data: { ...order, received_amount: received, transaction_id: 'T1' },
    })
  }
}

/** FakeMidtrans is the part of Midtrans' Snap and status APIs that deposits use. */
export class FakeMidtrans extends FakeGateway {
  readonly kind = 'midtrans'
  readonly words = { paid: 'settlement', open: 'pending', expired: 'expire' }
  readonly secrets = { server_key: 'SB-Mid-server-fake' }

  settings(): Record<string, unknown> {
    return { url: this.url, snap_url: this.url, success_url: 'https://shop.example.com/paid' }
  }

  tell(hook: string, payment: Kept, { forged = false } = {}): Promise<number> {
    const told = this.#told(payment)
    const key = forged ? 'another' : this.secrets.server_key
    const sign = createHash('sha512').update(`${told.order_id}${told.status_code}${told.gross_amount}${key}`)
    return post(hook, { ...told, signature_key: sign.digest('hex') })
  }

  protected answer(request: IncomingMessage, body: string, say: Say): unknown {
    if (request.headers.authorization !== basic(this.secrets.server_key)) {
      return say(401, { error_messages: ['Access denied'] })
    }
    if (request.method === 'POST' && request.url === '/snap/v1/transactions') {
      const { transaction_details: details, expiry } = JSON.parse(body)
      if (!details) return say(400, { error_messages: ['transaction_details.order_id is required'] })
      if (!Number.isInteger(details.gross_amount) || details.order_id.length > 50) {
        return say(400, { error_messages: ['transaction_details are wrong'] })
      }
      const { id } = this.keep({
        ...{ name: details.order_id, amount: details.gross_amount, currency: 'IDR', hook: null },
        seconds: expiry.duration * 60,
      })
      return say(201, { token: id, redirect_url: `https://app.example.com/snap/v4/redirection/${id}` })
    }
    const [, name] = /^\/v2\/([^/]+)\/status$/.exec(request.url ?? '') ?? []
    const found = [...this.payments.values()].findLast((one) => one.name === name)
    if (!found || found.status === this.words.open) {
      // There is no transaction before the payer has chosen how to pay.
      this.asked++
      return say(200, { status_code: '404', status_message: "Transaction doesn't exist." })
    }
    return say(200, this.#told(this.seen(found)))
  }

  #told({ name, status, received, amount, currency }: Kept) {
    const gross = Number(received ?? amount).toFixed(2)
    return { order_id: name, transaction_status: status, status_code: '200', gross_amount: gross, currency }
  }
}

/** FakeXendit is the part of Xendit's invoices that deposits use. */
export class FakeXendit extends FakeGateway {
  readonly kind = 'xendit'
  readonly words = { paid: 'PAID', open: 'PENDING', expired: 'EXPIRED' }
  readonly secrets = { secret_key: 'xnd_development_fake', callback_token: 'token_of_the_fake' }

  settings(): Record<string, unknown> {
    return { url: this.url, success_url: 'https://shop.example.com/paid' }
  }

  tell(hook: string, payment: Kept, { forged = false } = {}): Promise<number> {
    const token = forged ? 'another' : this.secrets.callback_token
    return post(hook, this.#invoice({ ...payment, status: 'PAID' }), { 'x-callback-token': token })
  }

  protected answer(request: IncomingMessage, body: string, say: Say): unknown {
    const error = (status: number, code: string) => say(status, { error_code: code, message: code })
    if (request.headers.authorization !== basic(this.secrets.secret_key)) return error(401, 'INVALID_API_KEY')
    if (request.method === 'POST' && request.url === '/v2/invoices') {
      const { external_id: name, amount, currency, invoice_duration: seconds } = JSON.parse(body)
      return say(200, this.#invoice(this.keep({ name, amount, currency, hook: null, seconds })))
    }
    if (request.url === '/v2/invoices?limit=1') {
      return say(
        200,
        [...this.payments.values()].slice(-1).map((one) => this.#invoice(one)),
      )
    }
    const [, id, expire] = /^(?:\/v2)?\/invoices\/([^/!]+?)(\/expire!)?$/.exec(request.url ?? '') ?? []
    const found = this.payments.get(id ?? '')
    if (!found) return error(404, 'INVOICE_NOT_FOUND_ERROR')
    if (expire !== undefined) {
      if (found.status !== 'PENDING') return error(400, 'EXPIRE_INVOICE_ERROR')
      found.status = 'EXPIRED'
    }
    return say(200, this.#invoice(this.seen(found)))
  }

  #invoice({ id, name, status, amount, currency, received }: Kept) {
    const paid = received === null ? {} : { paid_amount: received }
    const invoice_url = `https://checkout.example.com/v2/${id}`
    return { id, external_id: name, status, amount, currency, invoice_url, ...paid }
  }
}
