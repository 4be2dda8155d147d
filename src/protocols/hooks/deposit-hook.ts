import type { FastifyInstance } from 'fastify'
import type { GatewayWebhooks } from '../../deposits/gateway-webhooks.ts'

/** Many times what a gateway's event needs, in bytes. */
const BODY_LIMIT = 524_288

/**
 * `POST /hooks/deposits/<provider code>`: where a payment gateway says what became of a payment. It is answered once what
 * it says is done and committed; what is not answered with 2xx, it tells again.
 */
export function depositHook(app: FastifyInstance, { hearing }: { hearing: GatewayWebhooks }): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // The signature is over what was sent, to the byte.
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
      done(null, body),
    )
    scope.post<{ Params: { code: string } }>('/hooks/deposits/:code', async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      await hearing.receive(request.params.code, body, request.headers)
      return reply.code(204).send()
    })
  })
}
