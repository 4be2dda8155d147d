import type { RowOf } from '../database/column-types.ts'
import type { Webhooks } from '../database/types.ts'
import {
  attribute,
  readText,
  shapeOrNone,
  shapes,
  shown,
  shownId,
  shownTime,
  shownTimeOrNone,
} from '../lib/attribute-types.ts'
import type { AttributesOf, ValuesOf } from '../lib/attributes.ts'
import type { AccountId, KeyId, WebhookId } from '../lib/ids.ts'
import { localTime } from '../lib/time.ts'

/**
 * `webhookAttributes` defines every value of a webhook once: its option, `--json`, text and table. A webhook is where orders that
 * were placed with one key are told of.
 */
export const webhookAttributes = {
  id: shownId<WebhookId>('id'),
  account: shown<AccountId>(
    { label: 'account', property: 'accountId' },
    { shape: shapes.integer, show: (id, { username }) => `${id} ${username}` },
  ),
  key: shown<KeyId>(
    { label: 'key', property: 'keyId' },
    { shape: shapes.integer, show: (id, { securityId }) => `${id} ${securityId}` },
  ),
  /** `url` is checked by `checkWebhookUrl`, which knows the places that this installation may call. */
  url: attribute<string>(
    {
      label: 'URL',
      flag: '--url <https URL>',
      help: 'where it is told of orders from now on',
      whenLeftOut: 'needed',
    },
    { shape: shapes.text, read: readText },
  ),
  /** `status` is `paused` when somebody paused it or it failed for too long, and `gone` after a 410. Such a webhook is sent nothing until it is resumed. */
  status: shown<'active' | 'paused' | 'gone'>(
    { label: 'status' },
    { shape: { type: 'string', enum: ['active', 'paused', 'gone'] } },
  ),
  /** `waiting` counts events that are still to be sent, up to 10,000. */
  waiting: shown<number>({ label: 'waiting' }, { right: true, shape: shapes.integer }),
  /** `failures` counts deliveries that failed in a row, over all of its events. */
  failures: shown<number>({ label: 'failures in a row' }, { right: true, shape: shapes.integer }),
  failingSince: shownTimeOrNone('failing since'),
  pausedAt: shownTimeOrNone('stopped'),
  /** `previousSecretUntil` is until when what is sent also carries a signature of the signing secret before this one. */
  previousSecretUntil: shown<Date | null>(
    { label: 'old secret until', property: 'previousUntil' },
    { shape: shapeOrNone(shapes.time), show: (time) => (time ? localTime(time) : '') },
  ),
  createdAt: shownTime('created'),
  updatedAt: shownTime(),
} satisfies AttributesOf<
  // The secrets are sealed; when to try again after failures is the deliverer's.
  Omit<RowOf<Webhooks>, 'secrets' | 'restUntil' | 'status'>,
  { accountId: 'account'; keyId: 'key'; previousUntil: 'previousSecretUntil' },
  'status' | 'waiting'
>

/** Webhook is a webhook as operators see it. */
export interface Webhook
  extends Omit<ValuesOf<typeof webhookAttributes>, 'account' | 'key' | 'previousSecretUntil'> {
  accountId: AccountId
  /** `username` is the account's. */
  username: string
  keyId: KeyId
  /** `securityId` is the key's public half. */
  securityId: string
  previousUntil: Date | null
}
