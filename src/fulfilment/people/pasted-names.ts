import { type Said, say } from '../../reasons.ts'
import type { AnsweredItem, ManualItem } from './manual.sql.ts'

/** FoundBy is by what a line names what it is for: the IMEI or other input, the order number, or the reseller's reference. */
export type FoundBy = 'input' | 'order' | 'reference'

/** `keyOf` compares names without case, and IMEIs without what people put between their digits. */
export function keyOf(name: string): string {
  const bare = name.replace(/[\s./-]/g, '')
  return /^\d{14,17}$/.test(bare) ? bare : name.trim().toUpperCase()
}

/** `itemNames` gives all by which a line can name an item, in the form of `keyOf`. */
export function itemNames({ input, orderId, position, reference }: AnsweredItem): {
  name: string
  by: FoundBy
}[] {
  return [
    ...(input === '' ? [] : [{ name: keyOf(input), by: 'input' as const }]),
    { name: String(orderId), by: 'order' },
    { name: `${orderId}/${position}`, by: 'order' },
    ...(reference === null ? [] : [{ name: keyOf(reference), by: 'reference' as const }]),
  ]
}

/** Named are the items that have a name, by what they have it. */
type Named = Partial<Record<FoundBy, ManualItem[]>>

/** `namesIn` gives items by their names. What `before` has under the same name, by the same, stays. */
export function namesIn(
  items: readonly ManualItem[],
  before: ReadonlyMap<string, Named> = new Map(),
): Map<string, Named> {
  const named = new Map<string, Named>()
  for (const item of items) {
    for (const { name, by } of itemNames(item)) {
      const own = named.get(name) ?? {}
      named.set(name, { ...own, [by]: [...(own[by] ?? []), item] })
    }
  }
  for (const [name, own] of before) named.set(name, { ...named.get(name), ...own })
  return named
}

/** Form is what may be the name of what a line is for, and by what (`names`); `rest` gives what stands behind it. */
export interface Form {
  input: string
  names: readonly FoundBy[]
  rest: () => string
}

/** Fit is what a line is for. `doubt` says why that is not certain; then nothing may be done. */
export interface Fit extends Form {
  by: FoundBy
  items: ManualItem[]
  doubt?: Said
}

/**
 * `fitOf` gives what a line is for, of all that its name may be; undefined: nothing. An IMEI goes before an order number, and that before a
 * reference, which resellers choose themselves.
 */
export function fitOf(forms: readonly Form[], known: ReadonlyMap<string, Named>): Fit | undefined {
  const found = forms.flatMap((form) => {
    const named = known.get(keyOf(form.input))
    return named ? [{ ...form, named }] : []
  })
  for (const by of ['input', 'order', 'reference'] as const) {
    const first = found.find(({ names, named }) => names.includes(by) && named[by])
    const items = first?.named[by]
    if (!first || !items) continue
    const doubt =
      by === 'input'
        ? doubtOfInput(first.input, items, first.named)
        : doubtOfName(by, first, items, by === 'order' ? ordersIn(found) : [])
    return {
      input: first.input,
      names: first.names,
      rest: first.rest,
      by,
      items,
      ...(doubt !== undefined && { doubt }),
    }
  }
  return undefined
}

const ordersIn = (found: readonly { named: Named }[]): number[] => [
  ...new Set(found.flatMap(({ named }) => named.order ?? []).map(({ orderId }) => orderId)),
]

function doubtOfInput(input: string, items: readonly ManualItem[], named: Named): Said | undefined {
  if (new Set(items.map(({ serviceCode }) => serviceCode)).size > 1) return say('several_services', { input })
  const other = named.order?.find((item) => !items.includes(item))
  if (!other) return undefined
  const choices = choicesOf([other, ...items])
  return say('input_and_number', { input, order: items[0]?.orderId ?? 0, choices })
}

/** IMEI is a name or a result that begins with one. Codes have 8, 10 or 16 digits. */
const IMEI = /^["']?(\d(?:[ ./-]?\d){13,14})(?!\d)/
/** SERIAL is a result that begins with what may be a serial number: capitals and digits, and both. */
const SERIAL = /^["']?((?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{8,})(?![\p{L}\p{N}])/u
const FIRST_WORD = /^["']?([^\s,;:|"']+)/
/** LABELS may stand before an IMEI or a serial number. */
const LABELS = /^(?:[^\p{L}\p{N}"']|(?:imeis?|s\/?n|serial|number|no|nr|id)(?![\p{L}\p{N}]))+/iu

/** `otherInput` gives the IMEI, the serial number, or what has as many characters as the input of the item, with which a result begins, unless it is that input. */
function otherInput(result: string, own: string): string | undefined {
  const bare = result.replace(LABELS, '')
  const [, word] = IMEI.exec(bare) ?? SERIAL.exec(bare) ?? FIRST_WORD.exec(bare) ?? []
  if (word === undefined || keyOf(word) === keyOf(own)) return undefined
  const isLike = IMEI.test(word) || SERIAL.test(word) || (word.length === own.length && /\d/.test(word))
  return isLike ? word : undefined
}

function doubtOfName(
  by: 'order' | 'reference',
  { input, rest, named }: Form & { named: Named },
  items: readonly ManualItem[],
  orders: readonly number[],
): Said | undefined {
  const [item] = items
  if (orders.length > 1) return say('several_orders', { orders: orders.join(', ') })
  if (items.length > 1) {
    const choices = choicesOf(items.slice(0, 5))
    return by === 'order'
      ? say('several_items', { order: input, choices })
      : say('several_of_reference', { reference: input, choices })
  }
  const other = by === 'order' && !input.includes('/') && named.reference?.find((one) => one !== item)
  if (item && other)
    return say('number_and_reference', { input, order: other.orderId, choices: choicesOf([item, other]) })
  return item && doubtOfResult(item, input, rest())
}

/** `doubtOfResult`: an order number may be the number of a row, and a reference any word. What stands behind it must not be another device's. */
function doubtOfResult(item: ManualItem, name: string, result: string): Said | undefined {
  const [, imei] = IMEI.exec(name) ?? []
  const other =
    imei !== undefined && keyOf(imei) !== keyOf(item.input) ? imei : otherInput(result, item.input)
  if (other === undefined) return undefined
  if (item.input !== '') return say('other_input', { order: item.orderId, input: item.input, other })
  // A code that stands alone is a result, as is all that stands behind the order with its item.
  const isResult = keyOf(name) === exact(item) || other === imei || result.trim() === other
  return isResult
    ? undefined
    : say('perhaps_other_input', { order: item.orderId, other, exact: exact(item), name })
}

/** `exact` names an item as nothing else is named. */
const exact = ({ orderId, position }: ManualItem): string => `${orderId}/${position}`

const choicesOf = (items: readonly ManualItem[]): string => items.map(exact).join(', ')
