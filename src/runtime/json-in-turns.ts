import { jsonWithAmounts } from '../lib/money-json.ts'
import { mapInTurns } from './pace.ts'

/** LONG is the length from which a list is written in turns. */
const LONG = 20

/**
 * `jsonInTurns` writes a value as `jsonWithAmounts` does, and lets all others have their turn between the elements of its lists. Lists inside of
 * elements are written with them.
 */
export async function jsonInTurns(value: unknown): Promise<string> {
  if (!hasLongList(value)) return jsonWithAmounts(value)
  if (Array.isArray(value)) return `[${(await mapInTurns(value, jsonWithAmounts)).join(',')}]`
  const members: string[] = []
  for (const [name, inner] of Object.entries(value as object)) {
    if (inner !== undefined) members.push(`${JSON.stringify(name)}:${await jsonInTurns(inner)}`)
  }
  return `{${members.join(',')}}`
}

/** `hasLongList` looks at a value and the objects in it, not at the elements of lists. */
function hasLongList(value: unknown): boolean {
  if (Array.isArray(value)) return value.length >= LONG
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return false
  return Object.values(value).some(hasLongList)
}
