import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Caller is what one client address does at the moment: an IPv4 address, or the first 64 bits of an IPv6 one. */
export interface Caller {
  readonly address: string
  readonly connections: Set<Connection>
  /** `requests` are those that have not been answered. */
  requests: number
  /** `spentUntil` is when the bytes that may come without credentials are all there again, in milliseconds. */
  spentUntil: number
}

/** Connection is one connection, and the last request that came on it. */
export interface Connection {
  readonly socket: Socket
  readonly caller: Caller | undefined
  request?: IncomingMessage
  response?: ServerResponse
  /** `wasUsed` says that a request has begun since the connection was last looked at. */
  wasUsed: boolean
  /** `taken` are the bytes that the client had taken when there was last anything new, at `takenAt`. */
  taken: number
  takenAt: number
}
