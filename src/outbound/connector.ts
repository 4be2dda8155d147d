import { isIP, type Socket, connect as tcpConnect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import type { buildConnector } from 'undici'
import { failure } from '../lib/failures.ts'
import { endsWithin } from '../lib/time.ts'
import type { Destinations } from './destinations.ts'
import { NotSent, type OutboundLimits, type WayOut } from './outbound.ts'
import { tunnel } from './proxy.ts'

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
  { connectTimeoutMs: timeoutMs, wayOut }: Pick<OutboundLimits, 'connectTimeoutMs' | 'wayOut'>,
): buildConnector.connector {
  const proxy = wayOut.proxy === undefined ? undefined : new URL(wayOut.proxy)
  const connect = async (target: buildConnector.Options): Promise<Socket> => {
    const deadline = performance.now() + timeoutMs
    const place = placeOf(target)
    /** `permittedOf` gives the addresses of a place that may be called. */
    const permittedOf = async (of: { hostname: string; protocol: string }, name: string) => {
      const withTls = of.protocol === 'https:'
      const finding = isIP(of.hostname) ? Promise.resolve([{ address: of.hostname }]) : lookup(of.hostname)
      if (!(await endsWithin(Math.max(1, deadline - performance.now()), finding))) throw timedOut()
      const permitted = (await finding).filter(({ address }) => destinations.permits(address, withTls))
      if (permitted.length > 0) return permitted
      throw new NotSent(failure(withTls ? 'nowhere_public' : 'public_without_tls', { place: name }))
    }
    try {
      const permitted = await permittedOf(target, place)
      // Addresses are tried one after the other, each with its share of the time that is left.
      for (;;) {
        const address = (permitted.shift() as { address: string }).address
        const share = Math.max(1, (deadline - performance.now()) / (permitted.length + 1))
        try {
          return await (proxy === undefined
            ? open(target, address, wayOut, share)
            : openThrough(
                proxy,
                await permittedOf(
                  { protocol: proxy.protocol, hostname: bracketless(proxy.hostname) },
                  `the proxy ${proxy.host}`,
                ),
                target,
                address,
                wayOut,
                share,
              ))
        } catch (error) {
          if (permitted.length === 0) throw error
        }
      }
    } catch (error) {
      if (error instanceof NotSent) throw error
      throw new NotSent(failure('not_reached', { place, why: codeOf(error) }))
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
function open(target: Target, address: string, { localAddress }: WayOut, timeoutMs: number): Promise<Socket> {
  const to = { host: address, port: portOf(target), ...(localAddress !== undefined && { localAddress }) }
  const withTls = target.protocol === 'https:'
  return ready(withTls ? tlsConnect({ ...to, ...tlsFor(target) }) : tcpConnect(to), withTls, timeoutMs)
}

/** `openThrough` gives such a connection through a proxy, which is told the address that was checked, and cannot read what TLS carries. */
async function openThrough(
  proxy: URL,
  [first]: { address: string }[],
  target: Target,
  address: string,
  wayOut: WayOut,
  timeoutMs: number,
): Promise<Socket> {
  const from = performance.now()
  const hostname = bracketless(proxy.hostname)
  const near = { protocol: proxy.protocol, hostname, port: proxy.port }
  const socket = await open(near, first?.address ?? hostname, wayOut, timeoutMs).catch((error: unknown) => {
    throw new NotSent(failure('proxy_not_reached', { place: placeOf(near), why: codeOf(error) }))
  })
  const left = (): number => Math.max(1, timeoutMs - (performance.now() - from))
  const timer = setTimeout(() => socket.destroy(timedOut()), left())
  try {
    await tunnel(socket, proxy, { host: address, port: portOf(target) })
  } catch (error) {
    socket.destroy()
    throw new NotSent(
      failure('proxy_refused', { proxy: placeOf(near), place: placeOf(target), why: codeOf(error) }),
    )
  } finally {
    clearTimeout(timer)
  }
  if (target.protocol !== 'https:') return socket
  return await ready(tlsConnect({ socket, ...tlsFor(target) }), true, left())
}

type Target = Pick<buildConnector.Options, 'protocol' | 'hostname' | 'port'>

const portOf = ({ port, protocol }: Target): number => Number(port) || (protocol === 'https:' ? 443 : 80)
const bracketless = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')
const tlsFor = ({ hostname }: Target) => ({
  ...(isIP(hostname) ? {} : { servername: hostname }),
  ALPNProtocols: ['http/1.1'],
  rejectUnauthorized: true,
})

/** `ready` waits until a connection can carry a request. */
function ready(socket: Socket, withTls: boolean, timeoutMs: number): Promise<Socket> {
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
