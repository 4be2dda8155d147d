import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../../../errors.ts'
import { isObject, type JsonObject } from '../../../lib/json.ts'
import { quoteLine } from '../../../lib/text.ts'
import {
  type Gateway,
  type GatewayEvent,
  GatewayRefused,
  GatewayUnreachable,
  type Payment,
  type PaymentRequest,
} from '../gateway.ts'
import type { GatewayDeps } from '../gateway-kind.ts'
import { type GatewayTest, judged } from '../gateway-test.ts'
import { returnsOf } from '../payment-page.ts'
import { toStripe } from './amounts.ts'
import { metadataOf, NOT_THROUGH, ownerOf, paymentOf } from './session.ts'
import { isSigned } from './signature.ts'

/** API_VERSION is the version whose names and states of fields are read here. */
const API_VERSION = '2024-06-20'
const SESSIONS = '/v1/checkout/sessions'
/** IN_USE_PAUSE_MS is how long is waited while another request under the same idempotency key is under way at Stripe. */
const IN_USE_PAUSE_MS = 250
const MAX_IN_USE_TRIES = 8

/** StripeGateway speaks to Stripe Checkout over its REST API, or to a service that speaks the same. */
export class StripeGateway implements Gateway {
  readonly #deps: GatewayDeps
  readonly #url: string

  constructor(deps: GatewayDeps) {
    this.#deps = deps
    this.#url = String(deps.settings['url']).replace(/\/$/, '')
  }

  async begin(deposit: PaymentRequest): Promise<{ reference: string; paymentUrl: string }> {
    const { installation } = this.#deps
    // The key holds the attempt, because Stripe repeats an error under the key that it was given under.
    const key = `imeigate-${installation}-deposit-${deposit.id}-${deposit.attempt}`
    const session = await this.#call('POST', SESSIONS, this.#form(deposit), key)
    const { id, url } = isObject(session) ? session : {}
    if (paymentOf(session) === undefined || typeof id !== 'string' || typeof url !== 'string') {
      throw new GatewayUnreachable('its answer is no Checkout Session')
    }
    if (url.length > 4000 || !URL.canParse(url)) throw new GatewayUnreachable('its payment page has no URL')
    return { reference: id, paymentUrl: url }
  }

