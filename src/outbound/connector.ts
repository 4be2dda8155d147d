import { isIP, type Socket, connect as tcpConnect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import type { buildConnector } from 'undici'
import { endsWithin } from '../lib/time.ts'
import type { Destinations } from './destinations.ts'
import { NotSent } from './outbound.ts'

/** Lookup gives all addresses of a name, in the order in which they should be tried. */
export type Lookup = (hostname: string) => Promise<{ address: string }[]>

/**
 * `guardedConnector` makes undici's connections, to permitted addresses only. The address that was checked is the one that is connected
 * to, so a name that resolves to something else the next time (DNS rebinding) gains nothing. Whatever fails here is NotSent, because a
 * connection carries a request only after it came about.
 */
export function guardedConnector(
  destinations: Destinations,
  lookup: Lookup,
  timeoutMs: number,
): buildConnector.connector {
  const connect = async (target: buildConnector.Options): Promise<Socket> => {
    const deadline = performance.now() + timeoutMs
    const place = placeOf(target)
    const withTls = target.protocol === 'https:'
    try {
      const finding = isIP(target.hostname)
        ? Promise.resolve([{ address: target.hostname }])
        : lookup(target.hostname)
      if (!(await endsWithin(timeoutMs, finding))) throw timedOut()
      const permitted = (await finding).filter(({ address }) => destinations.permits(address, withTls))
      if (permitted.length === 0) {
        const why = withTls
          ? 'it is at no public address'
          : 'it is at a public address without TLS, or at none'
        throw new NotSent(`may not reach ${place}: ${why}, and in no network of OUTBOUND_ALLOW`)
      }
      // Addresses are tried one after the other, each with its share of the time that is left.
      for (;;) {
        const address = (permitted.shift() as { address: string }).address
        const share = Math.max(1, (deadline - performance.now()) / (permitted.length + 1))
        try {
          return await open(target, address, share)
        } catch (error) {
          if (permitted.length === 0) throw error
        }
      }
    } catch (error) {
      if (error instanceof NotSent) throw error
      throw new NotSent(`cannot reach ${place} (${codeOf(error)})`)
    }
  }
  return (target, callback) => {
    connect(target).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    )
  }
}

/** `open` gives a connection that is ready to carry a request. TLS is always verified, for the name and not for the address. */
function open(target: buildConnector.Options, address: string, timeoutMs: number): Promise<Socket> {
  const withTls = target.protocol === 'https:'
  const to = { host: address, port: Number(target.port) || (withTls ? 443 : 80) }
  const name = isIP(target.hostname) ? {} : { servername: target.hostname }
  const socket = withTls
    ? tlsConnect({ ...to, ...name, ALPNProtocols: ['http/1.1'], rejectUnauthorized: true })
    : tcpConnect(to)
  socket.setNoDelay(true)
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const timer = setTimeout(() => socket.destroy(timedOut()), timeoutMs)
  socket.once(withTls ? 'secureConnect' : 'connect', () => resolve(socket))
  // The listener stays, because an error may come before undici listens for errors, which then sees that the socket is destroyed.
  socket.on('error', reject)
  return promise.finally(() => clearTimeout(timer))
}

const timedOut = (): Error => Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })

/** `codeOf` gives an error's code, or its name, in which there is nothing that was sent or received. */
export function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown }
  return String(code ?? name)
}

/** `placeOf` gives host and port, for messages. */
export function placeOf(url: { protocol: string; hostname: string; port: string }): string {
  const host = isIP(url.hostname) === 6 ? `[${url.hostname}]` : url.hostname
  return `${host}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`
}
