import type { Said } from './dhru-orders.ts'
import type { Draw } from './random.ts'
import { echoOf } from './shapes.ts'
import type { Purchase } from './truth.ts'

export type Answer = Record<string, unknown>

export const refusedWith = (MESSAGE: string): Answer => ({ ERROR: [{ MESSAGE }] })

export const refusal = (draw: Draw, words: string): Answer =>
  draw.one<Answer>([
    refusedWith(words),
    { ERROR: [{ MESSAGE: 'Error', FULL_DESCRIPTION: words }] },
    { ERROR: words },
    { ERROR: { MESSAGE: words } },
    { SUCCESS: [{ ERROR: words }] },
  ])

export function acceptance(draw: Draw, { reference, input }: Purchase): Answer {
  const echo = echoOf(draw, input)
  return draw.one<Answer>([
    { SUCCESS: [{ MESSAGE: 'Order received', REFERENCEID: reference, ...echo }] },
    { SUCCESS: [{ MESSAGE: 'Order received', REFERENCEID: Number(reference), ...echo }] },
    { SUCCESS: { REFERENCEID: reference } },
    { SUCCESS: [{ REFERENCE_ID: reference, ...echo }] },
    { success: [{ orderid: reference }] },
    { SUCCESS: [{ MESSAGE: 'ok' }], REFERENCEID: reference },
  ])
}

/** `RowSaid` is the answer to one row of a bulk request: `name` is what a list may tell it by. */
export type RowSaid = Said & { key: string; name: Record<string, string> }

/** `manyOf` gives the answers to many rows in one of the shapes that panels have for it. */
export function manyOf(draw: Draw, rows: RowSaid[]): Answer {
  const answered = rows.filter(({ answer }) => answer !== undefined)
  const vendor = Object.fromEntries(answered.map(({ key, answer }) => [key, answer]))
  const shape = draw.one(['vendor', 'vendor', 'theme', 'flat', 'by row', 'by name', 'by place'] as const)
  const flat = answered.map(({ answer }) => flattened(answer as Answer))
  if (shape === 'vendor' || flat.includes(undefined)) return vendor
  const asRow = (index: number): Answer => {
    const row = flat[index] as Answer
    const isStatus = Object.keys(row).some((name) => /^(?:status|error)$/i.test(name))
    return isStatus ? row : { status: 'success', ...row }
  }
  const named = (name: (index: number) => Answer): Answer[] =>
    answered.map((_row, index) => ({ ...name(index), ...(flat[index] as Answer) }))
  switch (shape) {
    case 'theme':
      return { SUCCESS: Object.fromEntries(answered.map(({ key }, index) => [key, asRow(index)])) }
    case 'flat':
      return {
        ...Object.fromEntries(answered.map(({ key }, index) => [key, asFlat(asRow(index))])),
        apiversion: '6.1',
      }
    case 'by row':
      return { SUCCESS: draw.shuffled(named((index) => ({ ROW: (answered[index] as RowSaid).key }))) }
    case 'by name':
      return { SUCCESS: draw.shuffled(named((index) => (answered[index] as RowSaid).name)) }
    case 'by place':
      return { SUCCESS: named(() => ({})) }
  }
}

/** `asFlat` says by its status what others say by ERROR. */
function asFlat(row: Answer): Answer {
  const { ERROR: error } = row
  if (!Array.isArray(error)) return row
  const { MESSAGE: message } = (error[0] ?? {}) as Answer
  return { status: 'error', message }
}

/** `flattened` gives an answer as one row; undefined where it is more than that. */
function flattened(answer: Answer): Answer | undefined {
  const [name = '', ...others] = Object.keys(answer)
  const value = answer[name]
  if (others.length > 0) return undefined
  if (name.toUpperCase() === 'ERROR') return { ERROR: [{ MESSAGE: textIn(value) }] }
  const row: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value
  const isRow = typeof row === 'object' && row !== null && !Array.isArray(row) && !('ERROR' in row)
  return isRow ? (row as Answer) : undefined
}

function textIn(error: unknown): unknown {
  const one: unknown = Array.isArray(error) ? error[0] : error
  if (typeof one !== 'object' || one === null) return one
  const { MESSAGE: message, FULL_DESCRIPTION: description } = one as Answer
  return description ?? message
}

/** `dressed` gives an answer as it travels: as JSON, behind warnings, with an odd status, or as XML. */
export function dressed(
  draw: Draw,
  answer: Answer,
): { body: string; headers?: Record<string, string>; status?: number } {
  const json = JSON.stringify({ ...answer, apiversion: '6.1' })
  const dress = draw.weighted({ plain: 70, BOM: 5, warnings: 5, 'HTTP 400': 5, XML: 8 })
  if (dress === 'BOM') return { body: `\ufeff${json}` }
  if (dress === 'warnings')
    return { body: `<br />\n<b>Warning</b>: x in <b>/a.php</b> on line <b>1</b><br />\n${json}\n` }
  if (dress === 'HTTP 400' && Object.keys(answer).join() === 'ERROR') return { body: json, status: 400 }
  const xml = dress === 'XML' ? xmlOf(answer) : undefined
  return xml === undefined ? { body: json } : { body: xml, headers: { 'content-type': 'text/xml' } }
}

/** `xmlOf` gives undefined where a value is no text: each panel writes those its own way. */
function xmlOf(answer: Answer): string | undefined {
  const [name = '', ...others] = Object.keys(answer)
  const rows = answer[name]
  if (others.length > 0 || !/^(?:SUCCESS|ERROR)$/.test(name) || !Array.isArray(rows)) return undefined
  const parts = rows.map((row: unknown) => {
    if (typeof row !== 'object' || row === null) return undefined
    const fields = Object.entries(row).map(([field, value]) =>
      typeof value === 'string' && /^\w+$/.test(field) && !/\p{Cc}/u.test(value.replaceAll('\n', ''))
        ? `<${field}>${escaped(value)}</${field}>`
        : undefined,
    )
    return fields.includes(undefined) ? undefined : `<RESULT>${fields.join('')}</RESULT>`
  })
  if (parts.includes(undefined)) return undefined
  return `<?xml version="1.0" encoding="UTF-8"?><DHRUFUSION><${name}>${parts.join('')}</${name}></DHRUFUSION>`
}

const escaped = (text: string): string =>
  text.replace(
    /[&<>"]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] as string,
  )
