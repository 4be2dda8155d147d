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
  const write = ({ strings, values: given }: Template): string => {
    let text = strings[0] ?? ''
    given.forEach((value, index) => {
      if (isTemplate(value)) text += write(value)
      else if (value instanceof Identifier) text += value.text
      else text += `$${values.push(value)}${castOf(value)}`
      text += strings[index + 1]
    })
    return text
  }
  return { text: write(template), values }
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
