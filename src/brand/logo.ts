import { hash } from 'node:crypto'
import { invalid, ok, type Result } from '../lib/fault.ts'
import { svgFault } from '../lib/svg.ts'

/** MAX_LOGO_BYTES is the largest logo that is taken: every page of a reseller loads it. */
const MAX_LOGO_BYTES = 131_072
/** MAX_SIDE is how wide and how high a PNG may be, in pixels. */
const MAX_SIDE = 2048

/** Logo is a picture; `hash` names it in its URL. */
export interface Logo {
  mediaType: 'image/png' | 'image/svg+xml'
  content: Buffer
  hash: string
}

/** `readLogo` reads a picture in base64, or a data URL of it. It tells what it is by its content, whatever it is called. */
export function readLogo(text: string): Result<Logo> {
  const base64 = text.trim().replace(/^data:[\w.+-]{1,50}\/[\w.+-]{1,50};base64,/, '')
  const content = Buffer.from(base64, 'base64')
  if (content.length === 0 || content.toString('base64') !== base64) return invalid('logo', 'must be base64')
  if (content.length > MAX_LOGO_BYTES)
    return invalid('logo', `must not be larger than ${MAX_LOGO_BYTES} bytes`)
  const mediaType = content.subarray(0, PNG.length).equals(PNG) ? 'image/png' : 'image/svg+xml'
  const fault = mediaType === 'image/png' ? pngFault(content) : vectorFault(content)
  if (fault !== undefined) return invalid('logo', fault)
  return ok({ mediaType, content, hash: hash('sha256', content, 'hex').slice(0, 16) })
}

const PNG = Buffer.from('89504e470d0a1a0a', 'hex')
/** HEAD are the bytes of a PNG up to its sizes: its mark, and the length and name of its first part. */
const HEAD = { name: 12, width: 16, height: 20, end: 33 }

function pngFault(content: Buffer): string | undefined {
  if (content.length < HEAD.end || content.toString('latin1', HEAD.name, HEAD.width) !== 'IHDR')
    return NEITHER
  const [width, height] = [content.readUInt32BE(HEAD.width), content.readUInt32BE(HEAD.height)]
  const fits = [width, height].every((side) => side >= 1 && side <= MAX_SIDE)
  return fits ? undefined : `must be 1 to ${MAX_SIDE} pixels wide and high: it is ${width} × ${height}`
}

const NEITHER = 'must be a PNG or an SVG'

function vectorFault(content: Buffer): string | undefined {
  const text = new TextDecoder().decode(content)
  if (!text.trimStart().startsWith('<') || text.includes('\uFFFD')) return NEITHER
  return svgFault(text)
}