  async ask(reference: string): Promise<Payment | undefined> {
    // Without the intent a payment that failed later looks like one that is under way.
    const path = `${SESSIONS}/${encodeURIComponent(reference)}?expand%5B%5D=payment_intent`
    return paymentIn(await this.#call('GET', path))
  }

  async withdraw(reference: string): Promise<Payment | undefined> {
    const path = `${SESSIONS}/${encodeURIComponent(reference)}`
    try {
      return paymentIn(await this.#call('POST', `${path}/expire`, new URLSearchParams()))
    } catch (error) {
      // The session is paid or expired already, which it says itself when it is read.
      if (!(error instanceof GatewayRefused)) throw error
      return await this.ask(reference)
    }
  }

  /** `test` asks for the newest session, of which nothing is kept. */
  async test(): Promise<GatewayTest> {
    const { status, value } = await this.#once('GET', `${SESSIONS}?limit=1`)
    const isTheirs = status === 200 && isObject(value) && Array.isArray(value['data'])
    const isPractice = /^[sr]k_test_/.test(this.#deps.secrets['secret_key'] ?? '')
    return judged({ status, why: this.#why(status, value) }, { isTheirs, isPractice })
  }

  receive(body: Buffer, headers: Record<string, unknown>): GatewayEvent | undefined {
    const { secrets, clock, installation } = this.#deps
    if (!isSigned(body, headers['stripe-signature'], secrets['webhook_secret'] ?? '', clock.now())) {
      throw new Refusal('invalid_signature')
    }
    const event = read(body.toString())
    const { id, type, data } = isObject(event) ? event : {}
    if (typeof id !== 'string' || id === '' || id.length > 255 || typeof type !== 'string') return undefined
    const session = isObject(data) ? data['object'] : undefined
    const found = paymentOf(session)
    const owner = ownerOf(session)
    // Several installations, and other programs, may share one account at Stripe.
    if (!found || owner?.installation !== installation) return undefined
    const payment = paymentAfter(type, found)
    return payment && { id, type, depositId: owner.depositId, payment }
  }

  #form(deposit: PaymentRequest): URLSearchParams {
    const { settings, installation } = this.#deps
    const { success, cancel } = returnsOf(settings)
    const metadata = Object.entries(metadataOf(installation, deposit.id))
    return new URLSearchParams({
      mode: 'payment',
      'line_items[0][quantity]': '1',
      'line_items[0][price_data][currency]': deposit.currency.toLowerCase(),
      'line_items[0][price_data][unit_amount]': String(toStripe(deposit.totalPay, deposit.currency)),
      'line_items[0][price_data][product_data][name]': `Deposit ${deposit.id}`,
      client_reference_id: String(deposit.id),
      success_url: success,
      cancel_url: cancel,
      expires_at: String(Math.floor(deposit.expiresAt.getTime() / 1000)),
      ...Object.fromEntries(metadata.map(([name, value]) => [`metadata[${name}]`, value])),
      ...Object.fromEntries(
        metadata.map(([name, value]) => [`payment_intent_data[metadata][${name}]`, value]),
      ),
    })
  }

  /** `#call` gives undefined when there is no such thing. Throws GatewayRefused or GatewayUnreachable, without the secrets. */
  async #call(method: 'GET' | 'POST', path: string, form?: URLSearchParams, key?: string): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      const { status, value } = await this.#once(method, path, form, key)
      if (status >= 200 && status < 300) return value
      if (status === 404 && key === undefined) return undefined
      const { code } = errorIn(value)
      if (status === 409 && tries < MAX_IN_USE_TRIES) {
        await sleep(IN_USE_PAUSE_MS)
        continue
      }
      const why = this.#why(status, value)
      // A busy Stripe has not read the request, which may come again as it is.
      if (status < 400 || status === 409 || status === 429) throw new GatewayUnreachable(why)
      throw new GatewayRefused(why, { amount: /^amount_too_(small|large)$/.test(String(code)) })
    }
  }

  /** `#why` makes a message for the log and for operators: one short line, without the key. */
  #why(status: number, value: unknown): string {
    const { message } = errorIn(value)
    if (typeof message !== 'string') return `HTTP ${status}`
    const secret = this.#deps.secrets['secret_key'] ?? ''
    return `HTTP ${status}: ${quoteLine(message.replaceAll(secret, '***'), 300)}`
  }

  async #once(
    method: 'GET' | 'POST',
    path: string,
    form?: URLSearchParams,
    key?: string,
  ): Promise<{ status: number; value: unknown }> {
    try {
      const { status, body } = await this.#deps.client.request({
        method,
        url: `${this.#url}${path}`,
        headers: {
          authorization: `Bearer ${this.#deps.secrets['secret_key']}`,
          'stripe-version': API_VERSION,
          ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
          ...(key !== undefined && { 'idempotency-key': key }),
        },
        ...(form && { body: form.toString() }),
      })
      return { status, value: read(body.toString()) }
    } catch (error) {
      throw new GatewayUnreachable((error as Error).message)
    }
  }
}

/** `paymentAfter` says what an event makes of the session that it brings, which may be older or newer; undefined: nothing. */
function paymentAfter(type: string, payment: Payment): Payment | undefined {
  switch (type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return payment
    case 'checkout.session.async_payment_failed':
      return { ...payment, state: 'failed', reason: NOT_THROUGH }
    case 'checkout.session.expired':
      return { ...payment, state: 'expired' }
    default:
      return undefined
  }
}

/** `paymentIn` reads an answer; undefined: there is no such session. Throws GatewayUnreachable where the answer is no session. */
function paymentIn(answer: unknown): Payment | undefined {
  const payment = paymentOf(answer)
  if (answer !== undefined && !payment) throw new GatewayUnreachable('its answer is no Checkout Session')
  return payment
}

const errorIn = (value: unknown): JsonObject =>
  isObject(value) && isObject(value['error']) ? value['error'] : {}

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
