import { escapeUTF8 } from 'entities/escape'
import type { ShownBrand } from '../../brand/shown-brand.ts'
import type { Language } from '../../lib/languages.ts'
import type { SharedResult } from '../../shared-results/shared-results.ts'
import { makePage, type PublicPage } from './public-page.ts'
import { publicWords } from './public-words.ts'
import { qrCode } from './qr-code.ts'
import { momentTime } from './times.ts'

const STYLE = `
:root{--wide:560px}
.in{margin:0 0 16px;font:600 20px/28px ui-monospace,monospace;color:var(--text);overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr);margin:0 0 16px;border-top:1px solid var(--line)}
dt,dd{margin:0;padding:8px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}dt{padding-right:16px;color:var(--muted)}
.said{margin:0 0 16px;padding:12px 16px;border-radius:8px;background:var(--page);color:var(--text);white-space:pre-wrap;overflow-wrap:anywhere}
.by{margin:0 0 4px;font-size:14px}footer{font-size:14px}
@media(max-width:480px){main{padding:16px}dl{grid-template-columns:minmax(0,1fr)}dt{padding-bottom:0;border:0}dd{padding-top:0}}`

/** FIELD is a line such as `Model: iPhone 14`. */
const FIELD = /^([^:<>]{1,60}?)\s*:\s+(\S.*)$/

/** `resultPage` shows what was answered about one IMEI or serial number: no price, and not who ordered it. `url` is its own address, and `language` that of who looks. */
export function resultPage(
  brand: ShownBrand,
  service: string,
  { input, result, finishedAt, until }: SharedResult,
  { url, language }: { url: string; language: Language },
): PublicPage {
  const { locale, result: words } = publicWords[language]
  const at = `<time datetime="${finishedAt.toISOString()}">${momentTime(finishedAt, locale)}</time>`
  const answered = words.answered(escapeUTF8(brand.name), at)
  return makePage(
    `${service}: ${input}`,
    `<p class="in">${escapeUTF8(input)}</p>
${resultHtml(result)}
<footer><p>${answered} ${words.mayHaveChanged}</p>
<p>${words.until(momentTime(until, locale))}</p>
${qrCode(url, words.code)}</footer>`,
    { style: STYLE, heading: escapeUTF8(service), language, brand },
  )
}

/** `resultHtml` shows a result whose lines are fields as such, and any other as text. Tags in it are text, too. */
function resultHtml(result: string): string {
  const lines = result
    .split(/\r?\n|<br\s*\/?>/i)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const fields = lines.map((line) => FIELD.exec(line))
  if (lines.length < 2 || fields.some((field) => field === null))
    return `<p class="said">${escapeUTF8(lines.join('\n'))}</p>`
  const pairs = fields.map(
    (field) => `<dt>${escapeUTF8(field?.[1] ?? '')}</dt><dd>${escapeUTF8(field?.[2] ?? '')}</dd>`,
  )
  return `<dl>${pairs.join('')}</dl>`
}
