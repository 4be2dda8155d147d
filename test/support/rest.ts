import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect } from 'vitest'
import type { Shop, TestServer } from './server.ts'

// biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what each test looks into.
type Json = any

export interface RestReply {
  status: number
  headers: Headers
  text: string
  /** `body` is null where the answer is no JSON. */
  body: Json
}

interface Request {
  method?: string
  /** `body` goes as JSON where it is an object, and as it is where it is a text. */
  body?: unknown
  headers?: Record<string, string>
}

/**
 * Asks the REST API as a shop does. Every answer must be one that the server's own OpenAPI document describes: its path,
 * method, status, media type and shape; a test that sees another one fails.
 */
export class RestClient {
  readonly server: TestServer
  readonly shop: Shop | undefined
  static readonly #documents = new Map<string, Promise<Json>>()

  constructor(server: TestServer, shop?: Shop) {
    this.server = server
    this.shop = shop
  }

  get(path: string, headers: Record<string, string> = {}): Promise<RestReply> {
    return this.ask(path, { headers })
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<RestReply> {
    return this.ask(path, { method: 'POST', body, headers })
  }

  async ask(path: string, { method = 'GET', body, headers = {} }: Request = {}): Promise<RestReply> {
    const { shop, server } = this
    const reply = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        ...(shop && { authorization: `Bearer ${shop.securityId}.${shop.secret}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await reply.text()
    const type = reply.headers.get('content-type') ?? ''
    const seen: RestReply = {
      status: reply.status,
      headers: reply.headers,
      text,
      body: type.startsWith('application/json') && text !== '' ? JSON.parse(text) : null,
    }
    await this.#mustFit(method, path.split('?')[0] ?? '', seen)
    return seen
  }

  /** `document` gives the server's OpenAPI document. */
  document(): Promise<Json> {
    const { url } = this.server
    let document = RestClient.#documents.get(url)
    if (!document) {
      document = fetch(`${url}/openapi.json`).then((reply) => reply.json())
      RestClient.#documents.set(url, document)
    }
    return document
  }

  async #mustFit(method: string, path: string, { status, headers, text, body }: RestReply): Promise<void> {
    const document = await this.document()
    const what = `${method} ${path} ${status} ${text.slice(0, 500)}`
    expect(headers.get('x-request-id'), what).toBeTruthy()
    const known = Object.keys(document.paths).filter((one) => matches(one, path))
    // A fixed path comes before one with a parameter.
    const operation = document.paths[known.sort((a, b) => a.split('{').length - b.split('{').length)[0] ?? '']
    const described = operation?.[method.toLowerCase()]
    if (!described) {
      expect(status, what).toBe(404)
      expect(body, what).toMatchObject({ error: true, code: 'NOT_FOUND_ERROR' })
      return
    }
    if (status === 304) return
    const answer = described.responses[status]
    expect(answer, `${what}: the document has no such status`).toBeDefined()
    const media = (headers.get('content-type') ?? '').split(';')[0] ?? ''
    const schema = answer.content?.[media]?.schema
    expect(schema, `${what}: the document has no ${media}`).toBeDefined()
    if (media !== 'application/json') return
    const validate = validatorOf(schema, document)
    expect(validate(body) ? [] : validate.errors, what).toEqual([])
    const fields = status >= 500 ? [...ERROR_FIELDS, 'mayHaveBeenDone'].sort() : ERROR_FIELDS
    if (status >= 400) expect(Object.keys(body).sort(), what).toEqual(fields)
  }
}

const validators = new WeakMap<object, ValidateFunction>()

function validatorOf(schema: object, document: Json): ValidateFunction {
  let validate = validators.get(schema)
  if (!validate) {
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    formats.default(ajv)
    validate = ajv.compile({ ...schema, components: document.components })
    validators.set(schema, validate)
  }
  return validate
}

const ERROR_FIELDS = ['code', 'error', 'errors', 'message', 'source', 'traceId']

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  return (
    wanted.length === given.length && wanted.every((step, at) => step.startsWith('{') || step === given[at])
  )
}
