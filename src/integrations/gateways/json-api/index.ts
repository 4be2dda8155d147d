import { isObject, type JsonObject } from '../../../lib/json.ts'
import { parseMicros } from '../../../lib/money.ts'
import { quoteLine } from '../../../lib/text.ts'
import type { OutboundClient } from '../../../outbound/outbound.ts'
import { GatewayRefused, GatewayUnreachable } from '../gateway.ts'

/** JsonCall is a request of a gateway that speaks JSON. */
export interface JsonCall {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  body?: unknown
}

/** `basicCall` is a call with a key in the place of the user name of Basic authentication, and no password. */
export const basicCall = (key: string | undefined, call: Omit<JsonCall, 'headers'>): JsonCall => ({
  ...call,
  headers: { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` },
})

/** JsonAnswer is an answer of any status. */
export interface JsonAnswer {
  status: number
  /** `value` is its JSON; undefined: it has none. */
  value: unknown
  /** `why` quotes it in one short line, without secrets. */
  why: string
}

/** JsonApi calls a gateway that speaks JSON. Messages of its errors are without the secrets. */
export class JsonApi {
  readonly #client: OutboundClient
  readonly #secrets: readonly string[]

  constructor(client: OutboundClient, secrets: Record<string, string>) {
    this.#client = client
    this.#secrets = Object.values(secrets).filter((secret) => secret !== '')
  }

  /**
   * `call` gives an answer of 2xx that is an object; undefined: 404. Throws GatewayRefused for another status of 4xx, and GatewayUnreachable
   * where nobody knows what was done.
   */
  async call(request: JsonCall): Promise<JsonObject | undefined> {
    const { status, value, why } = await this.ask(request)
    if (status >= 200 && status < 300) {
      if (isObject(value)) return value
      throw new GatewayUnreachable('its answer is no JSON object')
    }
    if (status === 404) return undefined
    // Busy or broken gateways may have read the request, or not.
    if (status < 400 || status >= 500 || [408, 409, 425, 429].includes(status))
      throw new GatewayUnreachable(why)
    throw new GatewayRefused(why)
  }

  /** `ask` gives an answer of any status. Throws GatewayUnreachable. */
  async ask({ body, ...request }: JsonCall): Promise<JsonAnswer> {
    const { status, text } = await this.#once({
      ...request,
      headers: { accept: 'application/json', ...(body !== undefined && JSON_TYPE), ...request.headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const value = parsed(text)
    const said = typeof value === 'object' ? JSON.stringify(value) : text
    return { status, value, why: `HTTP ${status}: ${this.clean(said)}` }
  }

  /** `clean` makes a message for the log and for operators: one short line, without the secrets. */
  clean(message: string): string {
    return quoteLine(
      this.#secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message),
      300,
    )
  }

  async #once(request: Parameters<OutboundClient['request']>[0]): Promise<{ status: number; text: string }> {
    try {
      const { status, body } = await this.#client.request(request)
      return { status, text: body.toString() }
    } catch (error) {
      throw new GatewayUnreachable((error as Error).message)
    }
  }
}

const JSON_TYPE = { 'content-type': 'application/json' }

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `textIn` gives a text or a number of an answer as a text; undefined: there is none. */
export function textIn(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value.trim() !== '' && value.length <= 1000 ? value.trim() : undefined
}

/** `amountIn` reads a plain decimal of an answer, in micros; null: it is none. */
export const amountIn = (value: unknown): bigint | null =>
  parseMicros((textIn(value) ?? '').replace(/^(\d+\.\d{6})0+$/, '$1')) ?? null

/** `currencyIn` reads a currency of an answer; null: it is none. */
export const currencyIn = (value: unknown): string | null =>
  typeof value === 'string' && /^[A-Za-z]{3,5}$/.test(value.trim()) ? value.trim().toUpperCase() : null

/** `referenceIn` reads what a payment is called from now on. Throws GatewayUnreachable. */
export function referenceIn(answer: JsonObject | undefined, field: string): string {
  const reference = textIn(answer?.[field])
  if (reference !== undefined && reference.length <= 200) return reference
  throw new GatewayUnreachable(`its answer has no ${field}`)
}

/** `pageIn` reads the URL of a payment page. Throws GatewayUnreachable. */
export function pageIn(value: unknown): string {
  const url = textIn(value) ?? ''
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url
  throw new GatewayUnreachable('its payment page has no URL')
}
