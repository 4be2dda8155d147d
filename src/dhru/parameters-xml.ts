import { decodeHTMLStrict } from 'entities'
import { Parser } from 'htmlparser2'
import { type Fields, put } from './fields.ts'

interface Element {
  name: string
  text: string
  hasChildren: boolean
}

/**
 * Reads the kit's block, `<PARAMETERS><ID>..</ID><IMEI>..</IMEI></PARAMETERS>`: tags in any case, named and numeric
 * entities, bare ampersands. Of two blocks in a row the last is meant; fields without a block around them count
 * too. There is no DTD, and nothing is expanded beyond HTML's fixed character entities. Gives undefined when no
 * element has a value.
 */
export function readXml(text: string): Fields | undefined {
  const loose = new Map<string, string>()
  let block = new Map<string, string>()
  let last: Map<string, string> | undefined
  const open: Element[] = []
  let inCdata = false
  const parser = new Parser(
    {
      onopentagname(name) {
        const parent = open.at(-1)
        if (parent) parent.hasChildren = true
        else block = new Map()
        open.push({ name, text: '', hasChildren: false })
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
    { xmlMode: true, decodeEntities: false, lowerCaseTags: false },
  )
  parser.end(text)
  return last ?? (loose.size > 0 ? loose : undefined)
}
