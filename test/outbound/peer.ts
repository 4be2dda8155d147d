import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

/** `certificate` is the certificate and the key of panel.test and 127.0.0.1, in one text. */
export const certificate = readFileSync(new URL('certificate.pem', import.meta.url), 'utf8')

/** `Answer` is what to do with a request that has come in whole, the `count`th of this server. */
export type Answer = (socket: Socket, request: string, count: number) => void

/** `Peer` is the other side as bytes: it notes what it gets, and does with the socket what a test says. */
export class Peer {
  /** `received` holds all bytes of each connection, in the order in which the connections came about. */
  readonly received: string[] = []
  /** `requests` are whole ones, head and body. */
  readonly requests: string[] = []
  /** `failures` are why connections of TLS did not come about. */
  readonly failures: string[] = []
  readonly server: Server
  readonly #sockets = new Set<Socket>()
  #onNews: () => void = () => {}

  constructor({ answer, onConnection, tls = false }: Behaviour) {
    const accept = (socket: Socket): void => {
      const index = this.received.push('') - 1
      let pending = ''
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        const text = chunk.toString('latin1')
        this.received[index] += text
        pending += text
        for (;;) {
          const length = lengthOfRequest(pending)
          if (length === undefined) break
          const request = pending.slice(0, length)
          pending = pending.slice(length)
          this.requests.push(request)
          answer?.(socket, request, this.requests.length)
        }
        this.#onNews()
      })
      onConnection?.(socket)
      this.#onNews()
    }
    this.server = tls
      ? createTlsServer({ cert: certificate, key: certificate }, accept)
      : createServer(accept)
    this.server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
    })
    this.server.on('tlsClientError', (error: NodeJS.ErrnoException) => this.failures.push(error.code ?? ''))
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/api?token=s3cret`
  }

  /** `heard` waits until this many whole requests have come in. */
  async heard(count: number): Promise<void> {
    while (this.requests.length < count) {
      await new Promise<void>((resolve) => {
        this.#onNews = resolve
      })
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

interface Behaviour {
  answer?: Answer
  onConnection?: (socket: Socket) => void
  tls?: boolean
}

const peers = new Set<Peer>()

/** `listen` listens on a free port of 127.0.0.1, or elsewhere, until `closePeers`. */
export async function listen(behaviour: Answer | Behaviour, host = '127.0.0.1', port = 0): Promise<Peer> {
  const peer = new Peer(typeof behaviour === 'function' ? { answer: behaviour } : behaviour)
  peers.add(peer)
  await new Promise<void>((resolve) => peer.server.listen(port, host, resolve))
  return peer
}

/** `closePeers` is for afterEach. */
export async function closePeers(): Promise<void> {
  await Promise.all([...peers].map((peer) => peer.close()))
  peers.clear()
}

/** `reply` gives a whole reply. */
export const reply = (body: string | Buffer, head = '', status = '200 OK'): Buffer =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${head}\r\n`),
    Buffer.from(body),
  ])

function lengthOfRequest(bytes: string): number | undefined {
  const head = bytes.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const [, length = '0'] = /\r\ncontent-length: (\d+)/i.exec(bytes.slice(0, head)) ?? []
  const whole = head + 4 + Number(length)
  return bytes.length >= whole ? whole : undefined
}
