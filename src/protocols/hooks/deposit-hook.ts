import type { FastifyInstance } from 'fastify'
import type { GatewayWebhooks } from '../../deposits/gateway-webhooks.ts'

/** BODY_LIMIT, in bytes, is many times what a gateway's event needs. */
const BODY_LIMIT = 524_288

/**
 * `depositHook` adds `POST /hooks/deposits/<provider code>`, where a payment gateway says what became of a payment. The answer comes
 * once that is done and committed: a gateway repeats what is not answered with 2xx.
 */
export function depositHook(
  app: FastifyInstance,
  { gatewayWebhooks }: { gatewayWebhooks: GatewayWebhooks },
): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // The signature covers the body byte by byte.
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
      done(null, body),
    )
    scope.post<{ Params: { code: string } }>('/hooks/deposits/:code', async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      await gatewayWebhooks.receive(request.params.code, body, request.headers)
      return reply.code(204).send()
    })
  })
}
