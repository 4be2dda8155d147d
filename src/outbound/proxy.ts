import { isIP, type Socket } from 'node:net'

/** MAX_HEAD bounds a proxy's answer, which has nothing that is needed but its status. */
const MAX_HEAD = 16 * 1024

/** ProxyRefused says that a proxy did not connect us. */
class ProxyRefused extends Error {
  readonly code: string

  constructor(code: string) {
    super(`the proxy did not connect us (${code})`)
    this.code = code
  }
}

/** `tunnel` asks a proxy, by a connection to it, to pass on to an address what is sent from here on. */
export async function tunnel(socket: Socket, proxy: URL, to: { host: string; port: number }): Promise<void> {
  const place = `${isIP(to.host) === 6 ? `[${to.host}]` : to.host}:${to.port}`
  const { username, password } = proxy
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
    'base64',
  )
  const head = [
    `CONNECT ${place} HTTP/1.1`,
    `Host: ${place}`,
    ...(username === '' ? [] : [`Proxy-Authorization: Basic ${login}`]),
  ]
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let seen = Buffer.alloc(0)
  const onData = (chunk: Buffer): void => {
    seen = Buffer.concat([seen, chunk])
    const end = seen.indexOf('\r\n\r\n')
    if (end < 0) {
      if (seen.length > MAX_HEAD) reject(new ProxyRefused('a head without an end'))
      return
    }
    const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(seen.subarray(0, end).toString('latin1')) ?? []
    if (status === undefined || !status.startsWith('2')) {
      reject(new ProxyRefused(`proxy status ${status ?? 'unknown'}`))
      return
    }
    socket.pause()
    socket.off('data', onData)
    const rest = seen.subarray(end + 4)
    if (rest.length > 0) socket.unshift(rest)
    resolve()
  }
  const onEnd = (): void => reject(new ProxyRefused('proxy hung up'))
  socket.on('data', onData).once('error', reject).once('end', onEnd).once('close', onEnd)
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  try {
    await promise
  } finally {
    socket.off('data', onData).off('error', reject).off('end', onEnd).off('close', onEnd)
  }
}
