import type { Command } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import type { AccountView } from '../accounts/attributes.ts'
import { type ApiKeyView, type KeyForm, keyAttributes } from '../accounts/key-attributes.ts'
import { changeKey, createKey, findKey, listKeys, type NewKey, revokeKey } from '../accounts/keys.ts'
import { Refusal } from '../errors.ts'
import type { KeyId } from '../lib/ids.ts'
import { systemClock } from '../lib/time.ts'
import { createWebhook, type NewWebhook, setWebhookOfKey } from '../webhooks/webhooks.ts'
import { addOptions, changesOf, formOf, withAttributeNames } from './attribute-options.ts'
import { withDatabase } from './connection.ts'
import { configuredLimit, idOf, timeOf } from './input.ts'
import {
  type Answer,
  answering,
  cutTo,
  keyValues,
  MAX_CONFIGURED,
  nounAnswer,
  nounsAnswer,
} from './output.ts'
import { withSealer } from './sealing.ts'
import { SecretOption } from './secret-options.ts'

export function register(program: Command): void {
  const key = program.command('key')
  addOptions(key.command('create'), keyAttributes, 'create')
    .description('create an API key; its secret is shown this once')
    .action(answering(create))
  addOptions(key.command('set'), keyAttributes, 'change')
    .description('change an API key; an empty name or rate limit takes away what there was')
    .argument('<id>')
    .addOption(
      new SecretOption('--secret <secret or ->', "the key's own secret, which a first webhook needs"),
    )
    .action(answering(change))
  key
    .command('list')
    .description('list API keys')
    .option('--account <id or username>', 'only those of this account')
    .option(
      '--search <text>',
      'only those with these words in their name, their user name or that of their account',
    )
    .addOption(configuredLimit())
    .action(answering(list))
  key
    .command('revoke <id>')
    .description('let an API key stop working, for ever')
    .option('--why <text>', 'for the trail')
    .action(
      answering(async (text: string, { why }: { why?: string }) => {
        const id = idOf<KeyId>(text)
        const revokedAt = await withDatabase(({ sql }) => revokeKey(sql, id, systemClock, why))
        return { json: { id, revoked_at: revokedAt }, text: `key ${id} is revoked` }
      }),
    )
}

async function list({
  account,
  search,
  limit,
}: {
  account?: string
  search?: string
  limit: number
}): Promise<Answer> {
  const keys = await withDatabase(async ({ sql }) => {
    const accountId = account === undefined ? undefined : (await findAccount(sql, account)).id
    return await listKeys(sql, { accountId, search, limit: limit + 1 })
  })
  const shown = [
    ...(['id', 'name', 'account', 'username', 'status', 'dialect'] as const),
    ...(['permissions', 'allowedIps', 'expiresAt', 'lastUsedAt', 'webhookUrl'] as const),
  ]
  return cutTo(limit, keys, (rows) => nounsAnswer(keyAttributes, shown, rows, 'no keys'), MAX_CONFIGURED)
}

const change = (text: string, options: Record<string, unknown>): Promise<Answer> =>
  withAttributeNames(keyAttributes, async () => {
    const id = idOf<KeyId>(text)
    const { webhookUrl, secret } = options as Record<string, string | undefined>
    const form = withBounds(changesOf(keyAttributes, options), options)
    if (webhookUrl === undefined) {
      return await withDatabase(async ({ sql }) => {
        await changeKey(sql, id, form)
        return shown(await findKey(sql, id))
      })
    }
    return await withSealer(async ({ sql, sealer, config }) => {
      return await sql.begin(async (transaction) => {
        const key = await findKey(transaction, id)
        await changeKey(transaction, id, form)
        const to = { key, url: webhookUrl, secret, allow: config.outboundAllow }
        const webhook = await setWebhookOfKey(transaction, sealer, to)
        return shown(await findKey(transaction, id), webhook)
      })
    })
  })

function shown(key: ApiKeyView, webhook?: NewWebhook): Answer {
  const { json, text } = nounAnswer(keyAttributes, key)
  if (!webhook) return { json, text }
  return {
    json: { ...(json as object), webhook },
    text: `${text}\n${keyValues(webhookPairs(webhook))}\nThe webhook secret is not shown again.`,
  }
}

/** `withBounds` reads what bounds the key: when it expires, which may be told as a duration from now, and that no list is empty. */
function withBounds(form: KeyForm, { expires }: { expires?: string }): KeyForm {
  // It may be a variable of a script that is not set, and would open the key.
  const empty = (['permissions', 'allowedIps'] as const).find((name) => form[name]?.length === 0)
  if (empty !== undefined) throw new Refusal('invalid_input', 'must not be empty', empty)
  return {
    ...form,
    ...(expires !== undefined && {
      expiresAt: expires === 'never' ? null : timeOf(expires, 'expires', new Date()),
    }),
  }
}

const create = (options: Record<string, unknown>): Promise<Answer> =>
  withAttributeNames(keyAttributes, async () => {
    const { account: name, webhookUrl } = options as { account: string; [option: string]: string }
    const form = withBounds(formOf(keyAttributes, options), options)
    if (webhookUrl === undefined) {
      return await withDatabase(async ({ sql }) => {
        const account = await findAccount(sql, name)
        return created(account, await createKey(sql, account.id, form))
      })
    }
    return await withSealer(async ({ sql, sealer, config }) => {
      const account = await findAccount(sql, name)
      // Both or none: a key's secret is known only while it is made.
      return await sql.begin(async (transaction) => {
        const key = await createKey(transaction, account.id, form)
        const to = { accountId: account.id, key, url: webhookUrl, allow: config.outboundAllow }
        return created(account, key, await createWebhook(transaction, sealer, to))
      })
    })
  })

function created(account: AccountView, key: NewKey, webhook?: NewWebhook): Answer {
  const { id, securityId, secret, permissions, dialect } = key
  const dotted = `${securityId}.${secret}`
  return {
    json: {
      id,
      account: account.id,
      username: securityId,
      apiaccesskey: secret,
      key: dotted,
      dialect,
      permissions,
      webhook: webhook ?? null,
    },
    text: `${keyValues([
      ['id', id],
      ['account', `${account.id} ${account.username}`],
      ['username', securityId],
      ['apiaccesskey', secret],
      ['key', dotted],
      ['dialect', dialect],
      ...(permissions ? [['may', permissions.join(' ')] as [string, string]] : []),
      ...(webhook ? webhookPairs(webhook) : []),
    ])}\n${webhook ? 'The secrets are' : 'The secret is'} not shown again.${dialect === 'contract' ? PANEL_HINT : ''}`,
  }
}

const PANEL_HINT =
  '\nA Dhru panel needs a key made with --dialect panel, or: imeigate key set <id> --dialect panel'

const webhookPairs = ({ id, url, secret }: NewWebhook): [string, string | number][] => [
  ['webhook', id],
  ['webhook URL', url],
  ['webhook secret', secret],
]
