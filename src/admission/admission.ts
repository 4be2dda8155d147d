import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { Throttled } from '../errors.ts'
import type { GaugeSource } from '../runtime/gauge.ts'
import { Addresses } from './addresses.ts'
import { Bodies, type Body } from './bodies.ts'
import type { Caller } from './caller.ts'
import { Connections } from './connections.ts'
import { forwardedFor } from './forwarded-for.ts'
import { boundPipelines } from './pipelines.ts'

/** SWEEP_MS is how often connections and addresses are looked through; SAY_MS is how often one reason is a line of the log. */
const SWEEP_MS = 5000
const SAY_MS = 60_000
/** MAX_HELD bounds the bytes of all bodies that are on their way. */
const MAX_HELD = 67_108_864

export interface AdmissionLimits {
  /** `proxies` are the addresses and networks of the proxies whose word is believed. */
  proxies: string[]
  connections: number
  /** The limits of one address; 0: none. */
  connectionsPerAddress: number
  requestsPerAddress: number
  bytesPerSecond: number
}

/** Admission bounds what callers cost before anybody knows who they are: connections, requests at once, and bytes. */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #log: Logger
  readonly #addresses: Addresses
  readonly #connections: Connections
  readonly #bodies: Bodies
  readonly #turnedAway = new Map<string, { count: number; saidAt: number; unsaid: number }>()

  constructor(limits: AdmissionLimits, log: Logger) {
    this.#limits = limits
    this.#log = log
    this.#addresses = new Addresses(limits.proxies)
    const note = (why: string, address: string): void => this.#note(why, address)
    this.#connections = new Connections(
      { max: limits.connections, perAddress: limits.connectionsPerAddress },
      this.#addresses,
      note,
    )
    this.#bodies = new Bodies({ bytesPerSecond: limits.bytesPerSecond, held: MAX_HELD }, note)
  }

  /** `guard` looks after a server until it closes. */
  guard(server: Server): void {
    const sweep = setInterval(() => {
      const now = performance.now()
      this.#connections.closeStuck(now)
      this.#addresses.forget(now)
    }, SWEEP_MS)
    sweep.unref()
    server.once('close', () => clearInterval(sweep))
    boundPipelines(server)
    this.#connections.guard(server)
    if (this.#limits.proxies.length > 0) server.prependListener('request', believeAddressesOnly)
  }

  /** `enter` counts a request of its address until it is answered, or its client has gone. Throws Throttled. */
  enter(request: FastifyRequest, { raw: answer }: FastifyReply): void {
    const caller = this.#addresses.caller(request.ip)
    if (!caller) return
    const { requestsPerAddress } = this.#limits
    if (requestsPerAddress > 0 && caller.requests >= requestsPerAddress) {
      this.#note('requests_of_address', caller.address)
      throw new Throttled('too_many_requests', 1000)
    }
    caller.requests++
    request.caller = caller
    answer.once('close', () => caller.requests--)
  }

  /**
   * `readBody` reads the body of a request. Rejects when the connection breaks. `isKnown`: its credentials have been found to be valid,
   * and its bytes are not counted of its address.
   */
  async readBody(request: FastifyRequest, limit: number, { isKnown = false } = {}): Promise<Body> {
    const body = await this.#bodies.read(request.raw, limit, isKnown ? null : request.caller)
    if (body.isBrokenOff) request.answer?.setHeader('connection', 'close')
    return body
  }

  /** `know` gives a caller the bytes back that it has sent with valid credentials. */
  know({ caller }: FastifyRequest, bytes: number): void {
    this.#bodies.giveBack(caller, bytes)
  }

  get gauges(): GaugeSource[] {
    const one = (value: number) => [{ labels: {}, value }]
    return [
      {
        name: 'imeigate_connections',
        help: 'Open connections of the HTTP server',
        labels: [],
        read: async () => one(this.#connections.count),
      },
      {
        name: 'imeigate_bodies_bytes',
        help: 'Bytes of the request bodies that are on their way',
        labels: [],
        read: async () => one(this.#bodies.held),
      },
      {
        name: 'imeigate_turned_away',
        help: 'Connections and requests that were turned away before their credentials were looked at, since the start, by reason',
        labels: ['why'],
        read: async () =>
          [...this.#turnedAway].map(([why, { count }]) => ({ labels: { why }, value: count })),
      },
    ]
  }

  /** `#note` counts, and says in the log no more often than once a minute for each reason. */
  #note(why: string, address: string): void {
    const now = performance.now()
    const noted = this.#turnedAway.get(why) ?? { count: 0, saidAt: Number.NEGATIVE_INFINITY, unsaid: 0 }
    this.#turnedAway.set(why, noted)
    noted.count++
    noted.unsaid++
    if (now - noted.saidAt < SAY_MS) return
    this.#log.warn({ why, address, count: noted.unsaid }, 'callers were turned away')
    noted.saidAt = now
    noted.unsaid = 0
  }
}

function believeAddressesOnly({ headers }: IncomingMessage): void {
  const header = headers['x-forwarded-for']
  if (typeof header === 'string') headers['x-forwarded-for'] = forwardedFor(header)
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `caller` is whose address the request is counted of; null: it is not. */
    caller: Caller | null
    /** `answer` is what it will be answered with. */
    answer: ServerResponse | null
  }
}
