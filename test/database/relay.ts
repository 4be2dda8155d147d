import { connect, createServer, type Server, type Socket } from 'node:net'
import type { DatabaseAddress } from '../../src/database/database.ts'

/** Relay stands between a client and PostgreSQL, and can hold everything back, as a network does that is cut. */
export class Relay {
  readonly address: DatabaseAddress
  readonly #server: Server
  readonly #sockets: Set<Socket>

  private constructor(address: DatabaseAddress, server: Server, sockets: Set<Socket>) {
    this.address = address
    this.#server = server
    this.#sockets = sockets
  }

  static async open(to: DatabaseAddress): Promise<Relay> {
    const sockets = new Set<Socket>()
    const server = createServer((from) => {
      const upstream = connect(targetOf(to))
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
    return new Relay(addressAt(to, port), server, sockets)
  }

  /** Nothing passes any more, and nobody is told. */
  cut(): void {
    for (const socket of this.#sockets) socket.unpipe().pause()
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
