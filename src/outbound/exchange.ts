import type { Dispatcher } from 'undici'
import { failure } from '../lib/failures.ts'
import { codeOf } from './connector.ts'
import { Broken, NotSent, type OutboundRequest } from './outbound.ts'

/** Exchange is one request under way: how long it may take, and whether any of it was given to a connection (promise 4). */
export class Exchange {
  readonly #place: string
  readonly #giveUp = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #caller: AbortSignal | undefined
  readonly #mayBegin: () => boolean
  readonly #onCallerAbort = (): void => this.#stop('aborted')
  #started = false

  /** The constructor starts the exchange's time. `place` is host and port. */
  constructor(
    place: string,
    totalTimeoutMs: number,
    { signal: caller, mayBegin = () => true }: Pick<OutboundRequest, 'signal' | 'mayBegin'>,
  ) {
    this.#place = place
    this.#caller = caller
    this.#mayBegin = mayBegin
    this.#timer = setTimeout(() => this.#stop(`not within ${totalTimeoutMs} ms`), totalTimeoutMs)
    if (caller?.aborted) this.#onCallerAbort()
    else caller?.addEventListener('abort', this.#onCallerAbort)
  }

  /** `signal` aborts when the exchange's time is up or its caller gave up. */
  get signal(): AbortSignal {
    return this.#giveUp.signal
  }

  /** `end` is called after the answer's last byte, or when there will be none. */
  end(): void {
    clearTimeout(this.#timer)
    this.#caller?.removeEventListener('abort', this.#onCallerAbort)
  }

  /** `watch` notices when undici begins to write the request: nothing of it was sent before that. */
  readonly watch: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => {
        if (this.#started) {
          // undici does not send a request twice; should it ever, this one stays here.
          controller.abort(new Error('it was sent before'))
          return
        }
        // The signal may have aborted while the request was queued.
        handler.onRequestStart?.(controller, context)
        if (!controller.aborted && !this.#mayBegin())
          controller.abort(new NotSent(failure('too_late_to_begin', { place: this.#place })))
        this.#started = !controller.aborted
      },
      onResponseStart: (...reply) => handler.onResponseStart?.(...reply),
      onResponseData: (...chunk) => handler.onResponseData?.(...chunk),
      onResponseEnd: (...trailers) => handler.onResponseEnd?.(...trailers),
      onResponseError: (...error) => handler.onResponseError?.(...error),
    })

  /**
   * `mayUseAnother` tells whether an error is that of a connection which was lost while it waited for work. The request was to be the next
   * on it, and nothing of it was written: another connection may have it.
   */
  mayUseAnother(error: unknown): boolean {
    const ofConnection = !(error instanceof NotSent) && !codeOf(error).startsWith('UND_ERR_')
    return ofConnection && !this.#started && !this.signal.aborted
  }

  /** `explain` says what an error means for the request: NotSent when none of it was written, and Broken in every other case. */
  explain(error: unknown): NotSent | Broken {
    const why = this.signal.aborted ? this.signal.reason.message : reasonOf(error)
    if (this.#started) return this.broken(why)
    return error instanceof NotSent
      ? error
      : new NotSent(failure('nothing_sent', { place: this.#place, why }))
  }

  broken(why: string): Broken {
    return new Broken(failure('no_answer', { place: this.#place, why }))
  }

  #stop(why: string): void {
    this.end()
    this.#giveUp.abort(new Error(why))
  }
}

/** CLEAR_MESSAGES has the codes of undici's errors whose message says more than the code, and holds nothing that was sent or received. */
const CLEAR_MESSAGES = ['UND_ERR_SOCKET', 'UND_ERR_INVALID_ARG']

function reasonOf(error: unknown): string {
  const code = codeOf(error)
  return CLEAR_MESSAGES.includes(code) ? (error as Error).message : code
}
