import { createHash, timingSafeEqual } from 'node:crypto'
import { Refusal } from '../../../errors.ts'
import type { DepositId } from '../../../lib/ids.ts'
import { isObject, type JsonObject } from '../../../lib/json.ts'
import { formatMicros } from '../../../lib/money.ts'
import {
  type Gateway,
  GatewayRefused,
  type GatewayWake,
  type Payment,
  type PaymentRequest,
} from '../gateway.ts'
import type { GatewayDeps } from '../gateway-kind.ts'
import { type GatewayTest, judged } from '../gateway-test.ts'
import {
  amountIn,
  basicCall,
  currencyIn,
  JsonApi,
  type JsonCall,
  pageIn,
  referenceIn,
  textIn,
} from '../json-api/index.ts'
import { depositNamed, nameOf, referenceOf } from '../json-api/names.ts'
import { returnsOf } from '../payment-page.ts'

/** XenditGateway opens invoices at Xendit, and asks what became of them. */
export class XenditGateway implements Gateway {
  readonly #deps: GatewayDeps
  readonly #api: JsonApi

  constructor(deps: GatewayDeps) {
    this.#deps = deps
    this.#api = new JsonApi(deps.client, deps.secrets)
  }

  /** `begin` may make a second invoice where an answer was lost: nobody has the page of the first, which expires. */
  async begin(deposit: PaymentRequest): Promise<{ reference: string; paymentUrl: string }> {
    const { settings, installation, clock } = this.#deps
    const { success, cancel } = returnsOf(settings)
    const seconds = Math.floor((deposit.expiresAt.getTime() - clock.now().getTime()) / 1000)
    const invoice = await this.#call('POST', '/v2/invoices', {
      external_id: nameOf(installation, deposit),
      amount: Number(formatMicros(deposit.totalPay)),
      currency: deposit.currency,
      description: `Deposit ${deposit.id}`,
      invoice_duration: Math.max(1, seconds),
      success_redirect_url: success,
      failure_redirect_url: cancel,
    })
    return { reference: referenceIn(invoice, 'id'), paymentUrl: pageIn(invoice?.['invoice_url']) }
  }

  async ask(reference: string, deposit: DepositId): Promise<Payment | undefined> {
    const invoice = await this.#call('GET', `/v2/invoices/${encodeURIComponent(reference)}`)
    return invoice && this.#payment(invoice, reference, deposit)
  }

  async withdraw(reference: string, deposit: DepositId): Promise<Payment | undefined> {
    try {
      const invoice = await this.#call('POST', `/invoices/${encodeURIComponent(reference)}/expire!`, {})
      return invoice && this.#payment(invoice, reference, deposit)
    } catch (error) {
      // It is paid or expired already, which it says itself when it is read.
      if (!(error instanceof GatewayRefused)) throw error
      return await this.ask(reference, deposit)
    }
  }

  /** `test` asks for the newest invoice, of which nothing is kept. */
  async test(): Promise<GatewayTest> {
    const answer = await this.#api.ask(this.#request('GET', '/v2/invoices?limit=1'))
    const isPractice = this.#deps.secrets['secret_key']?.startsWith('xnd_development_') === true
    return judged(answer, { isTheirs: answer.status === 200 && Array.isArray(answer.value), isPractice })
  }

  /** `receive` checks the token that Xendit sends with each event; what became of the invoice it says when it is asked. */
  receive(body: Buffer, headers: Record<string, unknown>): GatewayWake | undefined {
    const token = headers['x-callback-token']
    const isOurs =
      typeof token === 'string' &&
      timingSafeEqual(digest(token), digest(this.#deps.secrets['callback_token'] ?? ''))
    if (!isOurs) throw new Refusal('invalid_signature')
    const depositId = depositNamed(this.#deps.installation, externalIdIn(body))
    return depositId === undefined ? undefined : { depositId }
  }

  #payment(invoice: JsonObject, reference: string, deposit: DepositId): Payment {
    const state = stateOf(textIn(invoice['status']) ?? '')
    return {
      reference: referenceOf(
        this.#deps.installation,
        { reference, deposit },
        invoice['id'],
        invoice['external_id'],
      ),
      state,
      amount: amountIn(state === 'paid' ? (invoice['paid_amount'] ?? invoice['amount']) : invoice['amount']),
      currency: currencyIn(invoice['currency']),
    }
  }

  #call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<JsonObject | undefined> {
    return this.#api.call(this.#request(method, path, body))
  }

  #request(method: 'GET' | 'POST', path: string, body?: unknown): JsonCall {
    const { settings, secrets } = this.#deps
    const url = `${String(settings['url']).replace(/\/$/, '')}${path}`
    return basicCall(secrets['secret_key'], { method, url, body })
  }
}

/** `stateOf` reads a status; a word that Xendit may have later proves no payment. */
const stateOf = (status: string): Payment['state'] =>
  status === 'PAID' || status === 'SETTLED' ? 'paid' : status === 'EXPIRED' ? 'expired' : 'open'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

function externalIdIn(body: Buffer): unknown {
  try {
    const told: unknown = JSON.parse(body.toString())
    return isObject(told) ? told['external_id'] : undefined
  } catch {
    return undefined
  }
}
