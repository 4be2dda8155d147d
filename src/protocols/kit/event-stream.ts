import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Presence } from '../../runtime/presence.ts'

/** HEARTBEAT_MS is the time between heartbeats, which keep proxies from closing the connection. */
const HEARTBEAT_MS = 15_000
/** CLOSED_MS is that time once the client has closed its half of the connection. */
const CLOSED_MS = 500
/** AWAY_MS is the time between two tries while the database is away. */
const AWAY_MS = 1000
/** RETRY_MS is the time after which a client that lost the connection comes back. */
const RETRY_MS = 2000

interface EventStream {
  request: FastifyRequest
  reply: FastifyReply
  presence: Pick<Presence, 'isTemporary'>
  /** `signal` ends the stream. */
  signal: AbortSignal
  /** `id` is the place that the stream begins at: who loses the connection comes back with it. */
  id: string | number
  /** `next` waits for the next text, at most `ms`, and gives what keeps the connection alive where nothing came; '' is not sent. */
  next: (ms: number, signal: AbortSignal) => Promise<string>
}

/** `sendEvents` answers with server-sent events: what `next` gives, until the signal or the client ends it. */
export function sendEvents(stream: EventStream): FastifyReply {
  return stream.reply
    .type('text/event-stream')
    .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no', connection: 'close' })
    .send(Readable.from(textsOf(stream)))
}

async function* textsOf({ request, presence, signal, id, next }: EventStream): AsyncGenerator<string, void> {
  // A client that closes its half of the connection may still read. One that has left does so too: the next heartbeat finds out which it is.
  const closed = new AbortController()
  request.raw.socket.once('end', () => closed.abort())
  // An event without data is not dispatched, but its id is kept.
  yield `retry: ${RETRY_MS}\nid: ${id}\n\n`
  for (;;) {
    let text = ''
    try {
      text = closed.signal.aborted
        ? await next(CLOSED_MS, signal)
        : await next(HEARTBEAT_MS, AbortSignal.any([signal, closed.signal]))
    } catch (error) {
      if (!presence.isTemporary(error)) throw error
      // What happens while the database is away is told when it is back, on the same connection.
      await new Promise((resolve) => setTimeout(resolve, AWAY_MS))
    }
    if (signal.aborted) return
    if (text !== '') yield text
  }
}
