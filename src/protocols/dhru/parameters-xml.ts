import { decodeHTMLStrict } from 'entities'
import { Parser } from 'htmlparser2'
import { ok, type Result } from '../../lib/fault.ts'
import { type Decoded, put } from './fields.ts'
import { MAX_DEPTH, malformed, TOO_DEEP } from './json.ts'
import { hasMoreThan } from './marks.ts'

/** MAX_MARKS bounds the tags, attributes, comments and entities in one text: a row has 100 fields at most. */
const MAX_MARKS = 2000
const TOO_MANY_MARKS = `more than ${MAX_MARKS} tags, attributes, comments or entities in XML`

/** MAX_LENGTH has room for a row of the longest values that orders may have, in characters. */
const MAX_LENGTH = 300_000

interface Element {
  name: string
  /** `id` is its attribute of that name. */
  id: string
  text: string
  children: Element[]
}

/**
 * `readXml` reads the kit's block, `<PARAMETERS><ID>..</ID><IMEI>..</IMEI></PARAMETERS>`: tags in any case, named and numeric
 * entities, bare ampersands. Of two blocks in a row the last is meant; fields without a block around them count
 * too; several blocks in one are rows, as JSON would have them: an object by their ids, or a list. There is no DTD, and nothing is expanded
 * beyond HTML's fixed character entities. The fields are empty when no element has a value.
 */
export function readXml(text: string): Result<Decoded> {
  if (text.length > MAX_LENGTH) return malformed(`more than ${MAX_LENGTH} characters of XML`)
  if (hasMoreThan(MAX_MARKS, '<', text) || hasMoreThan(MAX_MARKS, '&', text)) return malformed(TOO_MANY_MARKS)
  const roots: Element[] = []
  const open: Element[] = []
  let inCdata = false
  let attributes = 0
  const parser = new Parser(
    {
      onopentagname(name) {
        const element = { name, id: '', text: '', children: [] }
        const siblings = open.at(-1)?.children ?? roots
        siblings.push(element)
        open.push(element)
        // The parser's own work on each tag grows with the depth.
        if (open.length > MAX_DEPTH) parser.pause()
      },
      onattribute(name, value) {
        const element = open.at(-1)
        if (element && name === 'id') element.id = decodeHTMLStrict(value)
        if (++attributes > MAX_MARKS) parser.pause()
      },
      ontext(part) {
        const element = open.at(-1)
        if (element) element.text += inCdata ? part : decodeHTMLStrict(part)
      },
      oncdatastart() {
        inCdata = true
      },
      oncdataend() {
        inCdata = false
      },
      onclosetag() {
        open.pop()
      },
    },
    // Plain XML knows five entities, the wire uses HTML's: they are decoded above.
    { xmlMode: true, decodeEntities: false, lowerCaseTags: true, lowerCaseAttributeNames: true },
  )
  parser.write(text)
  if (open.length > MAX_DEPTH) return malformed(TOO_DEEP)
  if (attributes > MAX_MARKS) return malformed(TOO_MANY_MARKS)
  // XML that is cut off may have lost a digit or a field, and it costs money to guess.
  if (open.length > 0) return malformed(`the XML ends inside ${open[0]?.name.slice(0, 40).toUpperCase()}`)
  if (roots.length === 0) return malformed('the XML has no elements')
  const block = roots.findLast((root) => fieldsIn(root.children).size > 0)
  return ok(block ? (rowsOf(block) ?? { fields: fieldsIn(block.children) }) : { fields: fieldsIn(roots) })
}

/** `fieldsIn` gives the values of elements that have no others in them, whatever is around these. */
function fieldsIn(elements: Element[], fields = new Map<string, string>()): Map<string, string> {
  for (const { name, text, children } of elements) {
    if (children.length === 0) put(fields, name, text)
    else fieldsIn(children, fields)
  }
  return fields
}

/** `rowsOf` gives the rows of a block that holds nothing but blocks of one name, or only one that does; undefined: it is one order. */
function rowsOf({ children }: Element): { json: unknown } | undefined {
  const [first] = children
  if (children.some(({ name, children: own }) => own.length === 0 || name !== first?.name)) return undefined
  if (children.length === 1) return first && rowsOf(first)
  const rows = children.map(({ id, children: own }) => [id, Object.fromEntries(fieldsIn(own))] as const)
  const ids = new Set(rows.map(([id]) => id).filter((id) => id !== ''))
  return { json: ids.size === rows.length ? Object.fromEntries(rows) : rows.map(([, row]) => row) }
}
