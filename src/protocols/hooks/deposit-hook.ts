import type { FastifyInstance } from 'fastify'
import type { GatewayWebhooks } from '../../deposits/gateway-webhooks.ts'
import { type HookDeps, hook } from './hook.ts'

/** BODY_LIMIT, in bytes, is many times what a gateway's event needs. */
const BODY_LIMIT = 524_288

/**
 * `depositHook` adds `POST /hooks/deposits/<provider code>`, where a payment gateway says what became of a payment. The answer comes
 * once that is done and committed: a gateway repeats what is not answered with 2xx.
 */
export const depositHook = (
  app: FastifyInstance,
  { gatewayWebhooks, ...deps }: HookDeps & { gatewayWebhooks: GatewayWebhooks },
): void =>
  hook(app, { path: '/hooks/deposits', bodyLimit: BODY_LIMIT, ...deps }, (code, body, headers) =>
    gatewayWebhooks.receive(code, body, headers),
  )
