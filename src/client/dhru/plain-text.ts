import { isObject } from './json.ts'

/** MAX_DEPTH is how many levels are written out; what is deeper is left as JSON. */
const MAX_DEPTH = 6

/**
 * `plainText` writes a value as people read it: an object as lines of `name: value`, what stands below a name indented by two blanks; a
 * list with a line for each entry; true and false as yes and no. What is null or empty is left out.
 */
export function plainText(value: unknown): string {
  return linesOf(value, MAX_DEPTH).join('\n').trim()
}

function linesOf(value: unknown, levels: number): string[] {
  if (typeof value === 'boolean') return [value ? 'yes' : 'no']
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)]
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()]
  if (typeof value !== 'object' || value === null) return []
  if (levels === 0) return [JSON.stringify(value)]
  if (Array.isArray(value)) {
    return value.flatMap((entry) => {
      const lines = linesOf(entry, levels - 1)
      return value.length > 1 && lines.length > 1 ? [lines.map((line) => line.trim()).join(', ')] : lines
    })
  }
  return Object.entries(value).flatMap(([name, inner]) => {
    const lines = linesOf(inner, levels - 1)
    if (lines.length === 0) return []
    const isBelow = isObject(inner) || (Array.isArray(inner) && lines.length > 1)
    return isBelow ? [`${name}:`, ...lines.map(indented)] : [`${name}: ${lines.join('\n')}`]
  })
}

const indented = (line: string): string =>
  line
    .split('\n')
    .map((one) => `  ${one}`)
    .join('\n')
