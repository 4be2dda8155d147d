import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

/** `docsPage` adds a page on which people read the OpenAPI document that stands at `url`, and try its routes. */
export async function docsPage(
  scope: FastifyInstance,
  { path, url, title }: { path: string; url: string; title: string },
): Promise<void> {
  await scope.register(swaggerUi, {
    routePrefix: path,
    staticCSP: PAGE_MAY,
    theme: { title },
    uiConfig: {
      url,
      layout: 'BaseLayout',
      deepLinking: true,
      docExpansion: 'list',
      // The document is sent to no validator.
      validatorUrl: null,
    },
  })
}

/** PAGE_MAY is the page's Content-Security-Policy: everything comes from this server, and a key that was entered goes nowhere else. */
const PAGE_MAY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
