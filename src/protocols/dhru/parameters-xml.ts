import { decodeHTMLStrict } from 'entities'
import { Parser } from 'htmlparser2'
import { ok, type Result } from '../../lib/fault.ts'
import { type Fields, put } from './fields.ts'
import { MAX_DEPTH, malformed, TOO_DEEP } from './json.ts'
import { hasMoreThan } from './marks.ts'

/** MAX_MARKS bounds the tags, attributes, comments and entities in one text: a row has 100 fields at most. */
const MAX_MARKS = 2000
const TOO_MANY_MARKS = `more than ${MAX_MARKS} tags, attributes, comments or entities in XML`

/** MAX_LENGTH has room for a row of the longest values that orders may have, in characters. */
const MAX_LENGTH = 300_000

interface Element {
  name: string
  text: string
  hasChildren: boolean
}

/**
 * `readXml` reads the kit's block, `<PARAMETERS><ID>..</ID><IMEI>..</IMEI></PARAMETERS>`: tags in any case, named and numeric
 * entities, bare ampersands. Of two blocks in a row the last is meant; fields without a block around them count
 * too. There is no DTD, and nothing is expanded beyond HTML's fixed character entities. The fields are empty when no
 * element has a value.
 */
export function readXml(text: string): Result<Fields> {
  if (text.length > MAX_LENGTH) return malformed(`more than ${MAX_LENGTH} characters of XML`)
  if (hasMoreThan(MAX_MARKS, '<', text) || hasMoreThan(MAX_MARKS, '&', text)) return malformed(TOO_MANY_MARKS)
  const loose = new Map<string, string>()
  let block = new Map<string, string>()
  let last: Map<string, string> | undefined
  const open: Element[] = []
  let inCdata = false
  let elements = 0
  let attributes = 0
  const parser = new Parser(
    {
      onopentagname(name) {
        elements++
        const parent = open.at(-1)
        if (parent) parent.hasChildren = true
        else block = new Map()
        open.push({ name, text: '', hasChildren: false })
        // The parser's own work on each tag grows with the depth.
        if (open.length > MAX_DEPTH) parser.pause()
      },
      onattribute() {
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
        const element = open.pop()
        if (!element) return
        if (open.length === 0) {
          if (!element.hasChildren) put(loose, element.name, element.text)
          else if (block.size > 0) last = block
        } else if (!element.hasChildren) put(block, element.name, element.text)
      },
    },
    // Plain XML knows five entities, the wire uses HTML's: they are decoded above.
    { xmlMode: true, decodeEntities: false, lowerCaseTags: true },
  )
  parser.write(text)
  if (open.length > MAX_DEPTH) return malformed(TOO_DEEP)
  if (attributes > MAX_MARKS) return malformed(TOO_MANY_MARKS)
  // XML that is cut off may have lost a digit or a field, and it costs money to guess.
  if (open.length > 0) return malformed(`the XML ends inside ${open[0]?.name.slice(0, 40).toUpperCase()}`)
  if (elements === 0) return malformed('the XML has no elements')
  return ok(last ?? loose)
}
