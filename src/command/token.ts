import { type Command, InvalidArgumentError } from 'commander'
import type { TokenId } from '../lib/ids.ts'
import { createToken, listTokens, revokeToken, type TokenView } from '../staff/operator-tokens.ts'
import { withDatabase } from './connection.ts'
import { idOf, timeOf } from './input.ts'
import { type Answer, answering, keyValues, listed } from './output.ts'

export function register(program: Command): void {
  const token = program.command('token')
  token
    .command('create')
    .description('make an operator token; it is shown this once')
    .requiredOption('--name <text>', 'what it is for')
    .requiredOption('--permission <name>', 'something that it may do; may be repeated', gather)
    .option('--allow-ip <CIDR>', 'address or block that it may be used from; may be repeated', gather)
    .option(
      '--expires <time>',
      'ISO date or time in UTC, or a duration from now such as 30d; 90d when left out, at most a year',
    )
    .action(answering(create))
  token
    .command('list')
    .description('list operator tokens')
    .action(answering(async () => tokensAnswer(await withDatabase(({ sql }) => listTokens(sql)))))
  token
    .command('revoke <id>')
    .description('let an operator token stop working, for ever')
    .action(
      answering(async (text: string) => {
        const view = await withDatabase(({ sql }) => revokeToken(sql, idOf<TokenId>(text)))
        return { json: tokenJson(view), text: `token ${view.id} is revoked` }
      }),
    )
}

/** `gather` refuses an empty text: it may be a variable of a script that is not set, and would open the token. */
function gather(text: string, gathered: string[] = []): string[] {
  if (text.trim() === '') throw new InvalidArgumentError('must not be empty.')
  return [...gathered, text]
}

interface CreateOptions {
  name: string
  permission: string[]
  allowIp?: string[]
  expires?: string
}

async function create({ name, permission, allowIp, expires }: CreateOptions): Promise<Answer> {
  const expiresAt = expires === undefined ? undefined : timeOf(expires, 'expires', new Date())
  const form = { name, permissions: permission, allowedIps: allowIp, expiresAt }
  const { token, view } = await withDatabase(({ sql }) => createToken(sql, form))
  return {
    json: { ...tokenJson(view), token },
    text: `${keyValues([
      ['id', view.id],
      ['name', view.name],
      ['may', view.permissions.join(' ')],
      ['allowed from', view.allowedIps.join(' ') || 'anywhere'],
      ['expires', view.expiresAt],
      ['token', token],
    ])}\nThe token is not shown again.`,
  }
}

const tokenJson = ({ id, name, status, permissions, ...rest }: TokenView) => ({
  ...{ id, name, status, permissions },
  allowed_ips: rest.allowedIps,
  staff: rest.staffId,
  created_at: rest.createdAt,
  expires_at: rest.expiresAt,
  revoked_at: rest.revokedAt,
  last_used_at: rest.lastUsedAt,
})

const tokensAnswer = (tokens: TokenView[]): Answer =>
  listed(tokens, {
    json: tokenJson,
    columns: {
      id: ({ id }) => id,
      name: ({ name }) => name,
      status: ({ status }) => status,
      may: ({ permissions }) => permissions.join(' '),
      'allowed from': ({ allowedIps }) => allowedIps.join(' ') || 'anywhere',
      expires: ({ expiresAt }) => expiresAt,
      'last used': ({ lastUsedAt }) => lastUsedAt,
      'made by': ({ staffId }) => staffId,
    },
    right: ['id'],
    none: 'no tokens: imeigate token create makes one',
  })
