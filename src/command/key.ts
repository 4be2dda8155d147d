import type { Command } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import type { AccountView } from '../accounts/attributes.ts'
import { keyAttributes } from '../accounts/key-attributes.ts'
import { createKey, listKeys, type NewKey, revokeKey } from '../accounts/keys.ts'
import type { KeyId } from '../lib/ids.ts'
import { createWebhook, type NewWebhook } from '../webhooks/webhooks.ts'
import { addOptions, formOf } from './attribute-options.ts'
import { withDatabase } from './connection.ts'
import { idOf, timeOf } from './input.ts'
import { type Answer, answering, keyValues, nounsAnswer } from './output.ts'
import { withSealer } from './sealing.ts'

export function register(program: Command): void {
  const key = program.command('key').description('API keys of accounts')
  addOptions(key.command('create'), keyAttributes, 'create')
    .description('create an API key; its secret is shown this once')
    .action(answering(create))
  key
    .command('list')
    .description('list API keys')
    .option('--account <id or username>', 'only those of this account')
    .action(answering(list))
  key
    .command('revoke')
    .description('let an API key stop working, for ever')
    .argument('<id>')
    .action(
      answering(async (text: string) => {
        const id = idOf<KeyId>(text)
        const revokedAt = await withDatabase(({ sql }) => revokeKey(sql, id))
        return { json: { id, revoked_at: revokedAt }, text: `key ${id} is revoked` }
      }),
    )
}

async function list({ account }: { account?: string }): Promise<Answer> {
  const keys = await withDatabase(async ({ sql }) =>
    listKeys(sql, account === undefined ? undefined : (await findAccount(sql, account)).id),
  )
  return nounsAnswer(
    keyAttributes,
    [
      ...(['id', 'account', 'username', 'status', 'codeField'] as const),
      ...(['permissions', 'allowedIps', 'expiresAt', 'lastUsedAt', 'webhookUrl'] as const),
    ],
    keys,
  )
}

async function create(options: Record<string, unknown>): Promise<Answer> {
  const { account: name, expires, webhookUrl } = options as { account: string; [option: string]: string }
  const expiresAt = expires === undefined ? null : timeOf(expires, 'expires', new Date())
  const form = { ...formOf(keyAttributes, options), expiresAt }
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
}

function created(account: AccountView, key: NewKey, webhook?: NewWebhook): Answer {
  const { id, securityId, secret, permissions } = key
  const dotted = `${securityId}.${secret}`
  return {
    json: {
      id,
      account: account.id,
      username: securityId,
      apiaccesskey: secret,
      key: dotted,
      permissions,
      webhook: webhook ?? null,
    },
    text: `${keyValues([
      ['id', id],
      ['account', `${account.id} ${account.username}`],
      ['username', securityId],
      ['apiaccesskey', secret],
      ['key', dotted],
      ...(permissions ? [['may', permissions.join(' ')] as [string, string]] : []),
      ...(webhook ? webhookPairs(webhook) : []),
    ])}\n${webhook ? 'The secrets are' : 'The secret is'} not shown again.`,
  }
}

const webhookPairs = ({ id, url, secret }: NewWebhook): [string, string | number][] => [
  ['webhook', id],
  ['webhook URL', url],
  ['webhook secret', secret],
]
