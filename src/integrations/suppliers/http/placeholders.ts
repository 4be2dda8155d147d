/**
 * Values are those of a template's placeholders: `{service}` `{imei}` `{quantity}` `{attempt}` (our own name of the attempt, the same for
 * every request about it and for no other) `{field.NAME}` of the item; `{key}` `{secret.key}` `{secret.secret}` `{username}` of the
 * supplier; `{reference}` in the request for a status. An extra field that the item does not have is empty.
 */
export type Values = ReadonlyMap<string, string>

const placeholder = /\{([a-z][a-z_]*(?:\.[^{}\n]+)?)\}/g
const ofItem = ['service', 'imei', 'quantity', 'attempt']
const ofSupplier = ['key', 'secret.key', 'secret.secret', 'username']

/** `namesIn` gives the placeholders in a text. Whatever else is in braces stands for itself. */
export const namesIn = (text: string): string[] =>
  [...text.matchAll(placeholder)].map(([, name = '']) => name)

/** `isKnown` tells whether a request about an item, a status or the supplier can have the placeholder. */
export function isKnown(name: string, about: 'item' | 'status' | 'supplier'): boolean {
  if (ofSupplier.includes(name)) return true
  if (about === 'supplier') return false
  return ofItem.includes(name) || name.startsWith('field.') || (about === 'status' && name === 'reference')
}

/** Unfit says that a value cannot be sent where the template wants it, and that nothing was sent. */
export class Unfit extends Error {}

/** Spelling is how a value is written, which depends on where it stands. */
export type Spelling = keyof typeof spellings

const spellings = {
  plain: (value: string): string => value,
  url: (value: string): string => encodeURIComponent(value),
  /** `path` refuses a dot or two, which would be a way up the path. */
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

/** `fill` puts values in once: what looks like a placeholder in one is left as it is. Throws Unfit. */
export function fill(text: string, values: Values, spelling: Spelling): string {
  return text.replace(placeholder, (whole, name: string) => {
    const value = values.get(name) ?? (name.startsWith('field.') ? '' : undefined)
    return value === undefined ? whole : spellings[spelling](value.toWellFormed())
  })
}
