import type { Command } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import { Refusal } from '../errors.ts'
import type { EventId, WebhookId } from '../lib/ids.ts'
import { localTime, systemClock } from '../lib/time.ts'
import { openSealer } from '../secret-keys/sealing.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import { type Webhook, webhookAttributes } from '../webhooks/attributes.ts'
import { findEvent, listDeliveries, listEvents, replay } from '../webhooks/events.ts'
import { testWebhook } from '../webhooks/test-delivery.ts'
import { eventIdOf, type OrderEvent, type WebhookDelivery, wireId } from '../webhooks/webhook.ts'
import {
  changeUrl,
  findWebhook,
  listWebhooks,
  pauseWebhook,
  resumeWebhook,
  rotateSecret,
} from '../webhooks/webhooks.ts'
import { addOptions, withAttributeNames } from './attribute-options.ts'
import { withDatabase } from './connection.ts'
import { configuredLimit, idOf, limitOption, pastTimeOf, timeOf } from './input.ts'
import {
  type Answer,
  answering,
  cutTo,
  keyValues,
  listed,
  MAX_CONFIGURED,
  nounAnswer,
  nounsAnswer,
  withNext,
} from './output.ts'
import { integrationContext, withSealer } from './sealing.ts'

export function register(program: Command): void {
  const webhook = program.command('webhook')
  webhook
    .command('list')
    .description('webhooks and how they fare; a key gets one when it is created (key create --webhook-url)')
    .option('--account <id or username>', 'only those of this account')
    .addOption(configuredLimit())
    .action(answering(list))
  webhook.command('show <id>').description('one webhook').action(answering(show))
  webhook
    .command('events <id>')
    .description('what there was to tell, the newest first')
    .option('--undelivered', 'only what has never arrived')
    .option('--before <event>', 'the page behind an event, such as evt_12', eventIdOf)
    .addOption(limitOption())
    .action(answering(events))
  webhook
    .command('attempts')
    .description('what was tried, the newest first')
    .argument('<webhook or event>', 'such as 3 or evt_12')
    .addOption(limitOption())
    .action(answering(attempts))
  webhook
    .command('replay')
    .description('send again: one event, or those of a webhook since a time')
    .option('--event <event>', 'such as evt_12')
    .option('--webhook <id>')
    .option('--since <time>', 'ISO date or time in UTC, or a duration before now such as 1h (m, h, d, w)')
    .option('--undelivered', 'only what has never arrived')
    .action(answering(replayed))
  webhook
    .command('rotate <id>')
    .description('make a new signing secret; it is shown this once')
    .option('--overlap <duration>', 'so long the old one signs, too; 0 for not at all', '24h')
    .action(answering(rotate))
  webhook
    .command('test <id>')
    .description(
      'send it something now that tells of no order; exit code 6 when an event would not have arrived',
    )
    .action(answering(test))
  addOptions(webhook.command('set <id>'), webhookAttributes, 'create')
    .description('change where it is')
    .action(answering(set))
  webhook
    .command('pause <id>')
    .description('send it nothing more until it is resumed')
    .action(answering(pause))
  webhook
    .command('resume <id>')
    .description('send again to a webhook that was paused, or that said it is gone')
    .action(answering(resume))
}

async function list({ account, limit }: { account?: string; limit: number }): Promise<Answer> {
  const webhooks = await withDatabase(async ({ sql }) =>
    listWebhooks(
      sql,
      { accountId: account === undefined ? undefined : (await findAccount(sql, account)).id },
      limit + 1,
    ),
  )
  return cutTo(limit, webhooks, webhooksAnswer, MAX_CONFIGURED)
}

const show = (id: string): Promise<Answer> =>
  withDatabase(async ({ sql }) => webhookAnswer(await findWebhook(sql, webhookIdOf(id))))

const events = (
  id: string,
  options: { undelivered?: boolean; before?: EventId; limit: number },
): Promise<Answer> =>
  withDatabase(async ({ sql }) => {
    const { items, next, stoppedAt } = await listEvents(sql, webhookIdOf(id), options)
    return withNext(eventsAnswer(items), {
      next: next && wireId(next),
      stoppedAt: stoppedAt && wireId(stoppedAt),
    })
  })

const attempts = (text: string, { limit }: { limit: number }): Promise<Answer> =>
  withDatabase(async ({ sql }) => {
    const of = text.startsWith('evt_') ? { event: eventIdOf(text) } : { webhook: webhookIdOf(text) }
    return cutTo(limit, await listDeliveries(sql, of, limit + 1), attemptsAnswer)
  })

interface ReplayOptions {
  event?: string
  webhook?: string
  since?: string
  undelivered?: boolean
}

