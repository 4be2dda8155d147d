import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LiveAnswers } from '../../accounts/live-answers.ts'
import { bearerOf } from './decode.ts'
import { routeOf } from './route.ts'

/** LAST_WORDS_MS is how long an answer that has begun may take to end once its right has ended. */
const LAST_WORDS_MS = 500

/**
 * `untilOver` gives a signal that is aborted when the client has gone, the server stops, or the caller's right has ended, whose Refusal is
 * the reason then. An answer that goes on nevertheless, because it is long or its client reads slowly, is cut off.
 */
export function untilOver(
  liveAnswers: Pick<LiveAnswers, 'watch'>,
  closing: AbortSignal,
  request: FastifyRequest,
  { raw }: FastifyReply,
): AbortSignal {
  const over = new AbortController()
  const end = (): void => over.abort()
  if (closing.aborted) end()
  closing.addEventListener('abort', end)
  const right = {
    credentials: bearerOf(request.headers.authorization),
    ip: request.ip,
    permission: routeOf(request).permission,
  }
  const unwatch = liveAnswers.watch(right, (why) => {
    over.abort(why)
    setTimeout(() => {
      if (raw.headersSent && !raw.writableFinished) raw.destroy()
    }, LAST_WORDS_MS)
  })
  raw.once('close', () => {
    unwatch()
    closing.removeEventListener('abort', end)
    end()
  })
  return over.signal
}
