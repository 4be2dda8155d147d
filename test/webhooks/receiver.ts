import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** `Arrival` is a request that has come in whole. */
export interface Arrival {
  id: string
  path: string
  headers: IncomingHttpHeaders
  body: string
  /** `order` is the body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: each test looks into what it sent.
  order: any
  /** `at` counts arrivals and answers of this receiver, so that tests can say what came first. */
  at: number
  /** `acknowledgedAt` is when it was answered with 2xx; undefined where it was not. */
  acknowledgedAt?: number
}

/** `Reaction` is a status to answer with, or what else to do with the connection. */
export type Reaction =
  | number
  | { status: number; location: string }
  | 'silence'
  | 'hang up'
  | 'half an answer'

/** `Receiver` is a reseller's endpoint, on a real socket. */
export class Receiver {
  readonly arrivals: Arrival[] = []
  react: (arrival: Arrival) => Reaction | Promise<Reaction> = () => 200
  #server: Server | undefined
  #port = 0
  #ticks = 0

  /** `open` listens at the port that the receiver had before, if it was open before. */
  async open(): Promise<this> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('error', () => {})
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        const { headers, url = '' } = request
        const id = String(headers['webhook-id'])
        const arrival = { id, path: url, headers, body, order: JSON.parse(body), at: this.#ticks++ }
        this.arrivals.push(arrival)
        void this.#answer(arrival, response)
      })
    })
    const server = this.#server
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hooks/imei`
  }

  /** `close` stops listening, and cuts off who is connected. */
  async close(): Promise<void> {
    const server = this.#server
    if (!server) return
    this.#server = undefined
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }

  async #answer(arrival: Arrival, response: ServerResponse): Promise<void> {
    const reaction = await this.react(arrival)
    if (reaction === 'silence') return
    if (reaction === 'hang up') response.destroy()
    else if (reaction === 'half an answer') response.socket?.end('HTTP/1.1 200 O')
    else if (typeof reaction === 'object')
      response.writeHead(reaction.status, { location: reaction.location }).end()
    else {
      if (reaction < 300) arrival.acknowledgedAt = this.#ticks++
      response.writeHead(reaction).end('seen')
    }
  }
}
