import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Refusal } from '../../errors.ts'

/** Watcher has `end` called, once, when who has an answer may have it no longer. Gives what ends the watch. */
export type Watcher = (end: (why: Refusal) => void) => () => void

/** LAST_WORDS_MS is how long an answer that has begun may take to end once its right has ended. */
const LAST_WORDS_MS = 500
/** PROBE_MS is the time between two looks for a client that has closed its half of the connection. */
const PROBE_MS = 500

/** GONE is one for all: every answer ends so, and an error of its own takes as long to make as some answers. */
const GONE = Object.assign(new Error('the client has gone'), { name: 'AbortError' })

/**
 * Listener is the client of one answer, for what takes long: `gone` is aborted when the client has gone, or the right has ended that it had
 * the answer by, whose Refusal is the reason then. An answer that goes on nevertheless, because it is long or its client reads slowly,
 * is cut off. `signal` is aborted then, too, and when the server stops.
 */
export class Listener {
  readonly #gone = new AbortController()
  readonly #over = new AbortController()

  constructor(watch: Watcher, closing: AbortSignal, request: FastifyRequest, { raw }: FastifyReply) {
    const unwatch = watch((why) => {
      this.#end(why)
      setTimeout(() => {
        if (raw.headersSent && !raw.writableFinished) raw.destroy()
      }, LAST_WORDS_MS)
    })
    const stop = (): void => this.#over.abort()
    if (closing.aborted) stop()
    closing.addEventListener('abort', stop)
    const stopProbes = probe(request, raw)
    raw.once('close', () => {
      stopProbes()
      unwatch()
      closing.removeEventListener('abort', stop)
      this.#end()
    })
  }

  get gone(): AbortSignal {
    return this.#gone.signal
  }

  get signal(): AbortSignal {
    return this.#over.signal
  }

  #end(why: unknown = GONE): void {
    this.#gone.abort(why)
    this.#over.abort(why)
  }
}

/**
 * `probe` finds out whether a client is still there that has closed its half of the connection: it may still read, as netcat does, or have
 * gone, which only writing shows. Before an answer it is told that it is being worked on (102), which HTTP/1.1 lets any client pass over.
 */
function probe({ raw: request }: FastifyRequest, answer: FastifyReply['raw']): () => void {
  let timer: NodeJS.Timeout | undefined
  const begin = (): void => {
    timer ??= setInterval(() => {
      if (!answer.headersSent && request.httpVersion === '1.1') answer.writeProcessing()
    }, PROBE_MS)
  }
  const { socket } = request
  if (socket.readableEnded) begin()
  else socket.once('end', begin)
  return () => {
    clearInterval(timer)
    socket.off('end', begin)
  }
}
