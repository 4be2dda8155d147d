import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Bodies } from '../admission/bodies.ts'
import { http } from '../lib/node-http.ts'
import { answerControl, CONTROL_PATH } from './control.ts'
import type { FakeDeps } from './deps.ts'
import { answerDhru } from './dhru.ts'
import { answerInstant, INSTANT_PATH } from './instant.ts'
import { defaults, type FakeOptions } from './options.ts'
import { Orders } from './orders.ts'
import { Panel } from './panel.ts'
import { type HttpRequest, type Reply, send } from './reply.ts'
import { answerRest, isRest } from './rest.ts'
import { ServiceList } from './service-list.ts'
import { Webhook } from './webhook.ts'

const BODY_LIMIT = 16 * 1024 * 1024
const bodies = new Bodies({ bytesPerSecond: 0, held: Number.POSITIVE_INFINITY }, () => {})
/** KEEP_ALIVE_MS is longer than clients keep an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_MS = 120_000

export interface FakeSupplier {
  /** `url` is such as `http://127.0.0.1:8090`. */
  url: string
  orders: Orders
  /** `stop` closes all connections, also of those that still wait for an answer. */
  stop(): Promise<void>
}

/**
 * `startFakeSupplier` starts a supplier that speaks Dhru, REST and the instant check, and does what test IMEIs want. Throws when the
 * port is taken or the log cannot be read.
 */
export async function startFakeSupplier(given: Partial<FakeOptions> = {}): Promise<FakeSupplier> {
  const options = { ...defaults, ...given }
  const { webhook: webhookUrl, apiaccesskey } = options
  if (webhookUrl !== undefined && apiaccesskey === undefined)
    throw new Error('a webhook is signed with the API access key, which is not given')
  const panel = new Panel(options)
  const deps: FakeDeps = { panel, orders: new Orders(panel), list: new ServiceList(panel) }
  const server = http.createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 },
    (request, response) => {
      handle(deps, request, response).catch((error: Error) => {
        // The client has hung up, or the log cannot be written, and then nothing was bought.
        if (!request.socket.destroyed) process.stderr.write(`error: ${error.message}\n`)
        request.socket.destroy()
      })
    },
  )
  const url = await listen(server, options).catch((error: unknown) => {
    deps.orders.close()
    throw error
  })
  const webhook =
    webhookUrl !== undefined && apiaccesskey !== undefined && new Webhook(deps, webhookUrl, apiaccesskey)
  return {
    url,
    orders: deps.orders,
    stop: async () => {
      if (webhook) webhook.stop()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      deps.orders.close()
    },
  }
}

/** `listen` gives the URL that the server is reached at. */
function listen(server: Server, { host, port }: FakeOptions): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  server.once('error', reject)
  server.listen(port, host, () => {
    const { address, port: taken } = server.address() as AddressInfo
    resolve(`http://${address.includes(':') ? `[${address}]` : address}:${taken}`)
  })
  return promise
}

async function handle(deps: FakeDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { panel } = deps
  const { delayMs, slowMs } = panel.options
  const [path = '', query] = (request.url ?? '').split('?', 2)
  const head = {
    method: request.method ?? '',
    path: path.replace(/\/{2,}/g, '/'),
    query: new URLSearchParams(query),
    headers: request.headers,
  }
  const control = head.path === CONTROL_PATH
  if (panel.mode === 'down' && !control) {
    request.socket.destroy()
    return
  }
  const { bytes, refusal } = await bodies.read(request, BODY_LIMIT, null)
  const whole = { ...head, body: bytes }
  const { mode } = panel
  const reply = control
    ? answerControl(deps, whole, request.socket.remoteAddress ?? '')
    : await answerOf(deps, whole, refusal !== undefined)
  if (delayMs > 0 && !control) await sleep(delayMs, undefined, { ref: false })
  const { manner = 'whole' } = reply
  // A manner that is worse than slow stays.
  const isSlow = mode === 'slow' && manner === 'whole' && !control
  send(response, isSlow ? { ...reply, manner: 'slow' } : reply, slowMs)
}

function answerOf(deps: FakeDeps, request: HttpRequest, tooLarge: boolean): Reply | Promise<Reply> {
  if (deps.panel.mode === 'html') return { status: 200, body: '', manner: 'html' }
  if (tooLarge) return { status: 413, body: '{}' }
  if (request.path === INSTANT_PATH && request.method === 'GET') return answerInstant(deps, request)
  if (isRest(request.path)) return answerRest(deps, request)
  if (request.method === 'POST') return answerDhru(deps, request)
  return { status: 404, body: 'This is a fake supplier: POST Dhru, or GET /control.\n', type: 'text/plain' }
}
