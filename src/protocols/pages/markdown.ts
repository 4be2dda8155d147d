import { escapeUTF8 } from 'entities/escape'

/** Links gives for the target of a link where it leads to; undefined: nowhere, its text alone stays. */
type Links = (target: string) => string | undefined

/**
 * `htmlOf` writes a chapter of `docs/` as HTML: headings with the anchors that GitHub gives them, paragraphs, lists, tables, code. Pictures and comments are
 * left out. It knows the Markdown that these chapters are written in, and no other; whatever else stands there is shown as text.
 */
export function htmlOf(markdown: string, links: Links): string {
  const lines = markdown.replace(/<!--[\s\S]*?-->/g, '').split('\n')
  const inline = (text: string): string => inlineOf(text, links)
  const parts: string[] = []
  let at = 0
  /** `taken` gives the lines from here on as long as they fit. */
  const taken = (fits: (line: string) => boolean): string[] => {
    const from = at
    while (at < lines.length && fits(lines[at] ?? '')) at++
    return lines.slice(from, at)
  }
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const [, marks = '', heading = ''] = /^(#{1,4}) (.+)$/.exec(line) ?? []
    const kind = listOf(line)
    if (line.trim() === '' || line.startsWith('![')) at++
    else if (line.startsWith('```')) {
      at++
      parts.push(`<pre><code>${escapeUTF8(taken((one) => !one.startsWith('```')).join('\n'))}</code></pre>`)
      at++
    } else if (/^ {4}/.test(line)) {
      const code = taken((one) => /^ {4}|^$/.test(one)).map((one) => one.slice(4))
      parts.push(`<pre><code>${escapeUTF8(code.join('\n').trimEnd())}</code></pre>`)
    } else if (marks) {
      at++
      parts.push(`<h${marks.length} id="${anchorOf(heading)}">${inline(heading)}</h${marks.length}>`)
    } else if (line.startsWith('|'))
      parts.push(
        tableOf(
          taken((one) => one.startsWith('|')),
          inline,
        ),
      )
    else if (kind) {
      const whole = taken((one) => listOf(one) === kind || /^ {2,}\S/.test(one)).join('\n')
      const items = whole.split(/\n(?=- |\d+\. )/).map((one) => one.replace(/^(?:-|\d+\.) /, ''))
      parts.push(`<${kind}>${items.map((one) => `<li>${itemOf(one, links)}</li>`).join('')}</${kind}>`)
    } else parts.push(`<p>${inline(taken((one) => one.trim() !== '' && !isBlock(one)).join(' '))}</p>`)
  }
  return parts.join('\n')
}

/** `anchorOf` gives the anchor of a heading, as GitHub does. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')

const listOf = (line: string): 'ul' | 'ol' | undefined =>
  line.startsWith('- ') ? 'ul' : /^\d+\. /.test(line) ? 'ol' : undefined

const isBlock = (line: string): boolean => /^(?:#{1,4} .|```|\||!\[)/.test(line) || listOf(line) !== undefined

/** `itemOf` writes what stands in an item of a list: its text, and a list or code below it, which is indented. */
function itemOf(item: string, links: Links): string {
  const [first = '', ...rest] = item.split('\n')
  const indent = Math.min(...rest.filter((one) => one.trim()).map((one) => one.search(/\S/)))
  const below = rest.map((one) => one.slice(Number.isFinite(indent) ? indent : 0))
  const start = below.findIndex(isBlock)
  const text = [first, ...(start < 0 ? below : below.slice(0, start))].join(' ')
  return `${inlineOf(text, links)}${start < 0 ? '' : htmlOf(below.slice(start).join('\n'), links)}`
}

function tableOf(lines: string[], inline: (text: string) => string): string {
  const cells = (line: string) =>
    line
      .replace(/^\||\|\s*$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => inline(cell.trim().replaceAll('\\|', '|')))
  const [head = '', , ...rows] = lines
  const row = (line: string, tag: string) =>
    `<tr>${cells(line)
      .map((cell) => `<${tag}>${cell}</${tag}>`)
      .join('')}</tr>`
  return `<div class="table" tabindex="0"><table><thead>${row(head, 'th')}</thead><tbody>${rows.map((one) => row(one, 'td')).join('')}</tbody></table></div>`
}

const INLINE =
  /`([^`]+)`|!\[[^\]]*\]\([^)]*\)|\[([^\]]+)\]\(([^)\s]+)\)|\*\*([^*]+)\*\*|(?<![\w*])[*_]([^*_]+)[*_](?![\w*])/g

/** `inlineOf` writes code, links and emphasis of a text, and shows all else as it is. */
function inlineOf(text: string, links: Links): string {
  let html = ''
  let end = 0
  for (const found of text.matchAll(INLINE)) {
    const [whole, code, label, target = '', strong, em] = found
    html += escapeUTF8(text.slice(end, found.index))
    end = found.index + whole.length
    if (code !== undefined) html += `<code>${escapeUTF8(code)}</code>`
    else if (label !== undefined) {
      const to = links(target)
      html +=
        to === undefined
          ? inlineOf(label, links)
          : `<a href="${escapeUTF8(to)}">${inlineOf(label, links)}</a>`
    } else if (strong !== undefined) html += `<strong>${inlineOf(strong, links)}</strong>`
    else if (em !== undefined) html += `<em>${inlineOf(em, links)}</em>`
  }
  return html + escapeUTF8(text.slice(end))
}
