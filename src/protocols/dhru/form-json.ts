import { membersOf, stringOf } from '../../lib/json-text.ts'
import { type Form, MAX_FIELDS } from './form.ts'
import { parseJson } from './json.ts'

/**
 * `readJsonForm` adds the members of a JSON object as fields. Objects and arrays stay JSON as they were sent: `parameters` may be JSON
 * inside this JSON. It gives false when the text is no JSON object.
 */
export function readJsonForm(form: Form, text: string): boolean {
  const members = membersOf(text, MAX_FIELDS)
  if (members === undefined) return false
  form.isCut = members === 'excess'
  if (members === 'excess') return true
  for (const [name, json] of members) {
    if (json !== 'null') form.add(name, json, (text) => (/^[[{]/.test(text) ? text : textOf(text)))
  }
  return true
}

/** `textOf` gives a text, a number or a truth value as a text; one that is none of them is a field without a value. */
function textOf(json: string): string {
  if (json.startsWith('"')) return stringOf(json) ?? ''
  const read = parseJson(json)
  return read.ok ? String(read.value) : ''
}
