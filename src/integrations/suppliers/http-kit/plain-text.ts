import { type ExactJson, isObject } from './json.ts'

/** MAX_DEPTH is how many levels are written out; what is deeper is left as JSON. */
const MAX_DEPTH = 6

/** `plainText` writes a value as people read it: objects as "name: value" lines, lists line by line; what is null or empty is left out. */
export function plainText(value: ExactJson | undefined): string {
  return lines(value, '', MAX_DEPTH).join('\n').trim()
}

function lines(value: ExactJson | undefined, name: string, levels: number): string[] {
  const labelled = (text: string): string[] => (text === '' ? [] : [name === '' ? text : `${name}: ${text}`])
  if (value === null || value === undefined) return []
  if (typeof value === 'boolean') return labelled(value ? 'yes' : 'no')
  if (typeof value === 'string') return labelled(value.trim())
  if (levels === 0) return labelled(JSON.stringify(value))
  if (Array.isArray(value)) {
    const simple = value.every((one) => typeof one === 'string')
    if (simple && name !== '') return labelled(value.join(', '))
    return value.flatMap((one) => lines(one, name, levels - 1))
  }
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([inner, one]) =>
    lines(one, name === '' ? inner : `${name} ${inner}`, levels - 1),
  )
}
