/** XmlElement is an element of XML as it has been read; names are in upper case, as those of rows. */
export interface XmlElement {
  name: string
  attributes: Record<string, string>
  text: string
  children: [name: string, value: unknown][]
}

/**
 * `xmlValue` makes of an element what JSON would say: a text; a list of children of one name that is there for nothing else, or more than
 * once; or an object of its attributes and children.
 */
export function xmlValue({ attributes, text, children }: XmlElement): unknown {
  if (children.length === 0) {
    const said = text.trim()
    return said === '' && Object.keys(attributes).length > 0 ? { ...attributes } : said
  }
  const names = Map.groupBy(children, ([name]) => name)
  const [[only, entries] = ['', []]] = names
  if (names.size === 1 && (entries.length > 1 || ROWS.test(only))) return entries.map(([, value]) => value)
  const fields = [...names].map(([name, values]): [string, unknown] => [
    name,
    values.length > 1 ? values.map(([, value]) => value) : values[0]?.[1],
  ])
  return { ...attributes, ...Object.fromEntries(fields) }
}

/** ROWS are elements that hold the entries of lists. */
const ROWS = /^(?:RESULT|ROW|ITEM|ENTRY|OPTION|FIELD)S?$/
