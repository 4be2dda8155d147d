import type { IncomingMessage } from 'node:http'

/** Body is a request's body, or, `tooLarge`, the beginning of one that is longer than the limit. */
export interface Body {
  bytes: Buffer
  tooLarge: boolean
}

/**
 * DRAIN_FACTOR times the limit is read of a body before the answer, because a client that is still sending may lose an answer that a
 * close follows (RFC 9112, 9.6).
 */
const DRAIN_FACTOR = 16

/** `readBody` reads a body whatever its content type says. Rejects when the connection breaks before its end. */
export function readBody(stream: IncomingMessage, limit: number): Promise<Body> {
  const { promise, resolve, reject } = Promise.withResolvers<Body>()
  const chunks: Buffer[] = []
  let kept = 0
  let seen = 0
  const beginning = (): Body => ({ bytes: Buffer.concat(chunks), tooLarge: true })
  stream.on('data', (chunk: Buffer) => {
    seen += chunk.length
    if (kept < limit) {
      chunks.push(kept + chunk.length > limit ? chunk.subarray(0, limit - kept) : chunk)
      kept += Math.min(chunk.length, limit - kept)
    }
    if (seen > limit * DRAIN_FACTOR) resolve(beginning())
  })
  stream.on('end', () => {
    if (seen > limit) resolve(beginning())
    else
      resolve({ bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks), tooLarge: false })
  })
  stream.on('error', reject)
  stream.on('aborted', () => reject(new Error('the request was broken off')))
  return promise
}
