import { type Command, Option } from 'commander'
import type { AccountView, ApiKey } from '../accounts/account.ts'
import { findAccount } from '../accounts/accounts.ts'
import { createKey, listKeys, type NewKey, revokeKey } from '../accounts/keys.ts'
import type { KeyId } from '../lib/ids.ts'
import { createWebhook, listWebhooks, type NewWebhook } from '../webhooks/webhooks.ts'
import { withDatabase } from './connection.ts'
import { idOf, timeOf } from './input.ts'
import { type Answer, answering, keyValues, table } from './output.ts'
import { withSealer } from './sealing.ts'

interface CreateOptions {
  account: string
  codeField: ApiKey['codeField']
  expires?: string
  allowIp: string[]
  permission: string[]
  webhookUrl?: string
}

export function register(program: Command): void {
  const key = program.command('key').description('API keys of accounts')

  key
    .command('create')
    .description('create an API key; its secret is shown this once')
    .requiredOption('--account <id or username>')
    .addOption(
      new Option('--code-field <what>', 'what CODE of a Dhru status answer carries: the state or the result')
        .choices(['label', 'result'])
        .default('label'),
    )
    .option('--expires <time>', 'ISO date or time in UTC, or a duration from now such as 30d (m, h, d, w, y)')
    .option('--allow-ip <CIDR>', 'address or block that the key may be used from; may be repeated', also, [])
    .option('--permission <name>', 'something the key may do, and nothing else; may be repeated', also, [])
    .option(
      '--webhook-url <https URL>',
      'where its orders are told of; only a new key can have one, since of an old one only a hash is kept',
    )
    .action(answering(create))

  key
    .command('list')
    .description('list API keys')
    .option('--account <id or username>', 'only those of this account')
    .action(
      answering(async ({ account }: { account?: string }) => {
        const { keys, urls } = await withDatabase(async ({ sql }) => {
          const of = account === undefined ? undefined : (await findAccount(sql, account)).id
          const webhooks = await listWebhooks(sql, of)
          return {
            keys: await listKeys(sql, of),
            urls: new Map(webhooks.map(({ keyId, url }) => [keyId, url])),
          }
        })
        const now = new Date()
        const stateOf = (one: (typeof keys)[number]): string => {
          if (one.revokedAt) return 'revoked'
          return one.expiresAt && one.expiresAt <= now ? 'expired' : 'active'
        }
        return {
          json: keys.map((one) => ({
            id: one.id,
            account: one.accountId,
            username: one.securityId,
            status: stateOf(one),
            code_field: one.codeField,
            allowed_ips: one.allowedIps,
            permissions: one.permissions,
            webhook_url: urls.get(one.id) ?? null,
            created_at: one.createdAt,
            expires_at: one.expiresAt,
            revoked_at: one.revokedAt,
            last_used_at: one.lastUsedAt,
          })),
          text: table(
            [
              'id',
              'account',
              'username',
              'status',
              'CODE',
              'may',
              'allowed from',
              'expires',
              'last used',
              'webhook',
            ],
            keys.map((one) => [
              one.id,
              one.username,
              one.securityId,
              stateOf(one),
              one.codeField,
              one.permissions?.join(' ') ?? 'everything',
              one.allowedIps.join(' ') || 'anywhere',
              one.expiresAt,
              one.lastUsedAt,
              urls.get(one.id),
            ]),
            { right: ['id'] },
          ),
        }
      }),
    )

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

const also = (one: string, others: string[]): string[] => [...others, one]

async function create(options: CreateOptions): Promise<Answer> {
  const { account: name, codeField, expires, allowIp, permission, webhookUrl } = options
  const expiresAt = expires === undefined ? null : timeOf(expires, 'expires', new Date())
  const wanted = {
    codeField,
    expiresAt,
    allowedIps: allowIp,
    permissions: permission.length > 0 ? permission : null,
  }
  if (webhookUrl === undefined) {
    return await withDatabase(async ({ sql }) => {
      const account = await findAccount(sql, name)
      return created(account, await createKey(sql, account.id, wanted), permission)
    })
  }
  return await withSealer(async ({ sql, sealer, config }) => {
    const account = await findAccount(sql, name)
    // Both or none: a key's secret is known only while it is made.
    return await sql.begin(async (transaction) => {
      const key = await createKey(transaction, account.id, wanted)
      const to = { accountId: account.id, key, url: webhookUrl, allow: config.outboundAllow }
      return created(account, key, permission, await createWebhook(transaction, sealer, to))
    })
  })
}

function created(account: AccountView, key: NewKey, permission: string[], webhook?: NewWebhook): Answer {
  const { id, securityId, secret } = key
  const dotted = `${securityId}.${secret}`
  const permissions = permission.length > 0 ? permission : null
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
      ...(webhook ? sheetOf(webhook) : []),
    ])}\n${webhook ? 'The secrets are' : 'The secret is'} not shown again.`,
  }
}

const sheetOf = ({ id, url, secret }: NewWebhook): [string, string | number][] => [
  ['webhook', id],
  ['webhook URL', url],
  ['webhook secret', secret],
]
