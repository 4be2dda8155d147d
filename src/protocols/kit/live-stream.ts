import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LiveRights, Right } from '../../live/live-rights.ts'
import type { Presence } from '../../runtime/presence.ts'
import { sendEvents } from './event-stream.ts'

/** LAST_WORDS_MS is how long a stream may take to end once its right has ended. */
const LAST_WORDS_MS = 500

export interface LiveDeps {
  liveRights: Pick<LiveRights, 'watch'>
  presence: Pick<Presence, 'isTemporary'>
  /** `closing` is aborted when the server takes no more requests. */
  closing: AbortSignal
}

interface LiveStream {
  request: FastifyRequest
  reply: FastifyReply
  /** `right` is what it is followed by: the stream ends with it. */
  right: Right
  /** `count` counts the stream, and gives what is called at its end. Throws where there are too many. */
  count: () => () => void
  /** `id` and `next` are those of `sendEvents`. */
  id: string
  next: (ms: number, signal: AbortSignal) => Promise<string>
}

/** `sendLive` answers with events for as long as the right holds by which they are followed, the client stays, and the server runs. */
export function sendLive(
  { liveRights, presence, closing }: LiveDeps,
  { request, reply, right, count, id, next }: LiveStream,
): FastifyReply {
  const { raw } = reply
  if (raw.destroyed) return reply
  const uncount = count()
  const over = new AbortController()
  const unwatch = liveRights.watch(right, () => {
    over.abort()
    setTimeout(() => {
      if (!raw.writableFinished) raw.destroy()
    }, LAST_WORDS_MS)
  })
  const stop = (): void => over.abort()
  closing.addEventListener('abort', stop)
  raw.once('close', () => {
    closing.removeEventListener('abort', stop)
    unwatch()
    uncount()
    stop()
  })
  return sendEvents({ request, reply, presence, signal: over.signal, id, next })
}

/** Told is one thing that has changed, as an event says it. */
export interface Told {
  topic: string
  id: number | null
}

/** `textOf` gives the id with the last event only: who loses the connection in between is told all of them again. */
export const textOf = (happened: readonly Told[], place: string): string =>
  happened
    .map(
      ({ topic, id }, at) =>
        `event: change\n${at === happened.length - 1 ? `id: ${place}\n` : ''}data: ${JSON.stringify({ topic, id })}\n\n`,
    )
    .join('')

/** `heartbeat` says how far the client has come, too: an event without data is not dispatched, but its id is kept. */
export const heartbeat = (place: string): string => `:\nid: ${place}\n\n`
