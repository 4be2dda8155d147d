import { NotSent, type OutboundClient, type OutboundRequest } from '../../../outbound/outbound.ts'
import { textOfBody } from './charset.ts'

/** Reply is a whole answer of whatever status. */
export interface Reply {
  kind: 'reply'
  status: number
  /** `headers` have lower-case names. */
  headers: Record<string, string>
  text: string
}

/** NothingSent is proof that nothing of the request went out, or that nothing of it came through. */
export interface NothingSent {
  kind: 'not sent'
  why: string
  /** `turnedAway`: it was answered, by a front or for asking too often. `retryAfterMs` is when to come again; null: it does not say. */
  turnedAway?: { retryAfterMs: number | null }
}

/** Unclear is whatever is neither a clear answer nor a proof that nothing was sent. */
export interface Unclear {
  kind: 'unclear'
  why: string
}

/** `call` sends one request. It never throws: what fails in a way that nobody has thought of is unclear as well (promise 4: no guess). */
export async function call(
  client: OutboundClient,
  request: OutboundRequest,
): Promise<Reply | NothingSent | Unclear> {
  try {
    const { status, headers, body } = await client.request(request)
    return { kind: 'reply', status, headers, text: textOfBody(body, headers['content-type']) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { kind: error instanceof NotSent ? 'not sent' : 'unclear', why }
  }
}
