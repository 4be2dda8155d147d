import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import type { Queryable } from '../database/database.ts'
import { allowedIps, isLoopback, isPublic, readAddress } from '../lib/ip.ts'
import { selectSightings, upsertSighting } from './proxy-sightings.sql.ts'

/**
 * Sighting is a request that TRUST_PROXY does not fit. `unbelieved`: it came with X-Forwarded-For, and no proxy is trusted. `beside`: it came
 * from elsewhere than from the proxies that are trusted.
 */
export type Sighting = 'unbelieved' | 'beside'

/** AGAIN_MS is how often a sighting is noted for `imeigate doctor`, and MAX_AGE_MS how long that tells of it. */
const AGAIN_MS = 3_600_000
const MAX_AGE_MS = 24 * AGAIN_MS
/** MAX_PEERS bounds the proxies that are known by their addresses. */
const MAX_PEERS = 1000
/** PROBED are paths that are asked for from anywhere inside, and not by resellers. */
const PROBED = new Set(['/healthz', '/readyz', '/metrics'])

/** ProxyWatch looks at where requests come from. What does not fit TRUST_PROXY is a line of the log, once a process, and noted for doctor. */
export class ProxyWatch {
  readonly #isTrusted: ((ip: string) => boolean) | undefined
  readonly #log: Logger
  readonly #note: (sighting: Sighting, peer: string) => void
  readonly #trusted = new Set<string>()
  readonly #noted = new Map<Sighting, number>()

  /** `note` keeps a sighting, and does not throw. */
  constructor(proxies: string[], log: Logger, note: (sighting: Sighting, peer: string) => void) {
    this.#isTrusted = proxies.length > 0 ? allowedIps(proxies) : undefined
    this.#log = log
    this.#note = note
  }

  /** `look` is called of every request, before anything else is. */
  look({ headers, url = '/', socket }: IncomingMessage): void {
    const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
    if (!this.#isTrusted && !isForwarded) return
    const peer = socket.remoteAddress ?? ''
    if (!this.#isTrusted) {
      this.#see('unbelieved', peer)
      return
    }
    if (this.#trusted.has(peer)) return
    if (this.#isTrusted(peer)) {
      if (this.#trusted.size < MAX_PEERS) this.#trusted.add(peer)
      return
    }
    const isProbe = PROBED.has(url) || (isLoopback(peer) && !isForwarded)
    if (!isProbe) this.#see('beside', peer)
  }

  #see(sighting: Sighting, peer: string): void {
    const now = performance.now()
    const notedAt = this.#noted.get(sighting)
    if (notedAt !== undefined && now - notedAt < AGAIN_MS) return
    this.#noted.set(sighting, now)
    if (notedAt === undefined) this.#log.warn({ peer }, sentenceOf(sighting, peer))
    this.#note(sighting, peer)
  }
}

/** `sentenceOf` says what was seen, and what to set. A public peer may be anybody, who made the header up: it is not to be trusted unseen. */
function sentenceOf(sighting: Sighting, peer: string): string {
  const address = readAddress(peer)?.toString() ?? peer
  if (sighting === 'beside') {
    return (
      `a request came from ${address}, which is none of TRUST_PROXY: if it is a proxy of yours, add it there; ` +
      'if not, let nobody reach this port but the proxy (HOST, a firewall)'
    )
  }
  const parsed = readAddress(peer)
  return parsed && isPublic(parsed)
    ? `a request came from ${address} with X-Forwarded-For, which is not believed: if that is your reverse proxy, set TRUST_PROXY=${address}; if not, somebody made it up, and nothing needs to be done`
    : `requests come through a reverse proxy at ${address} whose X-Forwarded-For is not believed, and all callers are one address: set TRUST_PROXY=${address}`
}

/** `noteSighting` keeps the last of each sort. */
export const noteSighting = (sql: Queryable, sighting: Sighting, peer: string, now: Date): Promise<void> =>
  upsertSighting(sql, { sighting, peer, seenAt: now })

/** `recentSightings` gives in words what servers have seen within a day and the settings at hand still do not fit. */
export async function recentSightings(sql: Queryable, proxies: string[], now: Date): Promise<string[]> {
  const isTrusted = allowedIps(proxies)
  const seen = await selectSightings(sql, new Date(now.getTime() - MAX_AGE_MS))
  return seen
    .filter(({ sighting, peer }) =>
      sighting === 'unbelieved' ? proxies.length === 0 : proxies.length > 0 && !isTrusted(peer),
    )
    .map(({ sighting, peer }) => sentenceOf(sighting, peer))
}
