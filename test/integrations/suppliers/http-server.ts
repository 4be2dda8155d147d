import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { completeSettings } from '../../../src/integrations/kit/kind.ts'
import type { Supplier, SupplierOutcome, SupplierTask } from '../../../src/integrations/suppliers/supplier.ts'
import type { SupplierKind } from '../../../src/integrations/suppliers/supplier-kind.ts'
import { orThrow } from '../../../src/lib/fault.ts'
import type { SupplierId } from '../../../src/lib/ids.ts'
import { type Clock, systemClock } from '../../../src/lib/time.ts'
import { GuardedOutbound } from '../../../src/outbound/guarded.ts'

/** `Got` is one request as the server got it. */
export interface Got {
  method: string
  /** `path` lacks the query. */
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: string
}

type Said = { status?: number; headers?: Record<string, string>; body: unknown }

/** `Answer` gives the answer, or writes one by itself and gives nothing. */
export type Answer = (got: Got, response: ServerResponse) => Said | undefined

/** `TestServer` is a server on a real socket that answers as its test says and remembers what it got. */
export class TestServer {
  readonly got: Got[] = []
  answer: Answer = () => ({ status: 404, body: '' })
  url = ''
  readonly #server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://test')
    const { method = '', headers } = request
    const got: Got = { method, path, query, headers, body: Buffer.concat(chunks).toString('utf8') }
    this.got.push(got)
    const said = this.answer(got, response)
    if (!said) return
    response.writeHead(said.status ?? 200, { 'content-type': 'application/json', ...said.headers })
    const { body } = said
    response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
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

  says(body: unknown, status = 200): void {
    this.answer = () => ({ status, body })
  }

  last(): Got {
    return this.got.at(-1) as Got
  }
}

/** `lost` loses the answer on its way back. */
export const lost: Answer = (_got, response) => {
  response.destroy()
  return undefined
}

/** `supplierOf` makes an adapter's supplier from a configuration, over the real way out. */
export function supplierOf(
  adapter: SupplierKind,
  config: { url: string | null; settings?: Record<string, unknown>; secrets?: Record<string, string> },
  clock: Clock = systemClock,
): Supplier {
  const settings = orThrow(completeSettings(adapter, { ...config.settings }))
  const { kind } = adapter
  const { url, secrets = {} } = config
  return adapter.connect(
    { id: 1 as SupplierId, kind, name: 'supplier', url, currency: 'USD', settings, secrets },
    { outbound: new GuardedOutbound({ allow: ['127.0.0.0/8'] }), clock, installation: 'here' },
  )
}

export const IMEI = '490154203237518'
export const OTHER_IMEI = '356938035643809'

let count = 1000

export function workOf(over: Partial<SupplierTask> = {}): SupplierTask {
  const orderId = ++count as SupplierTask['orderId']
  return {
    attemptKey: `${orderId}-1-1`,
    orderId,
    remoteService: 'BASIC',
    input: IMEI,
    fields: null,
    quantity: 1,
    sentAt: new Date(),
    reference: null,
    ...over,
  }
}

const { signal } = new AbortController()

export const send = async (supplier: Supplier, work = workOf()): Promise<SupplierOutcome> =>
  (await supplier.send([work], signal))[0] as SupplierOutcome

export const ask = async (supplier: Supplier, work: SupplierTask): Promise<SupplierOutcome> =>
  (await supplier.ask([work], signal))[0] as SupplierOutcome
