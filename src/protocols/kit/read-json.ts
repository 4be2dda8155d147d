import { type JsonLimits, outlineOf } from '../../lib/json-text.ts'
import { turnFor } from '../../runtime/pace.ts'
import { Mismatch } from './refusal.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** LIMITS have room for the items of the largest order, with some fields of each. */
const LIMITS = { values: 50_000, depth: 32, names: 10_000 } satisfies JsonLimits
const EXCESS = {
  values: `has more than ${LIMITS.values} values`,
  depth: `is nested deeper than ${LIMITS.depth} levels`,
  names: `has more than ${LIMITS.names} names`,
}

/** `readJson` reads a body as JSON; an empty one is undefined. */
export async function readJson(body: Buffer): Promise<unknown> {
  if (body.length === 0) return undefined
  try {
    const text = utf8.decode(body)
    const { excess } = outlineOf(text, LIMITS)
    if (excess) throw mismatch(EXCESS[excess])
    const read: unknown = JSON.parse(text)
    await turnFor(body.length)
    return read
  } catch (error) {
    throw error instanceof Mismatch ? error : mismatch('is not JSON in UTF-8')
  }
}

const mismatch = (message: string): Mismatch => new Mismatch('body', [{ path: ['body'], message }])
