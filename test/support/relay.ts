import { connect, createServer, type Server, type Socket } from 'node:net'
import type { DatabaseAddress } from '../../src/database/database.ts'

/** Relay stands between clients and PostgreSQL, and fails as a network does. */
export class Relay {
  readonly address: DatabaseAddress
  readonly #server: Server
  readonly #sockets: Set<Socket>
  readonly #clients: Set<Socket>

  private constructor(address: DatabaseAddress, server: Server, sockets: Set<Socket>, clients: Set<Socket>) {
    this.address = address
    this.#server = server
    this.#sockets = sockets
    this.#clients = clients
  }

  static async open(to: DatabaseAddress): Promise<Relay> {
    const [sockets, clients] = [new Set<Socket>(), new Set<Socket>()]
    const server = createServer((from) => {
      const upstream = connect(targetOf(to))
      clients.add(from)
      for (const [one, other] of [
        [from, upstream],
        [upstream, from],
      ] as const) {
        sockets.add(one)
        one.pipe(other)
        one.on('error', () => other.destroy())
        one.on('close', () => sockets.delete(one))
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    return new Relay(addressAt(to, port), server, sockets, clients)
  }

  /** `cut` lets nothing pass any more, without a sign to anybody. */
  cut(): void {
    for (const socket of this.#sockets) socket.unpipe().pause()
  }

  /** `dropClients` cuts the clients off, while the server goes on with what it does for them. */
  dropClients(): void {
    for (const client of this.#clients) client.destroy()
    this.#clients.clear()
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function targetOf(to: DatabaseAddress): { path: string } | { host: string; port: number } {
  if (typeof to !== 'string') return { path: `${to.host}/.s.PGSQL.${to.port}` }
  const { hostname, port } = new URL(to)
  return { host: hostname, port: Number(port || 5432) }
}

function addressAt(to: DatabaseAddress, port: number): DatabaseAddress {
  if (typeof to !== 'string') return { ...to, host: '127.0.0.1', port }
  const url = new URL(to)
  url.host = `127.0.0.1:${port}`
  return url.href
}
