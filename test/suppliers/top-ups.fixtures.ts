import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** FailingWay stands between imeigate and a supplier, and loses answers: what was asked for is done there, and nobody hears of it. */
export class FailingWay {
  /** `posts` are the paths and keys of the POSTs that came through. */
  readonly posts: { path: string; key: string; body: string }[] = []
  /** `loses` is how many answers to POSTs are lost from now on; `refuses`: nothing comes through. */
  loses = 0
  refuses = false
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  static async to(target: string): Promise<FailingWay> {
    const server = createServer((from, answer) => {
      const parts: Buffer[] = []
      from.on('data', (part: Buffer) => parts.push(part))
      from.on('end', () => {
        const { method = 'GET', url = '/', headers } = from
        if (way.refuses) {
          from.socket.destroy()
          return
        }
        const body = Buffer.concat(parts)
        if (method === 'POST')
          way.posts.push({ path: url, key: String(headers['idempotency-key']), body: body.toString() })
        const on = request(`${target}${url}`, { method, headers }, (reply) => {
          if (method === 'POST' && way.loses > 0) {
            way.loses--
            reply.resume()
            reply.on('end', () => from.socket.destroy())
            return
          }
          answer.writeHead(reply.statusCode ?? 500, reply.headers)
          reply.pipe(answer)
        })
        on.on('error', () => from.socket.destroy())
        on.end(body)
      })
    })
    const way = new FailingWay(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return way
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
