import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../errors.ts'
import type { Fulfilment } from '../../fulfilment/fulfilment.ts'
import { supplierKinds } from '../../integrations/suppliers/index.ts'
import type { SupplierId } from '../../lib/ids.ts'
import type { SupplierDirectory } from '../../suppliers/directory.ts'

/** BODY_LIMIT, in bytes, has room for an order with some thousand results. */
const BODY_LIMIT = 4_194_304

/**
 * `supplierHook` adds `POST /hooks/suppliers/<id>`, where a supplier whose kind reads webhooks says that something happened to an order.
 * The signature (X-Signature) covers the order's number and amount but no result, so the results are not believed: the supplier is asked
 * at once.
 */
export function supplierHook(
  app: FastifyInstance,
  { directory, fulfilment }: { directory: SupplierDirectory; fulfilment: Pick<Fulfilment, 'askSoon'> },
): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // The signature covers the body byte by byte.
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
      done(null, body),
    )
    scope.post<{ Params: { id: string } }>('/hooks/suppliers/:id', async (request, reply) => {
      const id = Number(/^[1-9]\d{0,8}$/.test(request.params.id) ? request.params.id : 0) as SupplierId
      const live = (await directory.current()).get(id)
      // The caller learns nothing about which suppliers there are.
      const header = request.headers['x-signature']
      const signature = typeof header === 'string' ? header : undefined
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const event =
        live && supplierKinds.get(live.config.kind).readWebhook?.(body, signature, live.config.secrets)
      if (!event) throw new Refusal('invalid_signature')
      await fulfilment.askSoon(id, event.orderId)
      return reply.code(204).send()
    })
  })
}
