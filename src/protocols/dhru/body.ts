import type { IncomingMessage } from 'node:http'

/** A request's body; `tooLarge` when it went past the limit, and then only its beginning. */
export interface Body {
  bytes: Buffer
  tooLarge: boolean
}

/** How much of a body that is too large is still read, so that its sender gets to read the answer. */
const DRAIN_FACTOR = 16

/** Reads a body whatever its content type says. Rejects when the connection breaks before its end. */
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
