import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import serveFiles from '@fastify/static'
import { escapeUTF8 } from 'entities/escape'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ShownBrand } from '../../brand/shown-brand.ts'
import { ownDecimals } from '../../lib/money.ts'
import { type Cookie, cookieOf } from '../kit/cookies.ts'
import { brandInHead, brandPages } from './brand-pages.ts'
import { helpPages } from './help-pages.ts'
import { COMMON, publicPage, sendPublic } from './public-page.ts'
import { type PublicDeps, publicRoutes } from './public-routes.ts'

/** BUILT is where `npm run build:web` writes the web application. */
const BUILT = fileURLToPath(new URL('../../../dist/web/', import.meta.url))

interface PagesDeps extends PublicDeps {
  /** `mayCall` tells whether an address may open the console. */
  mayCall: (address: string) => boolean
  /** `built` is the folder of the built application. */
  built?: string
}

/** Guard is who gets a page. */
interface Guard {
  isAllowed?: (request: FastifyRequest) => boolean
  /** `signedIn` is the cookie without which one signs in first. */
  signedIn?: Cookie
}

/**
 * `pages` adds the web application: `/console` for operators, `/portal` for resellers, their files under `/assets`, and the pages that need no sign-in. A page
 * is the same for everybody who has a cookie, and has the brand in its head where it is for resellers; what else it shows comes from the APIs, which know who asks.
 */
export function pages(app: FastifyInstance, { mayCall, built = BUILT, ...deps }: PagesDeps): void {
  app.register(async (scope) => {
    publicRoutes(scope, deps)
    brandPages(scope, deps)
    helpPages(scope)
    if (!existsSync(`${built}console.html`)) {
      for (const path of ['/console', '/console/*', '/portal', '/portal/*']) {
        scope.get(path, (_request, reply) => sendPublic(reply, 503, publicPage.notBuilt()))
      }
      return
    }
    // What is built is known: the plugin's own routes would read the folder twice for each file that they send.
    const files = new Set(readdirSync(`${built}assets`))
    scope.get<{ Params: { name: string } }>('/assets/:name', ({ params: { name } }, reply) =>
      files.has(name) ? reply.sendFile(name) : reply.callNotFound(),
    )
    await scope.register(serveFiles, {
      root: `${built}assets`,
      serve: false,
      preCompressed: true,
      // A file whose name has the hash of what is in it never changes.
      setHeaders: (reply, path) => {
        const isHashed = /-[\w-]{8}\.\w+$/.test(path.replace(/\.(?:br|gz)$/, ''))
        reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
    const { publicUrl } = deps.config
    const application = (
      file: string,
      paths: readonly string[],
      { isAllowed = () => true, signedIn }: Guard = {},
    ): void => {
      const html = withPublicUrl(withDecimals(readFileSync(`${built}${file}`, 'utf8')), publicUrl)
      for (const path of paths) {
        const isOurs = path.startsWith('/console')
        scope.get(path, async (request, reply) => {
          if (!isAllowed(request)) return sendPublic(reply, 403, publicPage.notAllowed(request.ip))
          // Who has no cookie is not signed in: the application need not be loaded to find that out.
          if (signedIn && cookieOf(request, signedIn) === undefined)
            return reply
              .header('cache-control', 'no-store')
              .redirect(`/${signedIn}/sign-in?back=${encodeURIComponent(request.url)}`)
          return sendApplication(reply, html, isOurs ? undefined : await deps.brand.now())
        })
      }
    }
    const isOperator = ({ ip }: FastifyRequest): boolean => mayCall(ip)
    application('gate.html', ['/console/sign-in', '/console/setup', '/console/invite', '/console/email'], {
      isAllowed: isOperator,
    })
    application('console.html', ['/console', '/console/*'], { isAllowed: isOperator, signedIn: 'console' })
    const entrances = ['sign-in', 'invite', 'forgot', 'reset', 'verify', 'register', 'email'].map(
      (name) => `/portal/${name}`,
    )
    application('gate.html', entrances)
    application('portal.html', ['/portal', '/portal/*'], { signedIn: 'portal' })
  })
}

/**
 * `sendApplication` sends the page with a fresh nonce, with which alone style elements are let in: the components write some. Scripts are files
 * of ours and nothing else.
 */
function sendApplication(reply: FastifyReply, html: string, brand: ShownBrand | undefined): FastifyReply {
  const nonce = randomBytes(16).toString('base64')
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'none'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return reply
    .type('text/html; charset=utf-8')
    .headers({ ...COMMON, 'content-security-policy': policy.join('; ') })
    .send(withBrand(html.replaceAll('NONCE', nonce), brand, nonce))
}

/** `withDecimals` says to a page which decimals currencies have here where ICU, which it has itself, says other ones. */
function withDecimals(html: string): string {
  const own = [...ownDecimals()].map(([currency, count]) => `${currency}=${count}`)
  return own.length === 0
    ? html
    : html.replace('</head>', `<meta name="decimals" content="${own.join()}"></head>`)
}

/** `withPublicUrl` says to a page where others reach the server, which may be another address than the one it was opened at. */
const withPublicUrl = (html: string, publicUrl: string | undefined): string =>
  publicUrl === undefined
    ? html
    : html.replace('</head>', () => `<meta name="public-url" content="${escapeUTF8(publicUrl)}"></head>`)

function withBrand(html: string, brand: ShownBrand | undefined, nonce: string): string {
  if (!brand) return html
  // A name may hold what a replacement would read as a reference.
  return html.replace('</head>', () => `${brandInHead(brand, nonce)}</head>`)
}