async function replayed({ event, webhook, since, undelivered = false }: ReplayOptions): Promise<Answer> {
  if (event !== undefined) {
    const other = webhook !== undefined ? 'webhook' : since !== undefined ? 'since' : undefined
    if (other || undelivered)
      throw new Refusal('invalid_input', 'an event is replayed alone', other ?? 'event')
    const id = eventIdOf(event)
    return await withDatabase(async ({ sql }) => {
      await replay(sql, { event: id })
      return { json: eventJson(await findEvent(sql, id)), text: `${wireId(id)} is sent again` }
    })
  }
  if (webhook === undefined || since === undefined) {
    const field = webhook === undefined ? 'webhook' : 'since'
    throw new Refusal('invalid_input', 'needs --event, or --webhook and --since', field)
  }
  const id = webhookIdOf(webhook)
  const from = pastTimeOf(since, 'since')
  return await withDatabase(async ({ sql }) => {
    const replayed = await replay(sql, { webhook: id, since: from, undelivered })
    return {
      json: { webhook: id, since: from, replayed },
      text: `${replayed} ${replayed === 1 ? 'event is' : 'events are'} sent again to webhook ${id}`,
    }
  })
}

const rotate = (text: string, { overlap }: { overlap: string }): Promise<Answer> =>
  withSealer(async ({ sql, sealer }) => {
    const id = webhookIdOf(text)
    const until = overlap === '0' ? null : timeOf(overlap, 'overlap', new Date())
    const { secret, previousUntil } = await rotateSecret(sql, sealer, id, until)
    const old = previousUntil
      ? `Until ${localTime(previousUntil)} the one before signs, too.`
      : 'The one before is worth nothing any more.'
    return {
      json: { id, secret, previous_until: previousUntil },
      text: `secret  ${secret}\n${old} The secret is not shown again.`,
    }
  })

const set = (text: string, { url }: { url: string }): Promise<Answer> =>
  withAttributeNames(
    webhookAttributes,
    () =>
      withDatabase(async ({ sql, config }) => {
        const webhook = await changeUrl(sql, webhookIdOf(text), { url, allow: config.outboundAllow })
        return webhookAnswer(webhook)
      }),
    (name) => (name === 'webhook_url' ? '--url' : name),
  )

const test = (text: string): Promise<Answer> =>
  withDatabase(async ({ sql, config }) => {
    const { outbound } = await integrationContext(sql, config)
    const sealer = () => openSealer(sql, new KeyRing(config))
    const came = await testWebhook({ sql, sealer, outbound, clock: systemClock }, webhookIdOf(text))
    const { id, url, status, milliseconds, problem } = came
    return {
      json: { id, url, ok: problem === null, status, milliseconds, problem },
      text: keyValues([
        ['webhook', id],
        ['URL', url],
        ['arrives', problem === null],
        status !== null && ['status', status],
        ['took', `${milliseconds} ms`],
        problem !== null && ['problem', problem],
      ]),
      bad: problem !== null,
    }
  })

const pause = (text: string): Promise<Answer> =>
  withDatabase(async ({ sql }) => webhookAnswer(await pauseWebhook(sql, webhookIdOf(text))))

const resume = (text: string): Promise<Answer> =>
  withDatabase(async ({ sql }) => {
    const webhook = await resumeWebhook(sql, webhookIdOf(text))
    const hint = `imeigate webhook replay --webhook ${webhook.id} --since <time> --undelivered`
    const answer = webhookAnswer(webhook)
    return { ...answer, text: `${answer.text}\nWhat was held meanwhile: ${hint}` }
  })

const webhookIdOf = (text: string): WebhookId => idOf<WebhookId>(text, 'webhook')

const webhookAnswer = (webhook: Webhook): Answer => nounAnswer(webhookAttributes, webhook)

const webhooksAnswer = (webhooks: Webhook[]): Answer =>
  nounsAnswer(
    webhookAttributes,
    ['id', 'account', 'key', 'url', 'status', 'waiting', 'failingSince'],
    webhooks,
    'no webhooks',
  )

const eventJson = (event: OrderEvent): unknown => ({
  id: wireId(event.id),
  webhook: event.webhookId,
  order: event.orderId,
  order_state: event.orderState,
  state: event.state,
  by: event.by,
  attempts: event.attempts,
  last: event.last,
  due_at: event.dueAt,
  delivered_at: event.deliveredAt,
  created_at: event.createdAt,
})

const eventsAnswer = (events: OrderEvent[]): Answer =>
  listed(events, {
    json: eventJson,
    columns: {
      event: (one) => wireId(one.id),
      order: (one) => one.orderId,
      became: (one) => one.orderState,
      by: (one) => one.by,
      state: (one) => one.state.replace('_', ' '),
      attempts: (one) => one.attempts,
      'last answer': (one) => one.last,
      'next try': (one) => one.dueAt,
      written: (one) => one.createdAt,
    },
    right: ['order', 'attempts'],
    none: 'no events',
  })

const attemptsAnswer = (attempts: WebhookDelivery[]): Answer =>
  listed(attempts, {
    json: (attempt) => ({
      event: wireId(attempt.eventId),
      order: attempt.orderId,
      number: attempt.number,
      at: attempt.at,
      ms: attempt.ms,
      status: attempt.status,
      error: attempt.error,
    }),
    columns: {
      event: (one) => wireId(one.eventId),
      order: (one) => one.orderId,
      attempt: (one) => one.number,
      at: (one) => one.at,
      ms: (one) => one.ms,
      // Without a duration it is under way, or was cut off with its process.
      answer: (one) => (one.ms === null ? 'none yet' : (one.error ?? one.status)),
    },
    right: ['order', 'attempt', 'ms'],
    none: 'no attempts',
  })
