import { createHash, timingSafeEqual } from 'node:crypto'
import { Refusal } from '../../../errors.ts'
import type { DepositId } from '../../../lib/ids.ts'
import { isObject, type JsonObject } from '../../../lib/json.ts'
import { minorUnit } from '../../../lib/money.ts'
import {
  type Gateway,
  GatewayUnreachable,
  type GatewayWake,
  type Payment,
  type PaymentRequest,
} from '../gateway.ts'
import type { GatewayDeps } from '../gateway-kind.ts'
import { type GatewayTest, judged } from '../gateway-test.ts'
import { amountIn, basicCall, currencyIn, JsonApi, type JsonCall, pageIn, textIn } from '../json-api/index.ts'
import { depositNamed, nameOf } from '../json-api/names.ts'
import { returnsOf } from '../payment-page.ts'

/** MidtransGateway opens pages of Midtrans Snap, and asks the status of their transactions. */
export class MidtransGateway implements Gateway {
  readonly #deps: GatewayDeps
  readonly #api: JsonApi

  constructor(deps: GatewayDeps) {
    this.#deps = deps
    this.#api = new JsonApi(deps.client, deps.secrets)
  }

  async begin(deposit: PaymentRequest): Promise<{ reference: string; paymentUrl: string }> {
    const { settings, installation, clock } = this.#deps
    const name = nameOf(installation, deposit)
    const { success, cancel } = returnsOf(settings)
    const minutes = Math.max(1, Math.floor((deposit.expiresAt.getTime() - clock.now().getTime()) / 60_000))
    const answer = await this.#call('POST', `${base(settings['snap_url'])}/snap/v1/transactions`, {
      transaction_details: { order_id: name, gross_amount: Number(deposit.totalPay / minorUnit('IDR')) },
      item_details: [
        {
          id: 'deposit',
          price: Number(deposit.totalPay / minorUnit('IDR')),
          quantity: 1,
          name: `Deposit ${deposit.id}`,
        },
      ],
      // The page itself, and each way to pay that is chosen on it.
      expiry: { unit: 'minute', duration: minutes },
      page_expiry: { unit: 'minute', duration: minutes },
      callbacks: {
        finish: success,
        error: cancel,
      },
    })
    return { reference: name, paymentUrl: pageIn(answer?.['redirect_url']) }
  }

  async ask(reference: string): Promise<Payment | undefined> {
    const path = `/v2/${encodeURIComponent(reference)}/status`
    const answer = await this.#call('GET', `${base(this.#deps.settings['url'])}${path}`)
    const code = textIn(answer?.['status_code'])
    // Until the payer has chosen how to pay there is a page and no transaction.
    if (!answer || code === '404') return { reference, state: 'open', amount: null, currency: null }
    if (typeof answer['transaction_status'] !== 'string')
      throw new GatewayUnreachable('its answer has no transaction_status')
    return {
      reference: textIn(answer['order_id']) ?? '?',
      ...stateOf(answer),
      amount: amountIn(answer['gross_amount']),
      currency: currencyIn(answer['currency'] ?? 'IDR'),
    }
  }

  /** `test` asks for a transaction that there is none of, and then for a page without an amount, which is never opened. */
  async test(): Promise<GatewayTest> {
    const { settings, installation, secrets } = this.#deps
    const name = encodeURIComponent(nameOf(installation, { id: 0 as DepositId, attempt: 0 }))
    const status = await this.#api.ask(this.#request('GET', `${base(settings['url'])}/v2/${name}/status`))
    // The API says the same by the status of HTTP or by its own.
    const said = isObject(status.value) ? Number(textIn(status.value['status_code'])) : Number.NaN
    const isPractice = secrets['server_key']?.startsWith('SB-') === true
    const ofStatus = judged(
      { ...status, status: said === 401 ? said : status.status },
      { isTheirs: said === 404, isPractice },
    )
    if (ofStatus.finding !== 'works') return ofStatus
    const page = await this.#api.ask(
      this.#request('POST', `${base(settings['snap_url'])}/snap/v1/transactions`, {}),
    )
    const isTheirs =
      page.status === 400 && isObject(page.value) && Array.isArray(page.value['error_messages'])
    const ofPage = judged(page, { isTheirs, isPractice })
    return { ...ofPage, detail: ofPage.detail === null ? null : `Snap: ${ofPage.detail}` }
  }

  /** `receive` checks who speaks; what became of the payment Midtrans says when it is asked. */
  receive(body: Buffer): GatewayWake | undefined {
    const told = parsed(body)
    if (!isObject(told)) throw new Refusal('invalid_signature')
    const { order_id: name, status_code: code, gross_amount: amount, signature_key: sign } = told
    const key = this.#deps.secrets['server_key'] ?? ''
    const expected = createHash('sha512').update(`${name}${code}${amount}${key}`).digest()
    const given = Buffer.from(typeof sign === 'string' ? sign : '', 'hex')
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new Refusal('invalid_signature')
    const depositId: DepositId | undefined = depositNamed(this.#deps.installation, name)
    return depositId === undefined ? undefined : { depositId }
  }

  #call(method: 'GET' | 'POST', url: string, body?: unknown): Promise<JsonObject | undefined> {
    return this.#api.call(this.#request(method, url, body))
  }

  #request(method: 'GET' | 'POST', url: string, body?: unknown): JsonCall {
    return basicCall(this.#deps.secrets['server_key'], { method, url, body })
  }
}

/** `stateOf` reads a status; a word that Midtrans may have later proves no payment. */
function stateOf({
  transaction_status: status,
  fraud_status: fraud,
}: JsonObject): Pick<Payment, 'state' | 'reason'> {
  switch (status) {
    case 'settlement':
      return { state: 'paid' }
    case 'capture':
      return { state: fraud === 'accept' ? 'paid' : 'processing' }
    case 'expire':
      return { state: 'expired' }
    case 'cancel':
    case 'failure':
      return { state: 'failed', reason: 'the payment did not go through' }
    default:
      return { state: 'open' }
  }
}

const base = (url: unknown): string => String(url).replace(/\/$/, '')

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
