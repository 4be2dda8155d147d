import type { IncomingMessage } from 'node:http'
import { Refusal, Throttled } from '../errors.ts'
import type { Caller } from './caller.ts'

/** Body is a request's body, or its beginning and why the rest was not kept. */
export interface Body {
  bytes: Buffer
  refusal?: Refusal
  /** `isBrokenOff`: the rest of the body is not read, and its connection is to be closed behind the answer. */
  isBrokenOff: boolean
}

/**
 * DRAIN_FACTOR times the limit is read of a body before the answer, because a client that is still sending may lose an answer that a
 * close follows (RFC 9112, 9.6).
 */
const DRAIN_FACTOR = 16
/** A body may come in FREE_PIECES pieces, and in one more for each PIECE bytes: each piece costs as much as a thousand bytes. */
const FREE_PIECES = 1000
const PIECE = 256
/** LINGER_MS is how long the rest of a body that is refused may take to come in before the answer. */
const LINGER_MS = 1000
/** BURST_SECONDS is for how many seconds' bytes an address may send at once. */
const BURST_SECONDS = 4

export interface BodyLimits {
  /** `bytesPerSecond` bounds what one address sends without valid credentials; 0: as much as it likes. */
  bytesPerSecond: number
  /** `held` bounds the bytes of all bodies that are on their way. */
  held: number
}

interface Reading {
  held: number
  giveWay(): void
}

/** Bodies reads the bodies of requests, within what the process can hold. */
export class Bodies {
  readonly #limits: BodyLimits
  readonly #onRefused: (why: 'bytes_of_address' | 'bodies' | 'pieces', address: string) => void
  /** `#readings` are the bodies on their way, the one that has been for longest first. */
  readonly #readings = new Set<Reading>()
  #held = 0

  constructor(
    limits: BodyLimits,
    onRefused: (why: 'bytes_of_address' | 'bodies' | 'pieces', address: string) => void,
  ) {
    this.#limits = limits
    this.#onRefused = onRefused
  }

  /** `held` are the bytes of the bodies that are on their way. */
  get held(): number {
    return this.#held
  }

  /**
   * `read` reads a body whatever its content type says. It rejects when the connection breaks before the end. When the bodies on their way
   * are too large together, the one that has been for longest gives way.
   */
  read(stream: IncomingMessage, limit: number, caller: Caller | null): Promise<Body> {
    const { promise, resolve, reject } = Promise.withResolvers<Body>()
    const chunks: Buffer[] = []
    let seen = 0
    let pieces = 0
    const reading: Reading = {
      held: 0,
      giveWay: () => breakOff('bodies', new Throttled('too_many_requests', 1000)),
    }
    const end = (): void => {
      if (!this.#readings.delete(reading)) return
      this.#held -= reading.held
      reading.held = 0
    }
    const endEarly = (): void => {
      end()
      stream.off('data', onData)
    }
    const tooLarge = (): Body => ({
      bytes: joined(chunks),
      refusal: new Refusal('body_too_large', `at most ${limit} bytes`),
      isBrokenOff: false,
    })
    let refusal: Refusal | undefined
    const breakOff = (why: 'bytes_of_address' | 'bodies' | 'pieces', because: Refusal): void => {
      endEarly()
      refusal = because
      this.#onRefused(why, caller?.address ?? stream.socket.remoteAddress ?? '')
      const body = { bytes: joined(chunks), refusal, isBrokenOff: true }
      if (why === 'pieces') {
        stream.pause()
        resolve(body)
        return
      }
      // What is still on its way is thrown away for a moment, so that its sender comes to read the answer.
      stream.resume()
      const timer = setTimeout(() => resolve(body), LINGER_MS)
      stream.once('close', () => clearTimeout(timer))
    }
    const onData = (chunk: Buffer): void => {
      seen += chunk.length
      pieces++
      if (pieces > FREE_PIECES + seen / PIECE) {
        breakOff('pieces', new Refusal('body_too_large', `it comes in more than ${FREE_PIECES} small pieces`))
        return
      }
      const wait = caller ? this.#spend(caller, chunk.length) : 0
      if (wait > 0) {
        breakOff('bytes_of_address', new Throttled('too_many_requests', wait))
        return
      }
      const room = limit - reading.held
      if (room > 0) {
        const kept = chunk.length > room ? chunk.subarray(0, room) : chunk
        chunks.push(kept)
        reading.held += kept.length
        this.#held += kept.length
        this.#makeRoom()
      }
      if (seen > limit * DRAIN_FACTOR) {
        const body = tooLarge()
        endEarly()
        resolve(body)
      }
    }
    this.#readings.add(reading)
    stream.on('data', onData)
    stream.on('end', () => {
      end()
      if (refusal) resolve({ bytes: joined(chunks), refusal, isBrokenOff: false })
      else resolve(seen > limit ? tooLarge() : { bytes: joined(chunks), isBrokenOff: false })
    })
    stream.on('error', (error) => {
      end()
      reject(error)
    })
    stream.on('close', () => {
      end()
      if (!stream.complete) reject(new Error('the request was broken off'))
    })
    return promise
  }

  /** `giveBack` takes bytes off an address again: they came with valid credentials. */
  giveBack(caller: Caller | null, bytes: number): void {
    const { bytesPerSecond } = this.#limits
    if (caller && bytesPerSecond > 0) caller.spentUntil -= (bytes / bytesPerSecond) * 1000
  }

  #makeRoom(): void {
    while (this.#held > this.#limits.held) {
      const [first] = this.#readings
      if (!first) return
      first.giveWay()
    }
  }

  /** `#spend` takes bytes from what an address may send. It gives in how many milliseconds there are so many; 0: there were. */
  #spend(caller: Caller, bytes: number): number {
    const { bytesPerSecond } = this.#limits
    if (bytesPerSecond === 0) return 0
    const now = performance.now()
    const until = Math.max(caller.spentUntil, now) + (bytes / bytesPerSecond) * 1000
    const wait = until - now - BURST_SECONDS * 1000
    if (wait > 0) return wait
    caller.spentUntil = until
    return 0
  }
}

const joined = (chunks: Buffer[]): Buffer =>
  chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
