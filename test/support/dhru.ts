import { type Agent, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { expect } from 'vitest'
import type { DhruJson, Shop, TestServer } from './server.ts'
import { PATIENCE_MS } from './until.ts'
import { contentOf, parseXml, sayableInXml } from './xml.ts'

export type Format = 'JSON' | 'XML'
export type Pairs = [name: string, value: string][]

export const URLENCODED = 'application/x-www-form-urlencoded'
const TYPES: Record<string, Format> = {
  'application/json; charset=utf-8': 'JSON',
  'text/xml; charset=utf-8': 'XML',
}

export interface RawRequest {
  body?: string | Buffer
  path?: string
  method?: string
  headers?: Record<string, string>
  /** `chunked` sends the body without a length, as clients do that do not hold it in memory. */
  chunked?: boolean
  agent?: Agent
}

export interface RawReply {
  status: number
  headers: Record<string, string | string[] | undefined>
  bytes: Buffer
}

/** `exchange` is one HTTP exchange; it rejects when the connection breaks or nothing comes for long. */
export function exchange(url: string, request: RawRequest): Promise<RawReply> {
  const { body = '', path = '/api/dhru', method = 'POST', headers = {}, chunked = false, agent } = request
  const { promise, resolve, reject } = Promise.withResolvers<RawReply>()
  const length = chunked
    ? { 'transfer-encoding': 'chunked' }
    : { 'content-length': String(Buffer.byteLength(body)) }
  const sent = httpRequest(
    url,
    { method, path, headers: { ...length, ...headers }, ...(agent && { agent }) },
    (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, bytes: Buffer.concat(chunks) }),
      )
      reply.on('error', reject)
    },
  )
  sent.setTimeout(PATIENCE_MS, () => sent.destroy(new Error('no answer')))
  sent.on('error', reject)
  if (chunked) {
    const bytes = Buffer.from(body as string)
    for (let at = 0; at < bytes.length; at += 16_384) sent.write(bytes.subarray(at, at + 16_384))
    sent.end()
  } else sent.end(body)
  return promise
}

/** `talk` writes bytes to a socket as they are, or hangs up at once, and gives all that comes back until the server closes. */
export function talk(url: string, bytes: string | Buffer, hangUp = false): Promise<string> {
  const { hostname, port } = new URL(url)
  const { promise, resolve } = Promise.withResolvers<string>()
  let heard = ''
  const socket = connect(Number(port), hostname, () => (hangUp ? socket.end(bytes) : socket.write(bytes)))
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1')
  })
  socket.on('error', () => {})
  socket.on('close', () => resolve(heard))
  return promise
}

/**
 * Promise 7 of one reply: the status, the format that the content type says, and a well-formed answer that has either
 * SUCCESS, ERROR or rows. Gives the format and what the answer says.
 */
export function readDhru(reply: RawReply, status = 200): { format: Format; says: DhruJson } {
  expect(reply.status).toBe(status)
  const format = TYPES[String(reply.headers['content-type'])] as Format
  expect(format, `the content type ${reply.headers['content-type']}`).toBeDefined()
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(reply.bytes)
  const says = format === 'XML' ? readXml(text) : JSON.parse(text)
  // PHP panels choke on true, false, null, and half a surrogate pair.
  sayableInXml(says)
  expect(says.apiversion).toBe('8.2')
  if (says.ERROR !== undefined) {
    expect(Object.keys(says)).toEqual(['ERROR', 'apiversion'])
    expect(says.ERROR).toEqual([{ MESSAGE: expect.any(String), FULL_DESCRIPTION: expect.any(String) }])
    expect(says.ERROR[0].FULL_DESCRIPTION).toMatch(/^[a-z_]+(?:: .+)?$/s)
  }
  return { format, says }
}

function readXml(text: string): unknown {
  const root = parseXml(text)
  expect(root.name).toBe('DHRUFUSION')
  return contentOf(root)
}

/** `login` gives a shop's own fields, to stand before the others. */
export const login = (shop: Shop, format: Format = 'JSON'): Pairs => [
  ['username', shop.securityId],
  ['apiaccesskey', shop.secret],
  ['requestformat', format],
]

export const urlencoded = (fields: Pairs): RawRequest => ({
  body: new URLSearchParams(fields).toString(),
  headers: { 'content-type': URLENCODED },
})

/** `multipart` encodes as PHP's curl does with an array of fields. */
export function multipart(fields: Pairs, boundary = '------------------------d74496d66958873e'): RawRequest {
  const parts = fields.map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return {
    body: `${parts.join('')}--${boundary}--\r\n`,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  }
}

/** `ask` sends a request, and gives what the answer says. */
export async function ask(server: TestServer, request: RawRequest): Promise<DhruJson> {
  return readDhru(await exchange(server.url, request)).says
}

/**
 * Asks in JSON and then in XML, and checks that XML says the same. For what may be asked twice: a repeated order is
 * answered as the first was.
 */
export async function askBoth(
  server: TestServer,
  shop: Shop,
  fields: Record<string, string>,
): Promise<DhruJson> {
  const [json, xml] = [await say(server, shop, 'JSON', fields), await say(server, shop, 'XML', fields)]
  expect(xml).toEqual(sayableInXml(json))
  return json
}

async function say(server: TestServer, shop: Shop, format: Format, fields: Record<string, string>) {
  const request = urlencoded([...login(shop, format), ...Object.entries(fields)])
  const read = readDhru(await exchange(server.url, request))
  expect(read.format).toBe(format)
  return read.says
}
