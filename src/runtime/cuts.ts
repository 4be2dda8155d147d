/** Cut is the signal of one call, which aborts when the call's time is up or all calls are broken off. */
export interface Cut {
  readonly signal: AbortSignal
  /** `end` is called when the call is over, whatever became of it: nothing of it is kept then. */
  end(): void
}

/**
 * Cuts makes signals for calls that must end. A signal of `AbortSignal.timeout` would live on, with its timer, long after its call: with a thousand
 * calls a second that is most of the memory that a process has to clean up.
 */
export class Cuts {
  readonly #calls = new Set<AbortController>()
  #reason: Error | undefined

  get aborted(): boolean {
    return this.#reason !== undefined
  }

  /** `begin` gives the cut of a call that may take so many milliseconds. After `abort` its signal is aborted already. */
  begin(limitMs: number): Cut {
    const call = new AbortController()
    if (this.#reason) call.abort(this.#reason)
    const timer = setTimeout(() => call.abort(new Error(`not within ${limitMs} ms`)), limitMs).unref()
    this.#calls.add(call)
    return {
      signal: call.signal,
      end: () => {
        clearTimeout(timer)
        this.#calls.delete(call)
      },
    }
  }

  /** `abort` breaks off all calls, those that begin later, too. */
  abort(reason: Error): void {
    this.#reason ??= reason
    for (const call of this.#calls) call.abort(this.#reason)
  }
}
