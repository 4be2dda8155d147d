/** What a page shows of an answer, and what was answered: `...` stands for what is left out. */
export function matches(shown: string, said: string): boolean {
  const [wanted, given] = [read(shown), read(said)]
  if (wanted !== undefined && given !== undefined) return fits(wanted, given)
  const parts = normal(shown.trim()).split('...')
  return new RegExp(`^${parts.map(literally).join('[\\s\\S]*?')}$`).test(normal(said.trim()))
}

const literally = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')

/** JSON as people read it, everything else as it is. */
export function pretty(said: string): string {
  const value = read(said)
  return value === undefined ? said : layout(value, '')
}

const LEFT_OUT = '...'

/** Undefined: it is no JSON. */
function read(text: string): unknown {
  // Between braces or behind a comma; of an object it may stand in several places.
  const whole = text
    .replace(/([{,]\s*)\.\.\.(?=\s*[,}])/g, `$1"${LEFT_OUT}":0`)
    .replace(/([[,]\s*)\.\.\.(?=\s*\])/g, `$1"${LEFT_OUT}"`)
  try {
    return JSON.parse(whole)
  } catch {
    return undefined
  }
}

function fits(wanted: unknown, given: unknown, name = ''): boolean {
  if (Array.isArray(wanted) && Array.isArray(given)) {
    const some = wanted.filter((one) => one !== LEFT_OUT)
    if (some.length === wanted.length ? given.length !== some.length : given.length < some.length)
      return false
    return some.every((one, index) => fits(one, given[index]))
  }
  if (isObject(wanted) && isObject(given)) {
    const { [LEFT_OUT]: leftOut, ...fields } = wanted
    if (leftOut === undefined && Object.keys(given).length !== Object.keys(fields).length) return false
    return Object.entries(fields).every(([key, value]) => key in given && fits(value, given[key], key))
  }
  if (typeof wanted === 'string' && typeof given === 'string') return normal(wanted) === normal(given)
  if (typeof wanted === 'number' && name.endsWith('_ms')) return typeof given === 'number'
  return wanted === given
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Times, random ids and the like are others each time. */
const normal = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
    .replace(/\b20\d\d-\d\d\b/g, 'MONTH')

const WIDTH = 100

function layout(value: unknown, indent: string): string {
  const flat = oneLine(value)
  if (indent.length + flat.length <= WIDTH || typeof value !== 'object' || value === null) return flat
  const inner = `${indent}  `
  const entries = Array.isArray(value)
    ? value.map((one) => layout(one, inner))
    : Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${layout(one, inner)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${inner}${entries.join(`,\n${inner}`)}\n${indent}${close}`
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const entries = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${oneLine(one)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}
