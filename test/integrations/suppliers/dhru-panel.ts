import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'
import { completeSettings } from '../../../src/integrations/kit/kind.ts'
import { dhru } from '../../../src/integrations/suppliers/dhru/index.ts'
import type { Supplier, SupplierTask } from '../../../src/integrations/suppliers/supplier.ts'
import { orThrow } from '../../../src/lib/fault.ts'
import type { SupplierId } from '../../../src/lib/ids.ts'
import { type Clock, systemClock } from '../../../src/lib/time.ts'
import { GuardedOutbound } from '../../../src/outbound/guarded.ts'
import { readRequest } from '../../../src/protocols/dhru/form.ts'
import { type Parameters, readParameters } from '../../../src/protocols/dhru/parameters.ts'
import { readForm } from '../../../src/protocols/dhru/read-form.ts'

/** `Heard` is one request as the panel understood it. */
export interface Heard {
  path: string
  headers: IncomingHttpHeaders
  body: string
  username: string
  secret: string
  action: string
  key: string | undefined
  orderid: string | undefined
  parameters: Parameters
}

/** What the panel says to a request; or makes of it, and then nothing is said but what it wrote by itself. */
export type Answer = object | string | ((heard: Heard, response: ServerResponse) => unknown)

/** `TestPanel` is a Dhru panel on a real socket that answers as its test says and remembers what it was sent. */
export class TestPanel {
  readonly heard: Heard[] = []
  /** `answers` are by action; `*` stands for all others. */
  answers: Record<string, Answer> = {}
  /** `headers` are sent with every answer: what an imeigate says of itself, for example. */
  headers: Record<string, string> = {}
  status = 200
  url = ''
  readonly #server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const form = await readForm(request.headers['content-type'], body)
    const { username, secret, action, idempotencyKey: key } = readRequest(form)
    const heard: Heard = {
      path: request.url ?? '',
      headers: request.headers,
      body: body.toString('utf8'),
      username,
      secret,
      action,
      key,
      orderid: form.get('orderid'),
      parameters: orThrow(readParameters(form)),
    }
    this.heard.push(heard)
    const answer = this.answers[action] ?? this.answers['*'] ?? { ERROR: [{ MESSAGE: 'Invalid Action' }] }
    await this.#answer(heard, response, answer)
  })

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** `actions` gives what the panel was asked to do, in order. */
  actions(): string[] {
    return this.heard.map(({ action }) => action)
  }

  /** `last` gives the last request. */
  last(): Heard {
    return this.heard.at(-1) as Heard
  }

  async #answer(heard: Heard, response: ServerResponse, answer: Answer): Promise<void> {
    const said = typeof answer === 'function' ? await answer(heard, response) : answer
    if (said === undefined) return
    response.writeHead(this.status, { 'content-type': 'text/html', ...this.headers })
    response.end(typeof said === 'string' ? said : JSON.stringify(said))
  }
}

/** `supplierAt` makes the adapter from a configuration, over the real way out. */
export function supplierAt(
  url: string,
  settings: Record<string, unknown> = {},
  clock: Clock = systemClock,
  apiaccesskey = 'SECRET-KEY',
): Supplier {
  const complete = orThrow(completeSettings(dhru, { username: 'shop', ...settings }))
  return dhru.connect(
    {
      id: 1 as SupplierId,
      kind: 'dhru',
      name: 'panel',
      url,
      currency: 'USD',
      settings: complete as Record<string, unknown>,
      secrets: { apiaccesskey },
    },
    { outbound: new GuardedOutbound({ allow: ['127.0.0.0/8'] }), clock, installation: 'test' },
  )
}

/** `useBulkPanel` gives the tests of a `describe` one panel, and a supplier that sends to it, and asks of it, many orders together. */
export function useBulkPanel(): { panel: TestPanel; supplier: Supplier } {
  const panel = new TestPanel()
  const used = { panel, supplier: undefined as unknown as Supplier }
  beforeAll(async () => {
    await panel.start()
    used.supplier = supplierAt(panel.url, { bulk: 10, bulk_status: 'on' })
    // Only when it has heard what kind of server the panel is are orders sent together.
    panel.answers = { accountinfo: { SUCCESS: [{ AccoutInfo: { credit: '1' } }] } }
    await used.supplier.account?.(new AbortController().signal)
  })
  afterAll(async () => {
    await used.supplier.close?.()
    await panel.stop()
  })
  return used
}

let count = 1000

export const workOf = (over: Partial<SupplierTask> = {}): SupplierTask => {
  const orderId = ++count as SupplierTask['orderId']
  return {
    attemptKey: `${orderId}-1-1`,
    orderId,
    remoteService: '77',
    input: '490154203237518',
    fields: null,
    quantity: 1,
    sentAt: new Date(),
    reference: null,
    ...over,
  }
}

export const placedAs = (REFERENCEID: string | number): object => ({
  SUCCESS: [{ MESSAGE: 'Order received', REFERENCEID }],
  apiversion: '6.1',
})

export const refusedWith = (MESSAGE: string, FULL_DESCRIPTION = ''): object => ({
  ERROR: [{ MESSAGE, FULL_DESCRIPTION }],
  apiversion: '6.1',
})

export const statusOf = (STATUS: string | number, more: object = {}): object => ({
  SUCCESS: [{ STATUS, ...more }],
  apiversion: '6.1',
})

/** `rowsOf` gives the rows of a bulk request: fields by key. */
export const rowsOf = ({ parameters }: Heard): Map<string, Record<string, string>> => {
  if (parameters.kind !== 'many') return new Map()
  return new Map(parameters.rows.map(({ key, fields }) => [key, Object.fromEntries(fields ?? [])]))
}
