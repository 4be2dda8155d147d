import { hash } from 'node:crypto'
import { escapeUTF8 } from 'entities/escape'
import type { FastifyReply } from 'fastify'
import type { BothColours } from '../../brand/accent.ts'
import type { ShownBrand } from '../../brand/shown-brand.ts'
import type { Language } from '../../lib/languages.ts'
import { logoUrl } from './brand-pages.ts'
import { publicWords } from './public-words.ts'

/** STYLE is in each page itself: these pages have no script and no files. The colours are those of the web application. */
const STYLE = `
:root{color-scheme:light dark;--page:#f6f7f5;--panel:#fff;--text:#1a2426;--muted:#536163;--link:#0b5d6b;--line:#d5dad6;--done:#1c6b36;--done-tint:#e3f3e7;--needs:#7a4b00;--needs-tint:#fff0d1;--failed:#a8261f;--failed-tint:#fce9e7;--off:#5a6567;--off-tint:#eceeea}
@media(prefers-color-scheme:dark){:root{--page:#111718;--panel:#182021;--text:#e7ecea;--muted:#a3b0b0;--link:#74d0de;--line:#2c3738;--done:#8cd9a3;--done-tint:#15331f;--needs:#ffcf70;--needs-tint:#3d2a07;--failed:#ffa79f;--failed-tint:#451a18;--off:#a9b4b4;--off-tint:#222b2c}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;padding:24px 16px;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:var(--wide,400px);margin:auto;padding:24px;border:1px solid var(--line);border-radius:8px;background:var(--panel)}
h1{margin:0 0 8px;font-size:20px;line-height:28px}
p{margin:0 0 8px;color:var(--muted)}
a{color:var(--link)}a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
code{font-size:.95em;color:var(--text);overflow-wrap:anywhere}
.shop,.foot{max-width:var(--wide,400px);margin:0 auto 16px}
.shop{display:flex;align-items:center;gap:12px;font-size:18px;font-weight:700;overflow-wrap:anywhere}.shop img{max-width:160px;height:36px;object-fit:contain}
.foot{margin:16px auto 0;color:var(--muted);font-size:14px}.foot a{margin-inline-end:16px;overflow-wrap:anywhere}`

const CENTRED = `
body{display:grid;place-content:center;grid-template-columns:minmax(0,400px)}.shop,.foot{width:100%}main{width:100%}
ul{margin:16px 0 0;padding:0;list-style:none}li{border-top:1px solid var(--line)}li a{display:block;padding:12px 0}`

/** PublicPage is a page that needs no sign-in; `styleHash` lets its own styles in, and nothing else. */
export interface PublicPage {
  html: string
  styleHash: string
}

interface Frame {
  /** `style` are styles beside those of every such page. */
  style?: string
  heading?: string
  /** `language`: that of the program's own pages is English. */
  language?: Language
  /** `brand` stands above and below; undefined: the page is the program's own. */
  brand?: ShownBrand
}

/** `makePage` makes one. `title` is text, `body` is HTML. */
export function makePage(
  title: string,
  body: string,
  { style = CENTRED, heading = escapeUTF8(title), language = 'en', brand }: Frame = {},
): PublicPage {
  const all = STYLE + style + linksIn(brand?.colours)
  return {
    html: `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><link rel="icon" href="/assets/icon.svg"><title>${escapeUTF8(title)}</title><style>${all}</style></head>
<body>${brand ? headOf(brand) : ''}<main><h1>${heading}</h1>${body}</main>${brand ? footOf(brand, publicWords[language].runsOn) : ''}</body></html>
`,
    styleHash: `sha256-${hash('sha256', all, 'base64')}`,
  }
}

const linksIn = (colours: BothColours | null = null): string =>
  colours
    ? `:root{--link:${colours.light.link}}@media(prefers-color-scheme:dark){:root{--link:${colours.dark.link}}}`
    : ''

const headOf = ({ name, logo }: ShownBrand): string =>
  `<header class="shop">${logo ? `<img src="${logoUrl(logo)}" alt="">` : ''}<span>${escapeUTF8(name)}</span></header>`

function footOf({ contacts, saysProgram }: ShownBrand, runsOn: string): string {
  const links = contacts.map(({ text, url }) => `<a href="${escapeUTF8(url)}">${escapeUTF8(text)}</a>`)
  const parts = [links.join(' '), saysProgram ? runsOn : ''].filter((part) => part !== '')
  return parts.length === 0
    ? ''
    : `<footer class="foot">${parts.map((part) => `<p>${part}</p>`).join('')}</footer>`
}

/** COMMON: no other site frames a page of ours, learns its address, or shares its window. */
export const COMMON = { 'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin' }

export const sendPublic = (
  reply: FastifyReply,
  status: number,
  { html, styleHash }: PublicPage,
): FastifyReply =>
  reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({
      ...COMMON,
      vary: 'accept-language',
      'content-security-policy': `default-src 'none'; style-src '${styleHash}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    })
    .send(html)

/** `publicPage` has the small ones. */
export const publicPage = {
  /** `start` is where somebody who types the bare address finds what is here. */
  start: (brand: ShownBrand, hasStatus: boolean, language: Language) => {
    const { about, resellers, operators, status, api } = publicWords[language].start
    return makePage(
      brand.name,
      `<p>${about}</p>
<ul><li><a href="/portal">${resellers}</a></li><li><a href="/console">${operators}</a></li>
${hasStatus ? `<li><a href="/status">${status}</a></li>` : ''}<li><a href="/docs">${api}</a></li></ul>`,
      { language, brand: { ...brand, name: '' } },
    )
  },
  notBuilt: () =>
    makePage(
      'The pages are not built',
      '<p>The server runs, and its APIs answer. In a checkout, <code>npm run build:web</code> makes the console and the portal.</p>',
    ),
  notAllowed: (address: string) =>
    makePage(
      'Not from here',
      `<p>The console is open to some addresses only, and <code>${escapeUTF8(address)}</code> is none of them. The setting <code>CONSOLE_ALLOW</code> names them.</p>`,
    ),
  noChapter: () =>
    makePage(
      'There is no such chapter',
      '<p><a href="/help/console">The console</a> and <a href="/help/portal">the portal</a> are described.</p>',
    ),
  noStatus: (brand: ShownBrand, language: Language) => small('noStatus', language, brand),
  /** `noResult` says the same of a link whose time is over, that was ended, and that nobody has made. */
  noResult: (brand: ShownBrand, language: Language) => small('noResult', language, brand),
  tooOften: (language: Language) => small('tooOften', language),
}

/** `small` is a page that says one thing. */
function small(
  what: 'noStatus' | 'noResult' | 'tooOften',
  language: Language,
  brand?: ShownBrand,
): PublicPage {
  const { title, why } = publicWords[language][what]
  return makePage(title, `<p>${why}</p>`, { language, ...(brand && { brand }) })
}
