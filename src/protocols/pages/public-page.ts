import { hash } from 'node:crypto'
import { escapeUTF8 } from 'entities/escape'

/** STYLE is in the page itself: these pages have no script and no files. The colours are those of the web application. */
const STYLE = `
:root{color-scheme:light dark;--page:#f6f7f5;--panel:#fff;--text:#1a2426;--muted:#536163;--link:#0b5d6b;--line:#d5dad6}
@media(prefers-color-scheme:dark){:root{--page:#111718;--panel:#182021;--text:#e7ecea;--muted:#a3b0b0;--link:#74d0de;--line:#2c3738}}
body{margin:0;min-height:100vh;display:grid;place-content:center;grid-template-columns:minmax(0,400px);gap:24px;padding:24px 16px;box-sizing:border-box;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{padding:24px;border:1px solid var(--line);border-radius:8px;background:var(--panel)}
h1{margin:0 0 8px;font-size:20px;line-height:28px}
p{margin:0 0 8px;color:var(--muted)}ul{margin:16px 0 0;padding:0;list-style:none}li{border-top:1px solid var(--line)}
a{display:block;padding:12px 0;color:var(--link)}a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
code{font-size:.95em;color:var(--text)}`

const styleHash = `sha256-${hash('sha256', STYLE, 'base64')}`

const page = (title: string, body: string): { html: string; styleHash: string } => ({
  html: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><link rel="icon" href="/assets/icon.svg"><title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1>${body}</main></body></html>
`,
  styleHash,
})

/** `publicPage` has the pages that need no sign-in: HTML without script. */
export const publicPage = {
  /** `start` is where somebody who types the bare address finds what is here. */
  start: () =>
    page(
      'imeigate',
      `<p>An order server for IMEI services.</p>
<ul><li><a href="/portal">Resellers: sign in</a></li><li><a href="/console">Operators: sign in</a></li>
<li><a href="/docs">The API</a></li></ul>`,
    ),
  notBuilt: () =>
    page(
      'The pages are not built',
      '<p>The server runs, and its APIs answer. In a checkout, <code>npm run build:web</code> makes the console and the portal.</p>',
    ),
  notAllowed: (address: string) =>
    page(
      'Not from here',
      `<p>The console is open to some addresses only, and <code>${escapeUTF8(address)}</code> is none of them. The setting <code>CONSOLE_ALLOW</code> names them.</p>`,
    ),
}
