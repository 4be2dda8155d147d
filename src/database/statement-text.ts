/**
 * SQL is written as tagged templates. A value becomes a parameter ($1, $2, ...); a template inside of a template becomes part of its
 * text, and so does an `Identifier`.
 */

/** Identifier is the name of a table, column or database, quoted as SQL wants it. */
export class Identifier {
  readonly text: string

  constructor(name: string) {
    this.text = `"${name.replaceAll('"', '""')}"`
  }
}

/** Template is a statement, or a part of one, before it is written out. */
export interface Template {
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
}

/** Written is a statement as PostgreSQL takes it. */
export interface Written {
  readonly text: string
  readonly values: readonly unknown[]
}

/**
 * `writeOut` numbers the parameters and puts the parts together. `isTemplate` tells a nested template from a value. A parameter whose
 * type the value itself tells is cast to it, because PostgreSQL takes a parameter without a type in a select list for text.
 */
export function writeOut(template: Template, isTemplate: (value: unknown) => value is Template): Written {
  const values: unknown[] = []
  // What the text is made of beside the strings of the template itself: those of others, names and casts.
  const parts: unknown[] = []
  const take = ({ values: given }: Template): void => {
    for (const value of given) {
      if (isTemplate(value)) {
        parts.push(value.strings)
        take(value)
      } else if (value instanceof Identifier) parts.push(value)
      else {
        values.push(value)
        parts.push(castOf(value))
      }
    }
  }
  take(template)
  const kept = written.get(template.strings)
  if (kept?.parts.length === parts.length && kept.parts.every((part, index) => part === parts[index]))
    return { text: kept.text, values }
  const text = textOf(template, isTemplate)
  written.set(template.strings, { parts, text })
  return { text, values }
}

/**
 * `written` has the text that was last made of each template: one and the same string is hashed and compared only once, and those of the
 * large statements are thousands of characters.
 */
const written = new WeakMap<readonly string[], { parts: readonly unknown[]; text: string }>()

function textOf(template: Template, isTemplate: (value: unknown) => value is Template): string {
  let count = 0
  const write = ({ strings, values }: Template): string => {
    let text = strings[0] ?? ''
    values.forEach((value, index) => {
      if (isTemplate(value)) text += write(value)
      else if (value instanceof Identifier) text += value.text
      else text += `$${++count}${castOf(value)}`
      text += strings[index + 1]
    })
    return text
  }
  return write(template)
}

function castOf(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return '::bigint'
    case 'boolean':
      return '::boolean'
    case 'object':
      if (value instanceof Date) return '::timestamptz'
      return value instanceof Uint8Array ? '::bytea' : ''
    default:
      return ''
  }
}
