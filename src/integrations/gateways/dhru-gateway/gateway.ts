import { createHmac, timingSafeEqual } from 'node:crypto'
import { Refusal } from '../../../errors.ts'
import type { DepositId } from '../../../lib/ids.ts'
import { isObject, type JsonObject } from '../../../lib/json.ts'
import { formatMicros } from '../../../lib/money.ts'
import {
  type Gateway,
  GatewayRefused,
  GatewayUnreachable,
  type GatewayWake,
  type Payment,
  type PaymentRequest,
} from '../gateway.ts'
import type { GatewayDeps } from '../gateway-kind.ts'
import { type GatewayTest, judged } from '../gateway-test.ts'
import {
  amountIn,
  currencyIn,
  JsonApi,
  type JsonCall,
  pageIn,
  referenceIn,
  textIn,
} from '../json-api/index.ts'
import { nameOf, referenceOf } from '../json-api/names.ts'
import { returnsOf } from '../payment-page.ts'

/** PAID are the words of the kit, and of bridges, for an order that is paid. Any other word proves nothing. */
const PAID = /^(?:paid|completed?|confirmed|success(?:ful)?)$/i
const EXPIRED = /^expired$/i

/** DhruGateway speaks to a bridge that is made with the panel vendor's payment-gateway kit. */
export class DhruGateway implements Gateway {
  readonly #deps: GatewayDeps
  readonly #api: JsonApi

  constructor(deps: GatewayDeps) {
    this.#deps = deps
    this.#api = new JsonApi(deps.client, deps.secrets)
  }

  /** `begin` may make a second order where an answer was lost: nobody has the page of the first, and it has no other name than this one. */
  async begin(deposit: PaymentRequest): Promise<{ reference: string; paymentUrl: string }> {
    const { settings, installation } = this.#deps
    const amount = Number(formatMicros(deposit.totalPay))
    const { success, cancel } = returnsOf(settings)
    const answer = await this.#call('POST', 'create_order', {
      body: {
        amount,
        currency_code: deposit.currency,
        description: `Deposit ${deposit.id}`,
        customer_name: String(settings['customer_name']),
        customer_email: String(settings['customer_email']),
        custom_id: nameOf(installation, deposit),
        ipn_url: this.#ipnUrl(deposit.id),
        success_url: success,
        fail_url: cancel,
      },
    })
    return {
      reference: referenceIn(answer, 'order_id'),
      paymentUrl: pageIn(answer?.['order_url'] ?? answer?.['checkout_url']),
    }
  }

  async ask(reference: string, deposit: DepositId): Promise<Payment | undefined> {
    const order = await this.#call('GET', 'get_order', { query: { order_id: reference } })
    if (!order) return undefined
    const status = textIn(order['status']) ?? ''
    return {
      reference: referenceOf(
        this.#deps.installation,
        { reference, deposit },
        order['order_id'],
        order['custom_id'],
      ),
      state: PAID.test(status) ? 'paid' : EXPIRED.test(status) ? 'expired' : 'open',
      amount: amountIn(order['received_amount']),
      currency: currencyIn(order['currency_code']),
    }
  }

  /** `test` asks for an order that there is none of, with the key and without: a bridge that answers both alike proves nothing. */
  async test(): Promise<GatewayTest> {
    const { headers, ...question } = this.#request('GET', 'get_order', { query: { order_id: '0' } })
    const answer = await this.#api.ask({ ...question, headers })
    const isKits = isObject(answer.value) && typeof answer.value['status'] === 'string'
    if (!isKits || ![200, 404].includes(answer.status)) return judged(answer, { isTheirs: false })
    const stranger = await this.#api.ask({ ...question, headers: {} })
    if ([401, 403].includes(stranger.status)) return judged(answer, { isTheirs: true })
    const detail = `it answers the same without a key: ${stranger.why}`
    return { finding: 'not_theirs', detail, isPractice: false }
  }

  /** `receive` believes nothing of the body: the address that it came to names the deposit, and the bridge is asked. */
  receive(_body: Buffer, _headers: Record<string, unknown>, mark: string): GatewayWake {
    const [, id = '', sign = ''] = /^([1-9]\d{0,14})-([0-9a-f]{32})$/.exec(mark) ?? []
    const depositId = Number(id) as DepositId
    const expected = id === '' ? '' : this.#sign(depositId)
    if (sign === '' || !timingSafeEqual(Buffer.from(sign), Buffer.from(expected))) {
      throw new Refusal('invalid_signature')
    }
    return { depositId }
  }

  #ipnUrl(id: DepositId): string {
    const { settings, code } = this.#deps
    const server = String(settings['server_url']).replace(/\/$/, '')
    return `${server}/hooks/deposits/${code}.${id}-${this.#sign(id)}`
  }

  #sign(id: DepositId): string {
    const { secrets, installation } = this.#deps
    const hmac = createHmac('sha256', secrets['api_key'] ?? '').update(`ipn ${installation} ${id}`)
    return hmac.digest('hex').slice(0, 32)
  }

  /** `#call` gives `data` of an answer; undefined: there is no such order. */
  async #call(
    method: 'GET' | 'POST',
    action: string,
    how: { query?: Record<string, string>; body?: unknown },
  ): Promise<JsonObject | undefined> {
    const answer = await this.#api.call(this.#request(method, action, how))
    if (!answer) return undefined
    if (answer['status'] === 'success' && isObject(answer['data'])) return answer['data']
    const why = this.#api.clean(textIn(answer['message']) ?? 'its answer is none of the kit')
    if (answer['status'] === 'error') throw new GatewayRefused(why)
    throw new GatewayUnreachable(why)
  }

  #request(
    method: 'GET' | 'POST',
    action: string,
    { query = {}, body }: { query?: Record<string, string>; body?: unknown },
  ): JsonCall {
    const { settings, secrets } = this.#deps
    const url = new URL(String(settings['url']))
    for (const [name, value] of Object.entries({ action, ...query })) url.searchParams.set(name, value)
    return {
      ...{ method, url: url.href, headers: { authorization: `Bearer ${secrets['api_key']}` } },
      body,
    }
  }
}
