import type { Insertable } from 'kysely'
import { build } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { OperatorTokens } from '../database/types.ts'
import type { StaffId, TokenId } from '../lib/ids.ts'
import type { Role, StaffPermission } from './roles.ts'

/** TokenRow is an operator token with what its maker may do now. */
export interface TokenRow {
  id: TokenId
  name: string
  /** `staffId`, null: the command line made it. */
  staffId: StaffId | null
  makerRole: Role | null
  /** `makerIsOut`: its maker is suspended or was reset. */
  makerIsOut: boolean
  secretHash: Buffer
  permissions: StaffPermission[]
  allowedIps: string[]
  createdAt: Date
  expiresAt: Date
  revokedAt: Date | null
  lastUsedAt: Date | null
}

/** `selectTokens` lists them by id, or gives the one of this id. */
export async function selectTokens(sql: Queryable, id: TokenId | null = null): Promise<TokenRow[]> {
  return await sql<TokenRow[]>`
    select t.id, t.name, t.staff_id, p.role::text as maker_role,
           t.staff_id is not null and (p.suspended_at is not null or p.password is null) as maker_is_out,
           t.secret_hash, t.permissions, t.allowed_ips, t.created_at, t.expires_at, t.revoked_at, u.last_used_at
      from operator_tokens t left join staff p on p.id = t.staff_id left join operator_token_uses u on u.token_id = t.id
     where ${id}::int is null or t.id = ${id}::int
     order by t.id`.records()
}

export async function insertToken(sql: Queryable, row: Insertable<OperatorTokens>): Promise<TokenId> {
  const [made] = await sql.run(build.insertInto('operatorTokens').values(row).returning('id'))
  return (made as { id: TokenId }).id
}

/** `updateRevoked` keeps the time of an earlier revocation. Gives false when there is no such token. */
export async function updateRevoked(sql: Queryable, id: TokenId, at: Date): Promise<boolean> {
  const query = build
    .updateTable('operatorTokens')
    .set(({ fn, ref, val }) => ({ revokedAt: fn.coalesce(ref('revokedAt'), val(at)) }))
    .where('id', '=', id)
    .returning('id')
  return (await sql.run(query)).length > 0
}

/** `upsertUse` records a use where none was recorded since `after`. */
export async function upsertUse(sql: Queryable, id: TokenId, at: Date, after: Date): Promise<void> {
  await sql`
    insert into operator_token_uses as u (token_id, last_used_at) values (${id}::int, ${at})
    on conflict (token_id) do update set last_used_at = excluded.last_used_at where u.last_used_at < ${after}`
}
