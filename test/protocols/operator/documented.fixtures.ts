import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect } from 'vitest'
import { exchange } from '../../support/dhru.ts'
import type { TestServer } from '../../support/server.ts'
import { type Answer, ask } from './office.fixtures.ts'

interface Asked {
  body?: unknown
  key?: string
  version?: string
  as?: Record<string, string>
}

/** Documented asks the operator API in somebody's name, and holds every answer against the server's own document. */
export class Documented {
  readonly #server: TestServer
  readonly #headers: Record<string, string>
  // biome-ignore lint/suspicious/noExplicitAny: the document is looked into.
  #document: any
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: true })
  #keys = 0

  private constructor(server: TestServer, headers: Record<string, string>) {
    this.#server = server
    this.#headers = headers
    formats.default(this.#ajv)
  }

  static async open(server: TestServer, headers: Record<string, string>): Promise<Documented> {
    const one = new Documented(server, headers)
    const document = await exchange(server.url, { method: 'GET', path: '/openapi-operator.json' })
    one.#document = JSON.parse(document.bytes.toString())
    return one
  }

  newKey(): string {
    return `key-${++this.#keys}`
  }

  /** `ask` asks one thing, such as `PATCH /seller`. */
  async ask(what: string, { body, key, version, as = this.#headers }: Asked = {}): Promise<Answer> {
    const [method = '', path = ''] = what.split(' ')
    const found = await ask(this.#server, method, path, {
      body,
      headers: {
        ...as,
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(version !== undefined && { 'if-match': `"${version}"` }),
      },
    })
    const { responses } = this.#described(method, path)
    expect([what, Object.keys(responses)]).toEqual([what, expect.arrayContaining([String(found.status)])])
    if (found.status !== 200 || typeof found.json === 'string') return found
    const fits = this.#ajv.compile(responses['200'].content['application/json'].schema)
    const isFitting = fits(found.json)
    expect([what, isFitting, fits.errors]).toEqual([what, true, null])
    return found
  }

  /** `post` asks for a change under a new key. */
  post(path: string, body?: unknown, more: Asked = {}): Promise<Answer> {
    return this.ask(`POST ${path}`, { body, key: this.newKey(), ...more })
  }

  patch(path: string, body: unknown, version: string): Promise<Answer> {
    return this.ask(`PATCH ${path}`, { body, version })
  }

  /** `read` gives what is answered, which must be something. */
  async read(path: string) {
    const { status, json } = await this.ask(`GET ${path}`)
    expect([path, status, json.message]).toEqual([path, 200, undefined])
    return json.data
  }

  /** `trail` gives what the trail has of a thing, the newest first. */
  async trail(what: string, subject: number | string) {
    return (await this.read(`/audit?what=${encodeURIComponent(what)}&subject=${subject}`)).page.items
  }

  /** `#described` finds the operation that a path is one of; what stands there as it is goes before what is named by a parameter. */
  #described(method: string, path: string) {
    const steps = `/api/operator${path.split('?')[0]}`.split('/')
    const fitting = Object.keys(this.#document.paths)
      .filter((one) => this.#document.paths[one][method.toLowerCase()])
      .filter((one) => {
        const named = one.split('/')
        return (
          named.length === steps.length &&
          named.every((step, at) => step.startsWith('{') || step === steps[at])
        )
      })
      .sort((one, other) => one.split('{').length - other.split('{').length)
    expect(fitting, `${method} ${path}`).not.toEqual([])
    return this.#document.paths[fitting[0] ?? ''][method.toLowerCase()]
  }
}
