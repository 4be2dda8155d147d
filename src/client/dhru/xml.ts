import { decodeEntities } from './entities.ts'
import { isObject, type JsonObject } from './json.ts'

/** `isXml` tells an answer in XML, behind a byte order mark and blanks, from JSON and from a page. */
export const isXml = (body: string): boolean =>
  /^[\ufeff\s]*<(?:\?xml\b|(?:dhrufusion|dhru|response|result|success|error)\b[^>]*>)/i.test(body) &&
  !/<(?:!doctype|html|head|body)\b/i.test(body.replace(CDATA, ''))

/**
 * `parseXml` reads what stands in the root of an answer: elements become names, or the value of their attribute `id`; elements of the same
 * name, and RESULT elements within SUCCESS or ERROR, become a list. Undefined: it is not whole, or malformed.
 */
export function parseXml(body: string): JsonObject | undefined {
  const reader = new Reader(body.replace(/^[\ufeff\s]+/, '').replace(/^<\?xml[^>]*\?>/, ''))
  const root = reader.root()
  if (!root || typeof root.value === 'string') return undefined
  return isVerdict(root.name) ? { [root.name]: rowsOf(root.value) } : root.value
}

const CDATA = /<!\[CDATA\[[\s\S]*?\]\]>/g
const MAX_DEPTH = 20

type Value = string | { [name: string]: unknown }
interface Element {
  name: string
  value: Value
}

const isVerdict = (name: string): boolean => /^(?:success|error)$/i.test(name)

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  root(): Element | undefined {
    this.#skip()
    const element = this.#element(0)
    this.#skip()
    return this.#at === this.#text.length ? element : undefined
  }

  /** `#skip` passes blanks and comments. */
  #skip(): void {
    this.#match(/(?:\s|<!--[\s\S]*?-->)*/y)
  }

  #element(depth: number): Element | undefined {
    const open = this.#match(/<([A-Za-z_][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y)
    if (!open || depth > MAX_DEPTH) return undefined
    const [, tag = '', attributes = '', isEmpty = ''] = open
    const id = /\sid\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes)
    const name = id ? decodeEntities(id[1] ?? id[2] ?? '') : tag
    const besides = isVerdict(tag) || depth === 0 ? {} : attributesOf(attributes)
    if (isEmpty !== '') return { name, value: 'STATUS' in besides || 'REFERENCEID' in besides ? besides : '' }
    let text = ''
    const children: Element[] = []
    for (;;) {
      const said = this.#match(/<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|([^<]+)/y)
      if (said) text += said[1] ?? decodeEntities(said[2] ?? '')
      else if (this.#text.startsWith('</', this.#at)) {
        const close = this.#match(/<\/([A-Za-z_][\w.-]*)\s*>/y)
        if (close?.[1] !== tag) return undefined
        if (children.length > 0 && text.trim() !== '') return undefined
        return { name, value: children.length === 0 ? text.trim() : { ...besides, ...objectOf(children) } }
      } else {
        const child = this.#element(depth + 1)
        if (!child) return undefined
        children.push(child)
      }
    }
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match) this.#at = pattern.lastIndex
    return match
  }
}

/** `attributesOf` gives attributes in upper case, since some write a row's fields so. */
const attributesOf = (text: string): { [name: string]: string } =>
  Object.fromEntries(
    [...text.matchAll(/\s(?!id\b)([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(
      ([, name = '', double, single]) => [name.toUpperCase(), decodeEntities(double ?? single ?? '')],
    ),
  )

function objectOf(children: Element[]): { [name: string]: unknown } {
  const byName = Map.groupBy(children, ({ name }) => name)
  return Object.fromEntries(
    [...byName].map(([name, elements]) => {
      const values = elements.map(({ value }) => value)
      const value = values.length === 1 ? values[0] : values
      return [name, isVerdict(name) ? rowsOf(value) : value]
    }),
  )
}

/** `rowsOf` takes the elements that only hold rows away from between a verdict and its rows. */
function rowsOf(value: unknown): unknown {
  if (!isObject(value)) return value
  const names = Object.keys(value)
  if (names.length !== 1 || !/^(?:result|row|item|order)s?$/i.test(names[0] as string)) return value
  const rows = value[names[0] as string]
  const list = Array.isArray(rows) ? rows : [rows]
  return list.every(isObject) ? list : value
}
