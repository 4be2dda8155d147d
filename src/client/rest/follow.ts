import { readAnswer } from './amounts.ts'
import { type Calls, passes } from './calls.ts'
import { ImeigateError } from './error.ts'
import { messages } from './event-stream.ts'
import { backoffMs, pause } from './pause.ts'
import type { Schemas } from './schema.ts'
import type { Reading } from './types.ts'

export interface FollowOptions {
  signal?: AbortSignal
  /** `after` is the `id` of the last event that you have handled; what follows it is given. Without it, what happens from now on is. */
  after?: string
}

/** OrderEvent is an order that has changed, as it is now. */
export interface OrderEvent<Exact extends boolean = false> {
  id: string
  order: Reading<Schemas['Order'], Exact>
}

const PATH = '/api/order/events'
const STREAM = 'text/event-stream'
/** SILENCE_MS is how long a connection may be silent before it is taken for dead: the server sends something every 15 seconds. */
const SILENCE_MS = 45_000

export async function* follow(
  calls: Calls,
  exact: boolean,
  { signal, after }: FollowOptions,
): AsyncGenerator<OrderEvent<boolean>> {
  let last = after
  let connected = false
  for (let failures = 0; ; ) {
    try {
      const headers = last === undefined ? {} : { 'last-event-id': last }
      const { body } = await calls.open({ method: 'GET', path: PATH, accept: STREAM, headers, signal })
      connected = true
      if (!body) throw new ImeigateError('there is no stream', { code: 'UNREADABLE_ANSWER_ERROR' })
      for await (const { id, event, data } of messages(body, SILENCE_MS)) {
        failures = 0
        if (id !== '') last = id
        if (event === 'order') yield { id, order: readAnswer(data, exact) as OrderEvent<boolean>['order'] }
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof SyntaxError) throw error
      // Every other error means that the connection broke, or was silent.
      if (error instanceof ImeigateError && !(connected && passes(error))) throw error
    }
    await pause(backoffMs(++failures), signal)
  }
}
