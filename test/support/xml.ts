/** `XmlElement` is one element of a document that was read strictly. */
export interface XmlElement {
  name: string
  /** `id` is the one attribute that Dhru answers have. */
  id: string | undefined
  children: XmlElement[]
  text: string
}

/** `TAG` has a name without colons; ASCII only, which is all that an answer of ours may use. */
const TAG = /<(\/?)([A-Za-z_][A-Za-z0-9_.-]*)(?: id="([^"<]*)")?(\/?)>/y
const TEXT = /[^<]+/y
const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#(\d+)|#x([0-9a-fA-F]+));/g
const LEGAL = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Reads an XML 1.0 document as strictly as the most pedantic of parsers, and takes nothing that an answer has no use
 * for: no comments, CDATA, processing instructions, or attributes but `id`. Throws where the document is not well-formed.
 */
export function parseXml(document: string): XmlElement {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>'
  if (!document.startsWith(declaration)) throw new Error('no XML declaration')
  if (!LEGAL.test(document)) throw new Error('a character that XML 1.0 does not have')
  const body = document.slice(declaration.length).trim()
  const outside: XmlElement = { name: '', id: undefined, children: [], text: '' }
  const open = [outside]
  for (let at = 0; at < body.length; ) {
    const inner = open.at(-1) as XmlElement
    TEXT.lastIndex = TAG.lastIndex = at
    const text = TEXT.exec(body)?.[0]
    if (text !== undefined) {
      if (text.includes(']]>')) throw new Error(`]]> in text at ${at}`)
      inner.text += resolved(text)
      at += text.length
      continue
    }
    const tag = TAG.exec(body)
    if (!tag) throw new Error(`no tag at ${at}: ${body.slice(at, at + 40)}`)
    const [whole, closing, name = '', id, empty] = tag
    at += whole.length
    if (closing) {
      if (id !== undefined || empty || inner.name !== name) throw new Error(`</${name}> closes ${inner.name}`)
      open.pop()
    } else {
      const element = { name, id: id === undefined ? undefined : resolved(id), children: [], text: '' }
      inner.children.push(element)
      if (!empty) open.push(element)
    }
  }
  const [root, ...more] = outside.children
  if (open.length > 1) throw new Error(`${open.at(-1)?.name} is not closed`)
  if (!root || more.length > 0 || outside.text !== '') throw new Error('not one root element')
  return root
}

function resolved(text: string): string {
  if (text.replace(REFERENCE, '').includes('&')) throw new Error(`a bare ampersand in ${text}`)
  return text.replace(REFERENCE, (_whole, name?: string, decimal?: string, hex?: string) => {
    const character = name
      ? NAMED[name]
      : String.fromCodePoint(decimal ? Number(decimal) : Number(`0x${hex}`))
    if (!character || !LEGAL.test(character))
      throw new Error(`a reference to an illegal character in ${text}`)
    return character
  })
}

type Content = string | Content[] | { [name: string]: Content }

/**
 * What an answer's element says, by the rules that docs/dhru.md gives: RESULT elements are a list's entries, an
 * attribute `id` is an object's key, all other names are an object's names. Throws when a name comes twice.
 */
export function contentOf({ children, text }: XmlElement): Content {
  if (children.length === 0) return text
  if (text !== '') throw new Error(`text beside elements: ${text}`)
  if (children.every(({ name }) => name === 'RESULT')) return children.map(contentOf)
  const content: Record<string, Content> = {}
  for (const child of children) {
    const key = child.id ?? child.name
    if (Object.hasOwn(content, key)) throw new Error(`${key} comes twice`)
    Object.defineProperty(content, key, { value: contentOf(child), enumerable: true })
  }
  return content
}

/**
 * A JSON answer as far as XML can say it: numbers are texts, and what is empty is an empty text. Throws at true, false
 * and null, and at half a surrogate pair.
 */
export function sayableInXml(value: unknown): Content {
  if (typeof value === 'string' && !value.isWellFormed()) throw new Error(`half a pair in ${value}`)
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) throw new Error(`${value} has no place in an answer`)
  const inner = Object.entries(value)
  if (inner.length === 0) return ''
  if (Array.isArray(value)) return value.map(sayableInXml)
  return Object.fromEntries(inner.map(([name, one]) => [sayableInXml(name), sayableInXml(one)]))
}
