import { escapeUTF8 } from 'entities/escape'
import type { ShownBrand } from '../../brand/shown-brand.ts'
import type { PublicStatus, ServiceStatus, Standing } from '../../public-status/public-status.ts'
import { makePage, type PublicPage } from './public-page.ts'
import { clockTime, momentTime, spanText } from './times.ts'

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

/** `words` are never told by colour alone. */
const words: Readonly<Record<Standing, string>> = {
  works: '✓ works',
  slow: '◔ slow',
  closed: '– closed',
  out: '✕ out',
}

/** `statusPage` says of each service that is shown how it stands. */
export const statusPage = (brand: ShownBrand, { asOf, groups }: PublicStatus): PublicPage =>
  makePage(
    `Status of ${brand.name}`,
    `<p>As of ${clockTime(asOf)} UTC. Times are those of the last 24 hours: how long half of all orders took, and nine of ten.</p>
${groups.map(({ name, services }) => groupHtml(name, services)).join('\n')}`,
    { style: STYLE, brand },
  )

const groupHtml = (name: string, services: readonly ServiceStatus[]): string => `<h2>${escapeUTF8(name)}</h2>
<table><thead><tr><th scope="col">Service</th><th scope="col">Now</th><th scope="col">Half within</th><th scope="col">Nine of ten within</th><th scope="col">Done last</th></tr></thead>
<tbody>${services.map(rowHtml).join('')}</tbody></table>`

const rowHtml = ({ name, note, standing, medianMs, slowestMs, lastDoneAt }: ServiceStatus): string =>
  `<tr><td>${escapeUTF8(name)}${note === '' ? '' : `<small>${escapeUTF8(note)}</small>`}</td>
<td><b class="${standing}">${words[standing]}</b></td>
<td class="n" data-of="Half within">${spanText(medianMs)}</td><td class="n" data-of="Nine of ten within">${spanText(slowestMs)}</td>
<td class="n" data-of="Done last">${lastDoneAt === null ? '–' : `<time datetime="${lastDoneAt.toISOString()}">${momentTime(lastDoneAt)}</time>`}</td></tr>`
