import type { Queryable } from '../database/database.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import type { AccountId, DepositId, ProviderId } from '../lib/ids.ts'
import { micros } from '../lib/money.ts'
import type { Deposit, DepositDetails, DepositState } from './deposit.ts'

interface DepositRow {
  id: bigint
  account_id: AccountId
  provider_id: ProviderId
  code: string
  kind: string
  state: DepositState
  currency: string
  amount: bigint
  fee: bigint
  total_pay: bigint
  reference: string | null
  attempt: number
  details: DepositDetails
  proof: string | null
  has_file: boolean
  note: string | null
  reason: string | null
  expires_at: Date
  check_at: Date | null
  settled_at: Date | null
  settled_by: string | null
  created_at: Date
}

const depositOf = (row: DepositRow): Deposit => ({
  id: Number(row.id) as DepositId,
  accountId: row.account_id,
  providerId: row.provider_id,
  providerCode: row.code,
  channel: gatewayKinds.get(row.kind).channel,
  hasGateway: gatewayKinds.get(row.kind).connect !== undefined,
  state: row.state,
  currency: row.currency,
  amount: micros(row.amount),
  fee: micros(row.fee),
  totalPay: micros(row.total_pay),
  reference: row.reference,
  attempt: row.attempt,
  details: row.details,
  proof: row.proof,
  hasFile: row.has_file,
  note: row.note,
  reason: row.reason,
  expiresAt: row.expires_at,
  checkAt: row.check_at,
  settledAt: row.settled_at,
  settledBy: row.settled_by,
  createdAt: row.created_at,
})

const deposits = (sql: Queryable) => sql`
  select d.*, p.code, p.kind, exists (select from deposit_proofs f where f.deposit_id = d.id) as has_file
    from deposits d join deposit_providers p on p.id = d.provider_id`

export async function insertDeposit(
  sql: Queryable,
  deposit: Pick<
    Deposit,
    | 'accountId'
    | 'providerId'
    | 'currency'
    | 'amount'
    | 'fee'
    | 'totalPay'
    | 'details'
    | 'expiresAt'
    | 'createdAt'
  > & { checkAt: Date },
): Promise<DepositId> {
  const [row] = await sql<{ id: bigint }[]>`
    insert into deposits (account_id, provider_id, currency, amount, fee, total_pay, details, expires_at, check_at, created_at)
    values (${deposit.accountId}, ${deposit.providerId}, ${deposit.currency}, ${deposit.amount}, ${deposit.fee},
            ${deposit.totalPay}, ${JSON.stringify(deposit.details)}::text::jsonb, ${deposit.expiresAt}, ${deposit.checkAt},
            ${deposit.createdAt})
    returning id`
  return Number(row?.id) as DepositId
}

export async function countOpen(sql: Queryable, accountId: AccountId): Promise<number> {
  const [row] = await sql<{ open: number }[]>`
    select count(*)::integer as open from deposits
     where account_id = ${accountId} and state in ('pending', 'review')`
  return row?.open ?? 0
}

/** null as account: any, for operators and gateways. */
export async function selectDeposit(
  sql: Queryable,
  accountId: AccountId | null,
  id: DepositId,
): Promise<Deposit | undefined> {
  const [row] = await sql<DepositRow[]>`
    ${deposits(sql)} where d.id = ${id} and (${accountId}::int is null or d.account_id = ${accountId})`
  return row && depositOf(row)
}

/** Whatever changes a deposit locks it first, and its wallet after it. */
export async function lockDeposit(sql: Queryable, id: DepositId): Promise<Deposit | undefined> {
  const [row] = await sql<DepositRow[]>`${deposits(sql)} where d.id = ${id} for no key update of d`
  return row && depositOf(row)
}

export interface DepositFilter {
  accountId?: AccountId | null
  state?: DepositState | null
  provider?: string | null
  /** The last id of the page before. */
  before?: DepositId | null
}

/** Newest first. */
export async function selectDeposits(
  sql: Queryable,
  {
    accountId = null,
    state = null,
    provider = null,
    before = null,
    limit,
  }: DepositFilter & { limit: number },
): Promise<Deposit[]> {
  const rows = await sql<DepositRow[]>`
    ${deposits(sql)}
     where (${accountId}::int is null or d.account_id = ${accountId})
       and (${state}::text is null or d.state = ${state})
       and (${provider}::text is null or p.code = ${provider})
       and (${before}::bigint is null or d.id < ${before})
     order by d.id desc limit ${limit}`
  return rows.map(depositOf)
}

/** Keeps what the gateway gave; false: it has another payment by now, or has ended without one. */
export async function updateReference(
  sql: Queryable,
  id: DepositId,
  { reference, details }: { reference: string; details: DepositDetails },
): Promise<boolean> {
  const updated = await sql`
    update deposits set reference = ${reference}, details = ${JSON.stringify(details)}::text::jsonb
     where id = ${id} and (reference = ${reference} or (reference is null and state = 'pending'))`
  return updated.count === 1
}

/** The next try is a new request to the gateway; nothing happens where another has counted already. */
export async function updateAttempt(
  sql: Queryable,
  { id, attempt }: Deposit,
  expiresAt: Date,
): Promise<void> {
  await sql`
    update deposits set attempt = attempt + 1, expires_at = ${expiresAt}
     where id = ${id} and attempt = ${attempt} and reference is null and state = 'pending'`
}

export interface DepositChange {
  state: DepositState
  /** null: nobody, it is still open. */
  settledBy: string | null
  at: Date
  /** What is left out stays. */
  note?: string | null
  reason?: string | null
  reference?: string | null
}

export async function updateState(sql: Queryable, deposit: Deposit, change: DepositChange): Promise<void> {
  const { state, settledBy, at } = change
  const { note = deposit.note, reason = deposit.reason, reference = deposit.reference } = change
  await sql`
    update deposits
       set state = ${state}, settled_by = ${settledBy}, settled_at = ${settledBy === null ? null : at}, note = ${note},
           reason = ${reason}, reference = ${reference}, check_at = ${state === 'pending' ? deposit.checkAt : null}
     where id = ${deposit.id}`
}

/** What is to be looked at now, the longest waiting first. */
export async function selectDue(sql: Queryable, now: Date, limit: number): Promise<Deposit[]> {
  const rows = await sql<DepositRow[]>`
    ${deposits(sql)} where d.check_at <= ${now} order by d.check_at, d.id limit ${limit}`
  return rows.map(depositOf)
}

export async function updateLookAt(sql: Queryable, id: DepositId, checkAt: Date): Promise<void> {
  await sql`update deposits set check_at = ${checkAt} where id = ${id} and state = 'pending'`
}
