import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../errors.ts'
import type { Fulfilment } from '../../fulfilment/fulfilment.ts'
import { supplierKinds } from '../../integrations/suppliers/index.ts'
import type { SupplierId } from '../../lib/ids.ts'
import type { SupplierDirectory } from '../../suppliers/directory.ts'
import { type HookDeps, hook } from './hook.ts'

/** BODY_LIMIT, in bytes, has room for an order with a thousand results. */
const BODY_LIMIT = 1_048_576

/**
 * `supplierHook` adds `POST /hooks/suppliers/<id>`, where a supplier whose kind reads webhooks says that something happened to an order.
 * The signature (X-Signature) covers the order's number and amount but no result, so the results are not believed: the supplier is asked
 * at once.
 */
export function supplierHook(
  app: FastifyInstance,
  {
    directory,
    fulfilment,
    ...deps
  }: HookDeps & { directory: SupplierDirectory; fulfilment: Pick<Fulfilment, 'askSoon'> },
): void {
  hook(app, { path: '/hooks/suppliers', bodyLimit: BODY_LIMIT, ...deps }, async (name, body, headers) => {
    const id = Number(/^[1-9]\d{0,8}$/.test(name) ? name : 0) as SupplierId
    const config = (await directory.current()).get(id)?.config
    const header = headers['x-signature']
    const signature = typeof header === 'string' ? header : undefined
    const event = config && supplierKinds.get(config.kind).readWebhook?.(body, signature, config.secrets)
    // One refusal for all, so that the caller does not learn which suppliers there are.
    if (!event) throw new Refusal('invalid_signature')
    await fulfilment.askSoon(id, event.orderId)
  })
}
