import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import type { Queryable } from '../database/database.ts'
import { selectBrand } from './brand.sql.ts'

/** PaperLogo is the shop's logo as a PDF takes it: a PNG. */
export type PaperLogo = Buffer

/** `paperLogo` gives the logo that stands on invoices and statements; undefined: there is none, or none that a PDF takes. */
export async function paperLogo(sql: Queryable): Promise<PaperLogo | undefined> {
  const logo = (await selectBrand(sql))?.logo
  return logo?.mediaType === 'image/png' && (await isForPaper(logo.content)) ? logo.content : undefined
}

/** MAX_PIXELS bounds what a PDF is made of: its transparency is taken apart pixel by pixel. */
const MAX_PIXELS = 1_000_000
/** CHANNELS are the bytes of a pixel, by the PNG's type of colour. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }
/** FRAME is what stands around the content of each part of a PNG: its length, name and checksum. */
const FRAME = 12
const LAST_FILTER = 4

/**
 * `isForPaper` tells whether a PNG is whole, and of the usual sort: 8 bits a channel, not interlaced. What writes PDFs decodes it in the background, where
 * a broken one would end the process.
 */
export async function isForPaper(png: Buffer): Promise<boolean> {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const [bits, colour = -1, , , interlaced] = png.subarray(24, 29)
  const channels = CHANNELS[colour]
  if (bits !== 8 || interlaced !== 0 || channels === undefined || width * height > MAX_PIXELS) return false
  const parts = partsOf(png)
  if (!parts || (colour === 3 && !parts.has('PLTE'))) return false
  const row = 1 + width * channels
  const pixels = await promisify(inflate)(Buffer.concat(parts.get('IDAT') ?? []), {
    maxOutputLength: row * height,
  }).catch(() => Buffer.alloc(0))
  if (pixels.length !== row * height) return false
  return Array.from({ length: height }, (_, at) => pixels[at * row] ?? 0).every(
    (filter) => filter <= LAST_FILTER,
  )
}

/** `partsOf` gives the contents of a PNG's parts by their names; undefined: it does not end as it should. */
function partsOf(png: Buffer): Map<string, Buffer[]> | undefined {
  const parts = new Map<string, Buffer[]>()
  let at = 8
  while (at + FRAME <= png.length) {
    const name = png.toString('latin1', at + 4, at + 8)
    const end = at + 8 + png.readUInt32BE(at)
    if (name === 'IEND') return parts
    parts.set(name, [...(parts.get(name) ?? []), png.subarray(at + 8, end)])
    at = end + 4
  }
  return undefined
}
