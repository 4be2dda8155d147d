import { escapeUTF8 } from 'entities/escape'
import type { MarkedExtension } from 'marked'

/** Links gives for the target of a link where it leads to; undefined: nowhere, its text alone stays. */
type Links = (target: string) => string | undefined

/** `htmlOf` writes a chapter of `docs/` as HTML, with the anchors that GitHub gives its headings. Pictures and comments are left out. */
export async function htmlOf(markdown: string, links: Links): Promise<string> {
  const { Marked } = await import('marked')
  return await new Marked(asHere(links)).parse(markdown)
}

/** `asHere` is what differs from the usual HTML of Markdown. */
const asHere = (links: Links): MarkedExtension => ({
  renderer: {
    heading({ tokens, depth, text }) {
      return `<h${depth} id="${anchorOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`
    },
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens)
      const to = links(href)
      return to === undefined ? text : `<a href="${escapeUTF8(to)}">${text}</a>`
    },
    image: () => '',
    html: ({ text }) => (text.startsWith('<!--') ? '' : escapeUTF8(text)),
  },
  hooks: {
    // A table that is wider than the page is scrolled, with the keyboard too. A picture was alone in its paragraph.
    postprocess: (html) =>
      html
        .replaceAll('<p></p>\n', '')
        .replaceAll('<table>', '<div class="table" tabindex="0"><table>')
        .replaceAll('</table>', '</table></div>'),
  },
})

/** `anchorOf` gives the anchor of a heading, as GitHub does. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
