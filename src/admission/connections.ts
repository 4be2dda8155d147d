import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Addresses } from './addresses.ts'
import type { Connection } from './caller.ts'

/** STUCK_MS is how long a client may take nothing of an answer. */
const STUCK_MS = 60_000

export interface ConnectionLimits {
  /** `max` bounds all connections, `perAddress` those of one address; 0: as many as there may be. */
  max: number
  perAddress: number
}

/** MAX_LOOKS bounds the connections that are looked at for one that gives way. */
const MAX_LOOKS = 100

/** Closing is why a connection was closed, as the counter names it. */
type Closing = 'connections' | 'connections_of_address' | 'stuck'

/**
 * Connections bounds the connections of the HTTP server. When there are too many, one that waits gives way to the new one: it has sent no
 * request, or half of one, or keeps alive between two. One whose answer is being made never does: its order may be placed.
 */
export class Connections {
  readonly #limits: ConnectionLimits
  readonly #addresses: Addresses
  readonly #onClosed: (why: Closing, address: string) => void
  /** `#open`, like those of each caller, is in the order in which connections give way. */
  readonly #open = new Set<Connection>()
  readonly #bySocket = new WeakMap<Socket, Connection>()

  constructor(
    limits: ConnectionLimits,
    addresses: Addresses,
    onClosed: (why: Closing, address: string) => void,
  ) {
    this.#limits = limits
    this.#addresses = addresses
    this.#onClosed = onClosed
  }

  get count(): number {
    return this.#open.size
  }

  /** `guard` looks after the connections of a server. */
  guard(server: Server): void {
    server.on('connection', (socket) => this.#add(socket))
    server.prependListener('request', (request, response) => {
      const connection = this.#bySocket.get(request.socket)
      if (!connection) return
      connection.request = request
      connection.response = response
      connection.wasUsed = true
    })
  }

  /** `closeStuck` closes connections whose clients take nothing of their answers. */
  closeStuck(now: number): void {
    for (const connection of this.#open) {
      const { socket } = connection
      const taken = socket.bytesWritten - socket.writableLength
      if (socket.writableLength === 0 || taken !== connection.taken) {
        connection.taken = taken
        connection.takenAt = now
      } else if (now - connection.takenAt >= STUCK_MS) this.#close(connection, 'stuck')
    }
  }

  #add(socket: Socket): void {
    const caller = this.#addresses.peer(socket.remoteAddress)
    const connection: Connection = { socket, caller, wasUsed: false, taken: 0, takenAt: performance.now() }
    this.#open.add(connection)
    this.#bySocket.set(socket, connection)
    caller?.connections.add(connection)
    socket.once('close', () => this.#remove(connection))
    const { max, perAddress } = this.#limits
    if (caller && perAddress > 0 && caller.connections.size > perAddress) {
      this.#makeRoom(caller.connections, connection, 'connections_of_address')
    } else if (this.#open.size > max) this.#makeRoom(this.#open, connection, 'connections')
  }

  /** `#makeRoom` closes the first that may give way, rather one that did nothing since it was looked at last; if none may, the new one. */
  #makeRoom(among: Set<Connection>, added: Connection, why: Closing): void {
    let idle: Connection | undefined
    let looks = Math.min(among.size, MAX_LOOKS)
    for (const connection of among) {
      if (looks-- === 0) break
      if (connection !== added && !isAnswering(connection)) {
        if (!connection.wasUsed) {
          this.#close(connection, why)
          return
        }
        idle ??= connection
      }
      connection.wasUsed = false
      among.delete(connection)
      among.add(connection)
    }
    this.#close(idle ?? added, why)
  }

  #close(connection: Connection, why: Closing): void {
    // Not counted from now on: the event of its end comes a turn later.
    this.#remove(connection)
    this.#onClosed(why, connection.socket.remoteAddress ?? '')
    connection.socket.destroy()
  }

  #remove(connection: Connection): void {
    this.#open.delete(connection)
    connection.caller?.connections.delete(connection)
  }
}

/** `isAnswering` tells whether a whole request has come that is not answered yet. */
const isAnswering = ({ request, response }: Connection): boolean =>
  request?.complete === true && response !== undefined && !response.writableFinished
