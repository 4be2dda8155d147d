import { escapeUTF8 } from 'entities/escape'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Colours } from '../../brand/accent.ts'
import type { Logo } from '../../brand/logo.ts'
import type { BrandReader, ShownBrand } from '../../brand/shown-brand.ts'
import { Refusal } from '../../errors.ts'

const suffixes = { 'image/png': 'png', 'image/svg+xml': 'svg' } as const

/** `logoUrl` names a logo by what is in it, so that it may be kept for ever. */
export const logoUrl = ({ hash, mediaType }: Logo): string => `/brand/logo-${hash}.${suffixes[mediaType]}`

/** LOGO_POLICY: who opens the picture by itself gets a picture, whatever is in it. */
const LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

/** `brandPages` adds what of the brand is a file: the logo, under the hash of its content, and under a name that never changes. */
export function brandPages(scope: FastifyInstance, { brand }: { brand: Pick<BrandReader, 'now'> }): void {
  const send = (reply: FastifyReply, { mediaType, content }: Logo, keep: string): FastifyReply =>
    reply
      .type(mediaType)
      .headers({ 'cache-control': keep, 'content-security-policy': LOGO_POLICY })
      .send(content)
  scope.get('/brand/logo', async (_request, reply) => {
    const { logo } = await brand.now()
    if (!logo) throw new Refusal('not_found')
    return send(reply, logo, 'no-cache')
  })
  scope.get<{ Params: { file: string } }>('/brand/:file', async (request, reply) => {
    const { logo } = await brand.now()
    if (!logo || logoUrl(logo) !== `/brand/${request.params.file}`) throw new Refusal('not_found')
    return send(reply, logo, 'public, max-age=31536000, immutable')
  })
}

/**
 * `brandInHead` is what stands in the head of a page of the web application: the brand as it shows it, and its colours. The colours come behind
 * the application's own, and take their place.
 */
export function brandInHead(
  { name, logo, colours, contacts, saysProgram }: ShownBrand,
  nonce: string,
): string {
  const shown = { name, logo: logo ? logoUrl(logo) : null, contacts, says_program: saysProgram }
  const meta = `<meta name="brand" content="${escapeUTF8(JSON.stringify(shown))}">`
  if (!colours) return meta
  const { light, dark } = colours
  return `${meta}<style nonce="${nonce}">:root{${tokensOf(light)}}:root[data-mantine-color-scheme="dark"]{${tokensOf(dark)}}</style>`
}

const tokensOf = ({ accent, link, focus, onAccent }: Colours): string =>
  `--accent:${accent};--link:${link};--focus:${focus};--on-accent:${onAccent}`
