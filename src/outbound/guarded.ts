import { lookup as systemLookup } from 'node:dns/promises'
import { pipeline, type Readable } from 'node:stream'
import { createUnzip } from 'node:zlib'
import { Agent, type Dispatcher } from 'undici'
import { failure } from '../lib/failures.ts'
import { guardedConnector, type Lookup, placeOf } from './connector.ts'
import { Destinations } from './destinations.ts'
import { Exchange } from './exchange.ts'
import {
  NotSent,
  type Outbound,
  type OutboundClient,
  type OutboundLimits,
  type OutboundReply,
  type OutboundRequest,
} from './outbound.ts'

const defaults: OutboundLimits = {
  connectTimeoutMs: 10_000,
  totalTimeoutMs: 30_000,
  maxBytes: 4 * 1024 * 1024,
  connections: 16,
  wayOut: {},
}

/** KEEP_ALIVE_MS is shorter than the 5 s after which usual servers close, because a request on a connection that just closed is Broken. */
const KEEP_ALIVE_MS = 3_000

/** `ownHeaders` name imeigate, because firewalls before panels refuse clients without a user agent. */
const ownHeaders = { 'user-agent': 'imeigate', accept: '*/*', 'accept-encoding': 'gzip' }

/** GuardedOutbound sends to public hosts with verified TLS, and to allowed networks with and without TLS. */
export class GuardedOutbound implements Outbound {
  readonly #destinations: Destinations
  readonly #lookup: Lookup

  /** `allow` has networks as OUTBOUND_ALLOW has them. Throws an Error that names one that is none. */
  constructor({ allow, lookup = systemLookups }: { allow: string[]; lookup?: Lookup }) {
    this.#destinations = new Destinations(allow)
    this.#lookup = lookup
  }

  open(limits: Partial<OutboundLimits> = {}): OutboundClient {
    return new GuardedClient({ ...defaults, ...limits }, this.#destinations, this.#lookup)
  }
}

const systemLookups: Lookup = (hostname) => systemLookup(hostname, { all: true })

class GuardedClient implements OutboundClient {
  readonly #limits: OutboundLimits
  readonly #agent: Agent

  constructor(limits: OutboundLimits, destinations: Destinations, lookup: Lookup) {
    this.#limits = limits
    this.#agent = new Agent({
      connect: guardedConnector(destinations, lookup, limits),
      connections: limits.connections,
      // A connection carries one request at a time, so that the failure of one touches no other.
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // A server that promises more is not believed.
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      // The exchange has a time limit of its own, for the whole.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  }

  async request(request: OutboundRequest): Promise<OutboundReply & { body: Buffer }> {
    const { status, headers, body } = await this.stream(request)
    const chunks: Buffer[] = []
    for await (const chunk of body) chunks.push(chunk)
    return { status, headers, body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) }
  }

  async stream(request: OutboundRequest): Promise<OutboundReply & { body: AsyncIterable<Buffer> }> {
    const url = readUrl(request.url)
    const { totalTimeoutMs, maxBytes } = { ...this.#limits, ...request }
    const exchange = new Exchange(placeOf(url), totalTimeoutMs, request)
    try {
      const reply = await this.#send(url, request, exchange)
      const headers = firstValues(reply.headers)
      const empty = headers['content-length'] === '0' || [204, 304].includes(reply.statusCode)
      // An empty body is no gzip, whatever the head says.
      const body = empty ? reply.body : decoded(reply.body, headers['content-encoding'])
      return { status: reply.statusCode, headers, body: wholeBody(body, exchange, maxBytes) }
    } catch (error) {
      exchange.end()
      throw exchange.explain(error)
    }
  }

  close(): Promise<void> {
    return this.#agent.close()
  }

  async #send(url: URL, request: OutboundRequest, exchange: Exchange): Promise<Dispatcher.ResponseData> {
    // When the other side was restarted, all connections that wait for work may be lost.
    for (let connections = this.#limits.connections; ; connections--) {
      try {
        return await this.#agent.compose(exchange.watch).request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: request.method,
          headers: { ...ownHeaders, ...lowerCased(request.headers ?? {}) },
          body: request.body ?? null,
          signal: exchange.signal,
        })
      } catch (error) {
        if (connections <= 0 || !exchange.mayUseAnother(error)) throw error
      }
    }
  }
}

/** `readUrl` throws NotSent without the URL, in which there may be a secret. */
function readUrl(text: string): URL {
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new NotSent(failure('no_url', {}))
  }
  if (url.username !== '' || url.password !== '') {
    throw new NotSent(failure('url_with_user', { place: placeOf(url) }))
  }
  return url
}

/** `decoded` throws an Error with a `code` for a coding that we did not ask for. */
function decoded(body: Readable, coding: string | undefined): Readable {
  switch (coding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return body
    case 'gzip':
    case 'x-gzip':
    case 'deflate':
      // A failure of either shows when the decoder is read.
      return pipeline(body, createUnzip(), () => {})
    default:
      body.on('error', () => {}).destroy()
      throw Object.assign(new Error('unknown coding'), { code: 'unknown content-encoding' })
  }
}

async function* wholeBody(body: Readable, exchange: Exchange, maxBytes: number): AsyncGenerator<Buffer> {
  let seen = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      seen += chunk.length
      if (seen > maxBytes) break
      yield chunk
    }
  } catch (error) {
    throw exchange.explain(error)
  } finally {
    exchange.end()
  }
  if (seen > maxBytes) throw exchange.broken(`longer than ${maxBytes} bytes`)
}

const lowerCased = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const firstValues = (headers: NodeJS.Dict<string | string[]>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, (Array.isArray(value) ? value[0] : value) ?? '']),
  )
