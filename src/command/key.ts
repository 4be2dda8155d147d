import { type Command, Option } from 'commander'
import type { AccountSheet, ApiKey, KeyId } from '../accounts/account.ts'
import { findAccount } from '../accounts/accounts.ts'
import { createKey, listKeys, revokeKey } from '../accounts/keys.ts'
import { withDatabase } from './connection.ts'
import { idOf, timeOf } from './input.ts'
import { answering, sheet, table } from './output.ts'

interface CreateOptions {
  account: string
  codeField: ApiKey['codeField']
  expires?: string
  allowIp: string[]
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
    .option(
      '--allow-ip <CIDR>',
      'address or block that the key may be used from; may be repeated',
      (one: string, others: string[]) => [...others, one],
      [],
    )
    .action(
      answering(async ({ account: name, codeField, expires, allowIp }: CreateOptions) => {
        const expiresAt = expires === undefined ? null : timeOf(expires, 'expires', new Date())
        return await withDatabase(async ({ sql }) => {
          const account: AccountSheet = await findAccount(sql, name)
          const { id, securityId, secret } = await createKey(sql, account.id, {
            codeField,
            expiresAt,
            allowedIps: allowIp,
          })
          const dotted = `${securityId}.${secret}`
          return {
            json: { id, account: account.id, username: securityId, apiaccesskey: secret, key: dotted },
            text: `${sheet([
              ['id', id],
              ['account', `${account.id} ${account.username}`],
              ['username', securityId],
              ['apiaccesskey', secret],
              ['key', dotted],
            ])}\nThe secret is not shown again.`,
          }
        })
      }),
    )

  key
    .command('list')
    .description('list API keys')
    .option('--account <id or username>', 'only those of this account')
    .action(
      answering(async ({ account }: { account?: string }) => {
        const keys = await withDatabase(async ({ sql }) =>
          listKeys(sql, account === undefined ? undefined : (await findAccount(sql, account)).id),
        )
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
            created_at: one.createdAt,
            expires_at: one.expiresAt,
            revoked_at: one.revokedAt,
            last_used_at: one.lastUsedAt,
          })),
          text: table(
            ['id', 'account', 'username', 'status', 'CODE', 'allowed from', 'expires', 'last used'],
            keys.map((one) => [
              one.id,
              one.username,
              one.securityId,
              stateOf(one),
              one.codeField,
              one.allowedIps.join(' ') || 'anywhere',
              one.expiresAt,
              one.lastUsedAt,
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
