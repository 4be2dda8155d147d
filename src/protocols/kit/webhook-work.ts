import { type Static, Type } from 'typebox'
import { timeOf } from '../../contract/page.ts'
import type { IntegrationContext } from '../../integrations/kit/kind.ts'
import type { EventId, WebhookId } from '../../lib/ids.ts'
import { type Clock, HOUR_MS } from '../../lib/time.ts'
import type { Desk } from '../../people/desk.ts'
import type { Sealer } from '../../secrets/sealer.ts'
import { listDeliveries, listEvents, replay } from '../../webhooks/events.ts'
import { testWebhook } from '../../webhooks/test-delivery.ts'
import type { OrderEvent } from '../../webhooks/webhook.ts'
import { changeUrl, rotateSecret } from '../../webhooks/webhooks.ts'
import { cursorText, readCursor } from './cursors.ts'
import { inFieldsOf } from './fields.ts'
import { oneOf, pageQuery } from './shapes.ts'
import { wireDelivery, wireEvent, wireWebhook } from './webhook-shapes.ts'

/** The functions of this file are what the operator's API and the portal's do alike with a webhook; their routes decide who may. */

/** `eventsQuery` is in the query of the events of a webhook. */
export const eventsQuery = Type.Object({
  ...pageQuery,
  undelivered: Type.Optional(oneOf(['yes'], { description: 'Only what has never arrived' })),
})

/** `eventsPage` answers it. Throws not_found. */
export async function eventsPage(
  read: Desk['read'],
  id: WebhookId,
  { limit, cursor, ...filter }: Static<typeof eventsQuery>,
) {
  const before = readCursor(cursor, filter) as EventId | undefined
  const of = { undelivered: filter.undelivered === 'yes', before, limit }
  const { items, next } = await listEvents(read, id, of)
  return { page: { items: items.map(wireEvent), next_cursor: cursorText(next, filter) } }
}

/** `eventWithDeliveries` shows the last deliveries of an event beside it. */
export const eventWithDeliveries = async (read: Desk['read'], event: OrderEvent, limit: number) => ({
  event: wireEvent(event),
  deliveries: (await listDeliveries(read, { event: event.id }, limit)).map(wireDelivery),
})

/** `toldAt` sends what waits to another URL. Throws invalid_input (url), not_found and version_conflict. */
export const toldAt = async (
  change: Desk['change'],
  id: WebhookId,
  to: Parameters<typeof changeUrl>[2],
  clock: Clock,
) => wireWebhook(await inFieldsOf({ webhook_url: 'url' }, () => changeUrl(change, id, to, clock)))

/** `signedAnew` gives a webhook a new signing secret; the one before signs, too, for so many hours. Throws not_found. */
export async function signedAnew(
  change: Desk['change'],
  id: WebhookId,
  hours: number,
  { sealer, clock }: { sealer: () => Promise<Sealer>; clock: Clock },
) {
  const until = hours === 0 ? null : new Date(clock.now().getTime() + hours * HOUR_MS)
  const { secret, previousUntil } = await rotateSecret(change, await sealer(), id, until, clock)
  return { secret, previous_until: previousUntil }
}

/** `triedNow` answers what came of a test. Throws as `testWebhook`. */
export async function triedNow(
  sql: Desk['read'],
  id: WebhookId,
  parts: { sealer: () => Promise<Sealer>; context: IntegrationContext; clock: Clock },
) {
  const { sealer, context, clock } = parts
  const came = await testWebhook({ sql, sealer, outbound: context.outbound, clock }, id)
  return { ...came, ok: came.problem === null }
}

/** `replayedSince` sends the events since a time again, and answers how many. Throws not_found and conflict. */
export const replayedSince = async (
  change: Desk['change'],
  webhook: WebhookId,
  { since, undelivered = false }: { since: string; undelivered?: boolean },
  clock: Clock,
) => ({ replayed: await replay(change, { webhook, since: timeOf(since), undelivered }, clock) })
