/**
 * Placeholders of a template: `{service}` `{imei}` `{quantity}` `{attempt}` (our own name of the attempt, the same for
 * every request about it and for no other) `{field.NAME}` of the item; `{key}` `{secret.key}` `{secret.secret}`
 * `{username}` of the supplier; `{reference}` in the request for a status. An extra field that the item does not have
 * is empty.
 */
export type Values = ReadonlyMap<string, string>

const placeholder = /\{([a-z][a-z_]*(?:\.[^{}\n]+)?)\}/g
const ofItem = ['service', 'imei', 'quantity', 'attempt']
const ofSupplier = ['key', 'secret.key', 'secret.secret', 'username']

/** The placeholders in a text. What else is in braces stands for itself. */
export const namesIn = (text: string): string[] =>
  [...text.matchAll(placeholder)].map(([, name = '']) => name)

/** `about`: what the request is about. */
export function isKnown(name: string, about: 'item' | 'status' | 'supplier'): boolean {
  if (ofSupplier.includes(name)) return true
  if (about === 'supplier') return false
  return ofItem.includes(name) || name.startsWith('field.') || (about === 'status' && name === 'reference')
}

/** Something that cannot be said where the template wants it: nothing was sent. */
export class Unfit extends Error {}

/** Where a value comes to stand decides how it is written. */
export type Spelling = keyof typeof spellings

const spellings = {
  plain: (value: string): string => value,
  url: (value: string): string => encodeURIComponent(value),
  /** A dot or two would be a way up the path. */
  path: (value: string): string => {
    if (/^\.+$/.test(value)) throw new Unfit('a value of dots alone cannot stand in a URL')
    return encodeURIComponent(value)
  },
  header: (value: string): string => {
    if (/[^\t\x20-\x7e]/.test(value)) throw new Unfit('a value has characters that no header can hold')
    return value
  },
  json: (value: string): string => JSON.stringify(value).slice(1, -1),
  xml: (value: string): string => {
    if (/[^\t\n\r\x20-\uffff]/.test(value)) throw new Unfit('a value has characters that no XML can hold')
    return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  },
}

/** Values are put in once: what looks like a placeholder in one is left as it is. Throws Unfit. */
export function fill(text: string, values: Values, spelling: Spelling): string {
  return text.replace(placeholder, (whole, name: string) => {
    const value = values.get(name) ?? (name.startsWith('field.') ? '' : undefined)
    return value === undefined ? whole : spellings[spelling](value.toWellFormed())
  })
}
