import { connect, createServer, type Server, type Socket } from 'node:net'
import type { DatabaseAddress } from '../../src/database/database.ts'

/** Relay stands between clients and PostgreSQL, and fails as a network does, or as a server that is away. */
export class Relay {
  readonly address: DatabaseAddress
  readonly #to: DatabaseAddress
  readonly #port: number
  #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #clients = new Set<Socket>()
  #isFrozen = false

  private constructor(to: DatabaseAddress, server: Server, port: number) {
    this.#to = to
    this.#port = port
    this.#server = server
    this.address = addressAt(to, port)
    server.on('connection', (from: Socket) => this.#connect(from))
  }

  static async open(to: DatabaseAddress): Promise<Relay> {
    const server = await listening(0)
    const { port } = server.address() as { port: number }
    return new Relay(to, server, port)
  }

  /** `cut` lets nothing pass any more on the connections that there are, without a sign to anybody. */
  cut(): void {
    for (const socket of this.#sockets) socket.unpipe().pause()
  }

  /** `dropClients` cuts the clients off, while the server goes on with what it does for them. */
  dropClients(): void {
    for (const client of this.#clients) client.destroy()
    this.#clients.clear()
  }

  /** `freeze` is the same as `cut`, also for connections to come, until `thaw`. */
  freeze(): void {
    this.#isFrozen = true
    this.cut()
  }

  thaw(): void {
    this.#isFrozen = false
    this.#destroy()
  }

  /** `refuse` ends all connections and takes no more, until `accept`. */
  async refuse(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#destroy()
    await closed
  }

  async accept(): Promise<void> {
    this.#server = await listening(this.#port)
    this.#server.on('connection', (from: Socket) => this.#connect(from))
  }

  async close(): Promise<void> {
    this.#destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #connect(from: Socket): void {
    const upstream = connect(targetOf(this.#to))
    this.#clients.add(from)
    for (const [one, other] of [
      [from, upstream],
      [upstream, from],
    ] as const) {
      this.#sockets.add(one)
      if (!this.#isFrozen) one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => this.#sockets.delete(one))
    }
  }

  #destroy(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

async function listening(port: number): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return server
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
