import { Parser } from 'htmlparser2'
import { shorten, strip } from './text.ts'

/**
 * Suppliers' words are data from strangers, and often HTML, which resellers' panels print as they get it. This file alone makes text
 * of it: nothing that it gives is markup, however often the markup was escaped.
 */

/** UNSEEN are the elements whose content is no text for people. */
const UNSEEN = new Set(
  'applet audio canvas embed frameset iframe math noembed noframes object script style svg template title video'.split(
    ' ',
  ),
)

/** BLOCKS are the elements that stand on lines of their own. */
const BLOCKS = new Set(
  'address article aside blockquote center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol option p pre section table tr ul'.split(
    ' ',
  ),
)

const BREAKS = new RegExp(`<(?:br|${[...BLOCKS].join('|')})[\\s/>]`, 'i')
/** TAG_START is where a browser would see markup begin. */
const TAG_START = /<(?=[a-z/!?])/gi
const MARKUP = /<[a-z/!?]|&[a-z#]/i

/** MAX_INPUT_LENGTH bounds the work for a text that somebody made long on purpose. */
const MAX_INPUT_LENGTH = 200_000
/** MAX_ROUNDS is how many times over a text may be escaped. */
const MAX_ROUNDS = 5

/**
 * `textOfHtml` makes text of HTML, or of text: markup is left out, and so is the content of scripts, styles and frames; character
 * references are decoded; <br> and blocks end lines; blanks are folded, and so are empty lines. A text of more than `max` characters is cut.
 */
export function textOfHtml(html: string, max = 20_000): string {
  let text = html.slice(0, MAX_INPUT_LENGTH)
  // In HTML line ends are blanks; in text, and in what an earlier round made, they are line ends.
  let keepsLines = !BREAKS.test(text)
  for (let round = 0; round < MAX_ROUNDS && MARKUP.test(text); round++) {
    const plain = parse(text, keepsLines)
    if (plain === text) break
    text = plain
    keepsLines = true
  }
  // Names of schemes, which are harmless without the colon, and markup that was escaped too often are left.
  const folded = strip(text)
    .replace(TAG_START, '‹')
    .replace(/((?:java|vb)\s*script)\s*:/gi, '$1 ')
    .replace(/\r\n?/g, '\n')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
  return shorten(folded.trim(), max)
}

function parse(html: string, keepsLines: boolean): string {
  const parts: string[] = []
  let unseen = 0
  let startsLine = true
  const endLine = () => {
    if (!startsLine) parts.push('\n')
    startsLine = true
  }
  const parser = new Parser({
    onopentagname(name) {
      if (UNSEEN.has(name)) unseen++
      if (unseen > 0) return
      if (name === 'br') {
        parts.push('\n')
        startsLine = true
      } else if (BLOCKS.has(name)) endLine()
      else if (name === 'td' || name === 'th') parts.push(' ')
    },
    ontext(text) {
      if (unseen > 0) return
      parts.push(keepsLines ? text : text.replace(/\s+/g, ' '))
      if (text.trim() !== '') startsLine = false
    },
    onclosetag(name) {
      if (UNSEEN.has(name)) unseen--
      else if (unseen === 0 && BLOCKS.has(name)) endLine()
    },
  })
  parser.end(html)
  return parts.join('')
}
