import { isObject } from './json.ts'
import { isYes, Row, textOf } from './row.ts'

/** DhruField is something that an order must or may have beside the device. */
export interface DhruField {
  name: string
  label: string
  type: 'text' | 'dropdown'
  required: boolean
  /** `options` are those of a dropdown. */
  options: string[]
  /** `travels` says whether it is a parameter of its own name, or one of the values in CUSTOMFIELD. */
  travels: 'by name' | 'in CUSTOMFIELD'
}

/** `announced` has the parameters with names of their own, each with the entry by which a service says that it needs one. */
const announced: readonly [name: string, entry: string, label: string][] = [
  ['NETWORK', 'REQUIRES.NETWORK', 'Network'],
  ['MODELID', 'REQUIRES.MOBILE', 'Model'],
  ['PROVIDERID', 'REQUIRES.PROVIDER', 'Provider'],
  ['PIN', 'REQUIRES.PIN', 'PIN'],
  ['KBH', 'REQUIRES.KBH', 'KBH'],
  ['MEP', 'REQUIRES.MEP', 'MEP'],
  ['PRD', 'REQUIRES.PRD', 'PRD'],
  ['TYPE', 'REQUIRES.TYPE', 'Type'],
  ['LOCKS', 'REQUIRES.LOCKS', 'Locks'],
  ['REFERENCE', 'REQUIRES.REFERENCE', 'Reference'],
  ['SN', 'REQUIRES.SN', 'SN'],
  ['SECRO', 'REQUIRES.SECRO', 'SecRO'],
]

/** `parameterNames` has the parameters that an order may have beside ID, IMEI and QNT; all others go into CUSTOMFIELD. */
export const parameterNames: ReadonlySet<string> = new Set(announced.map(([name]) => name))

export function fieldsIn(row: Row): DhruField[] {
  const own = announced
    .filter(([, entry]) => isYes(row.get(entry)))
    .map(([name, , label]): DhruField => {
      return { name, label, type: 'text', required: true, options: [], travels: 'by name' }
    })
  return [...own, ...entriesOf(row.nested('REQUIRES.CUSTOM')).flatMap((entry) => customField(entry) ?? [])]
}

/** `entriesOf` gives the fields of a list, of an object that has them by number or name, or the one that stands there by itself. */
function entriesOf(given: unknown): Row[] {
  if (isObject(given) && nameOf(new Row(given)) !== '') return [new Row(given)]
  const entries = Array.isArray(given) ? given : isObject(given) ? Object.values(given) : []
  return entries.filter(isObject).map((entry) => new Row(entry))
}

const nameOf = (row: Row): string => row.text('FIELDNAME', 'NAME')

function customField(row: Row): DhruField | undefined {
  const name = nameOf(row)
  if (name === '') return undefined
  const options = optionsIn(row)
  const chooses = /^(?:dropdown|select|radio)$/i.test(row.text('FIELDTYPE')) && options.length > 0
  return {
    name,
    label: row.text('DESCRIPTION') || name,
    type: chooses ? 'dropdown' : 'text',
    required: isYes(row.get('REQUIRED')),
    options: chooses ? [...new Set(options)] : [],
    travels: 'in CUSTOMFIELD',
  }
}

/** `optionsIn` reads a text with commas (or, without any, lines or bars) between the options, a list, or an object. */
function optionsIn(row: Row): string[] {
  const given = row.nested('FIELDOPTIONS')
  const text = row.text('FIELDOPTIONS')
  const listed =
    typeof given === 'object' && given !== null
      ? Object.values(given).map(textOf)
      : text.split(text.includes(',') ? ',' : /[\r\n|]+/)
  return listed.map((option) => option.trim()).filter((option) => option !== '')
}
