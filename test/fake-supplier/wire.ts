import { connect, type Socket } from 'node:net'
import { checkDigit } from '../../src/lib/imei.ts'

export interface WireReply {
  status: number
  headers: Map<string, string>
  body: string
}

/** `Wire` is one connection with one request on it, as bytes. */
export class Wire {
  heard = ''
  /** `end` is how the other side ended the connection; undefined while it is open. */
  end: 'closed' | 'reset' | undefined
  readonly ended: Promise<void>
  readonly #socket: Socket
  #onChange: () => void = () => {}

  constructor(url: string, bytes: string) {
    const { hostname, port } = new URL(url)
    this.#socket = connect(Number(port), hostname, () => this.#socket.write(bytes))
    this.#socket.on('data', (chunk) => {
      this.heard += chunk.toString('latin1')
      this.#onChange()
    })
    this.#socket.on('end', () => this.#finish('closed'))
    this.#socket.on('error', () => this.#finish('reset'))
    this.ended = new Promise((resolve) => this.#socket.once('close', () => resolve()))
    this.#socket.once('close', () => this.#onChange())
  }

  /** `reply` gives the whole answer; undefined when the connection ends before there is one. */
  async reply(): Promise<WireReply | undefined> {
    for (;;) {
      const read = readReply(this.heard)
      if (read || this.end) return read
      await new Promise<void>((resolve) => {
        this.#onChange = resolve
      })
    }
  }

  hangUp(): void {
    this.#socket.destroy()
  }

  #finish(how: 'closed' | 'reset'): void {
    this.end ??= how
  }
}

/** `exchange` sends a request and gives the whole answer; it throws when there is none. */
export async function exchange(url: string, bytes: string): Promise<WireReply> {
  const wire = new Wire(url, bytes)
  const reply = await wire.reply()
  wire.hangUp()
  if (!reply) throw new Error(`no whole answer: ${JSON.stringify(wire.heard)}, ${wire.end}`)
  return reply
}

function readReply(heard: string): WireReply | undefined {
  const [head, ...rest] = heard.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  const [first = '', ...lines] = (head ?? '').split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  if (rest.length === 0 || body.length < Number(headers.get('content-length'))) return undefined
  return { status: Number(first.split(' ')[1]), headers, body: Buffer.from(body, 'latin1').toString('utf8') }
}

/** `bytesOf` gives a request as bytes. */
export function bytesOf(
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): string {
  const lines = Object.entries({
    host: 'fake',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  })
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** `dhru` gives a Dhru request as most clients send it. */
export function dhru(action: string, parameters?: unknown, more: Record<string, string> = {}): string {
  const fields = {
    username: 'fake',
    apiaccesskey: 'fake',
    requestformat: 'JSON',
    action,
    ...(parameters !== undefined && { parameters: JSON.stringify(parameters) }),
    ...more,
  }
  return bytesOf('POST', '/api/index.php', new URLSearchParams(fields).toString(), FORM)
}

/** `rest` gives a request of the REST API. */
export function rest(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): string {
  const text = body === undefined ? '' : JSON.stringify(body)
  return bytesOf(method, path, text, { authorization: 'Bearer fake.fake', ...headers })
}

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
export async function say(url: string, bytes: string): Promise<any> {
  return JSON.parse((await exchange(url, bytes)).body)
}

/** `control` changes settings of the panel if there are any, and gives what it says of itself. */
export const control = (url: string, settings?: unknown): ReturnType<typeof say> =>
  say(
    url,
    settings === undefined
      ? bytesOf('GET', '/control')
      : bytesOf('POST', '/control', JSON.stringify(settings)),
  )

/** `imeiOf` gives the n-th IMEI of a TAC. */
export function imeiOf(tac: string, n: number): string {
  const digits = `${tac}${String(n).padStart(6, '0')}`
  return `${digits}${checkDigit(digits)}`
}
