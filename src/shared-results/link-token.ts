import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { OrderId } from '../lib/ids.ts'

/** SharedLink is what the token of a link says: an item, the number of its links, and until when it holds. */
export interface SharedLink {
  orderId: OrderId
  position: number
  number: number
  until: Date
}

const PURPOSE = 'imeigate: links to results'
const BODY_BYTES = 18
const MAC_BYTES = 32
const TOKEN = /^[\w-]{67}$/

const macOf = (key: Buffer, body: Buffer): Buffer =>
  createHmac('sha256', Buffer.from(hkdfSync('sha256', key, '', PURPOSE, 32)))
    .update(body)
    .digest()

/** `writeToken` writes the token of a link: 18 bytes of what it says, and their HMAC-SHA256 by a key that follows from the secret key. */
export function writeToken(key: Buffer, { orderId, position, number, until }: SharedLink): string {
  const body = Buffer.alloc(BODY_BYTES)
  body.writeBigUInt64BE(BigInt(orderId), 0)
  body.writeUInt16BE(position, 8)
  body.writeUInt32BE(number, 10)
  body.writeUInt32BE(Math.floor(until.getTime() / 1000), 14)
  return Buffer.concat([body, macOf(key, body)]).toString('base64url')
}

/** `readToken` gives what a token says; undefined: nobody here has written it. Whether its time is over it does not look at. */
export function readToken(key: Buffer, text: string): SharedLink | undefined {
  const bytes = TOKEN.test(text) ? Buffer.from(text, 'base64url') : Buffer.alloc(0)
  if (bytes.length !== BODY_BYTES + MAC_BYTES) return undefined
  const body = bytes.subarray(0, BODY_BYTES)
  if (!timingSafeEqual(bytes.subarray(BODY_BYTES), macOf(key, body))) return undefined
  return {
    orderId: Number(body.readBigUInt64BE(0)) as OrderId,
    position: body.readUInt16BE(8),
    number: body.readUInt32BE(10),
    until: new Date(body.readUInt32BE(14) * 1000),
  }
}
