import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { until } from '../fulfilment.fixtures.ts'

/** BACKLOG has room for all connections that are opened at once: one that waits for room comes through seconds later. */
const BACKLOG = 4096

/** `Reply` is an answer and how it leaves. `told` is called when all of it leaves. */
export interface Reply {
  what: string
  status?: number
  headers?: Record<string, string>
  body: string
  /** `held` waits until it is let go, `hang` is never sent, `lost` closes the connection, `half` resets it in the middle. */
  manner?: 'whole' | 'slow' | 'held' | 'hang' | 'lost' | 'half'
  told?: () => void
}

export type Handler = (request: IncomingMessage, body: Buffer) => Reply | Promise<Reply>

/** `TortureServer` answers under a path of each panel, on one real socket. */
export class TortureServer {
  url = ''
  requests = 0
  /** `open` counts the requests that are about to be answered. */
  open = 0
  readonly #held: (() => void)[] = []
  readonly #server = createServer((request, response) => {
    if (request.url === '/probe') {
      response.end()
      return
    }
    this.requests++
    this.open++
    this.#answer(request, response)
      .catch(() => response.destroy())
      .finally(() => this.open--)
  })
  readonly #handlers: Map<string, Handler>
  readonly #count: (what: string) => void

  constructor(handlers: Map<string, Handler>, count: (what: string) => void) {
    this.#handlers = handlers
    this.#count = count
  }

  async start(): Promise<this> {
    const at = { port: 0, host: '127.0.0.1', backlog: BACKLOG }
    await new Promise<void>((resolve) => this.#server.listen(at, resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  /**
   * `heard` waits until every request that was sent before is read, also one whose sender has given up since: on a busy machine it may
   * still wait for its connection, and a person would be told that nothing was bought. Connections are taken in turn.
   */
  async heard(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const probe = connect(Number(new URL(this.url).port), '127.0.0.1')
      probe.on('error', reject).on('close', () => resolve())
      probe.resume().end('GET /probe HTTP/1.1\r\nhost: probe\r\nconnection: close\r\n\r\n')
    })
    await until(() => this.open === 0)
  }

  /** `letGo` sends the answers that were held until now. */
  letGo(): void {
    for (const send of this.#held.splice(0)) send()
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const [, name = ''] = (request.url ?? '').split('/')
    const handler = this.#handlers.get(name)
    if (!handler) throw new Error(`nobody is at ${request.url}`)
    const reply = await handler(request, Buffer.concat(chunks))
    this.#count(`${name}: ${reply.what}`)
    const { status = 200, headers = {}, body, manner = 'whole', told } = reply
    const send = (): void => {
      if (response.destroyed) return
      told?.()
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers })
      if (manner !== 'slow') response.end(body)
      else {
        response.write(body.slice(0, 5))
        setTimeout(() => response.end(body.slice(5)), 20)
      }
    }
    if (manner === 'held') this.#held.push(send)
    else if (manner === 'lost') response.destroy()
    else if (manner === 'half') {
      const bytes = Buffer.from(body)
      response.writeHead(status, { 'content-length': bytes.length + 1, ...headers })
      response.write(bytes.subarray(0, bytes.length >> 1), () => request.socket.resetAndDestroy())
    } else if (manner !== 'hang') send()
  }
}
