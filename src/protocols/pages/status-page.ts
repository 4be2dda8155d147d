import { escapeUTF8 } from 'entities/escape'
import type { ShownBrand } from '../../brand/shown-brand.ts'
import { durationText } from '../../lib/duration.ts'
import type { Language } from '../../lib/languages.ts'
import { SECOND_MS } from '../../lib/time.ts'
import type { PublicStatus, ServiceStatus } from '../../public-status/public-status.ts'
import { makePage, type PublicPage } from './public-page.ts'
import { type PublicWords, publicWords } from './public-words.ts'
import { clockTime, momentTime } from './times.ts'

const STYLE = `
:root{--wide:880px}
h2{margin:24px 0 0;font-size:16px;line-height:24px}
table{width:100%;table-layout:fixed;border-collapse:collapse;font-size:14px}
th,td{padding:8px 12px 8px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{color:var(--muted);font-weight:400}th:first-child{width:36%}th:last-child{width:20%}td:first-child{font-weight:600}
td small{display:block;color:var(--muted);font-weight:400;font-size:13px}
b{display:inline-block;padding:0 8px;border-radius:4px;font-size:13px;line-height:22px;white-space:nowrap}
.works{color:var(--done);background:var(--done-tint)}.slow{color:var(--needs);background:var(--needs-tint)}
.out{color:var(--failed);background:var(--failed-tint)}.closed{color:var(--off);background:var(--off-tint)}
.n{white-space:nowrap}
@media(max-width:640px){main{padding:16px}thead{position:absolute;clip-path:inset(50%)}tr{display:grid;gap:2px;padding:12px 0;border-bottom:1px solid var(--line)}table,tbody{display:block}td{display:block;padding:0;border:0}td[data-of]::before{content:attr(data-of) ": ";color:var(--muted)}}`

/** `statusPage` says of each service that is shown how it stands. */
export function statusPage(
  brand: ShownBrand,
  { asOf, groups }: PublicStatus,
  language: Language,
): PublicPage {
  const words = publicWords[language]
  const { title, asOf: said } = words.status
  return makePage(
    title(brand.name),
    `<p>${said(clockTime(asOf, words.locale))}</p>
${groups.map(({ name, services }) => groupHtml(name, services, words)).join('\n')}`,
    { style: STYLE, language, brand },
  )
}

function groupHtml(name: string, services: readonly ServiceStatus[], words: PublicWords): string {
  const { service, now, half, most, last } = words.status.columns
  const heads = [service, now, half, most, last].map((head) => `<th scope="col">${head}</th>`)
  return `<h2>${escapeUTF8(name)}</h2>
<table><thead><tr>${heads.join('')}</tr></thead>
<tbody>${services.map((one) => rowHtml(one, words)).join('')}</tbody></table>`
}

function rowHtml(
  { name, note, standing, medianMs, slowestMs, lastDoneAt }: ServiceStatus,
  { locale, status: { columns, standing: words } }: PublicWords,
): string {
  const cell = (of: string, html: string): string => `<td class="n" data-of="${of}">${html}</td>`
  // Days are British, and `sec` is as on the other pages, not `secs`.
  const { language } = new Intl.Locale(locale)
  const took = (ms: number | null): string => (ms === null ? '–' : durationText(ms / SECOND_MS, language))
  return `<tr><td>${escapeUTF8(name)}${note === '' ? '' : `<small>${escapeUTF8(note)}</small>`}</td>
<td><b class="${standing}">${words[standing]}</b></td>
${cell(columns.half, took(medianMs))}${cell(columns.most, took(slowestMs))}
${cell(columns.last, lastDoneAt === null ? '–' : `<time datetime="${lastDoneAt.toISOString()}">${momentTime(lastDoneAt, locale)}</time>`)}</tr>`
}
