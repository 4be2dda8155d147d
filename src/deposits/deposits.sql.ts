import { build, literal } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import type { AccountId, DepositId, ProviderId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Deposit, DepositDetails, DepositState } from './deposit.ts'

export const deposits = () =>
  build
    .selectFrom('deposits as d')
    .innerJoin('depositProviders as p', 'p.id', 'd.providerId')
    .innerJoin('accounts as a', 'a.id', 'd.accountId')
    .selectAll('d')
    .select([
      'p.code as providerCode',
      'p.name as providerName',
      'p.kind',
      'a.username',
      'a.name as accountName',
    ])
    .select(literal<boolean>`exists (select from deposit_proofs f where f.deposit_id = d.id)`.as('hasFile'))
    .$narrowType<Pick<Deposit, 'state' | 'details'>>()

type Row = Omit<Deposit, 'channel' | 'hasGateway'> & { kind: string }

export function depositOf({ kind, ...row }: Row): Deposit {
  const { channel, connect } = gatewayKinds.get(kind)
  return { ...row, channel, hasGateway: connect !== undefined }
}

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
    | 'tail'
    | 'details'
    | 'expiresAt'
    | 'createdAt'
  > & { checkAt: Date },
): Promise<DepositId> {
  const details = JSON.stringify(deposit.details)
  const [row] = await sql.run(
    build
      .insertInto('deposits')
      .values({ ...deposit, details })
      .returning('id'),
  )
  return row?.id as DepositId
}

export async function countOpen(sql: Queryable, accountId: AccountId): Promise<number> {
  const [row] = await sql.run(
    build
      .selectFrom('deposits')
      .select(literal<number>`count(*)::integer`.as('open'))
      .where('accountId', '=', accountId)
      .where('state', 'in', ['pending', 'review']),
  )
  return row?.open ?? 0
}

/** `selectDeposit` reads one account's; null: anybody's, for operators and gateways. */
export async function selectDeposit(
  sql: Queryable,
  accountId: AccountId | null,
  id: DepositId,
): Promise<Deposit | undefined> {
  let chosen = deposits().where('d.id', '=', id)
  if (accountId !== null) chosen = chosen.where('d.accountId', '=', accountId)
  const [row] = await sql.run(chosen)
  return row && depositOf(row)
}

/** `lockDeposit` comes first in whatever changes a deposit, and the lock of its wallet after it. */
export async function lockDeposit(sql: Queryable, id: DepositId): Promise<Deposit | undefined> {
  const [row] = await sql.run(deposits().where('d.id', '=', id).forNoKeyUpdate('d'))
  return row && depositOf(row)
}

/**
 * `updateReference` keeps what the gateway gave. It gives false when the deposit has another payment by now, or has ended without one.
 */
export async function updateReference(
  sql: Queryable,
  id: DepositId,
  { reference, details }: { reference: string; details: DepositDetails },
): Promise<boolean> {
  const updated = await sql.run(
    build
      .updateTable('deposits')
      .set({ reference, details: JSON.stringify(details) })
      .where('id', '=', id)
      .where((one) =>
        one.or([
          one('reference', '=', reference),
          one.and([one('reference', 'is', null), one('state', '=', 'pending')]),
        ]),
      ),
  )
  return updated.count === 1
}

/** `updateAttempt` makes the next try a new request to the gateway, unless another has counted already. */
export async function updateAttempt(
  sql: Queryable,
  { id, attempt }: Deposit,
  expiresAt: Date,
): Promise<void> {
  await sql.run(
    build
      .updateTable('deposits')
      .set({ attempt: attempt + 1, expiresAt })
      .where('id', '=', id)
      .where('attempt', '=', attempt)
      .where('reference', 'is', null)
      .where('state', '=', 'pending'),
  )
}

/**
 * `selectTaken` gives what is paid for the deposits of a provider between two amounts that are open, or have ended since: no other deposit may
 * have the same amount.
 */
export async function selectTaken(
  sql: Queryable,
  providerId: ProviderId,
  { from, to, since }: { from: Micros; to: Micros; since: Date },
): Promise<Micros[]> {
  const taken = await sql.run(
    build
      .selectFrom('deposits')
      .select('totalPay')
      .where('providerId', '=', providerId)
      .where('tail', '>', 0n as Micros)
      .where('totalPay', '>=', from)
      .where('totalPay', '<=', to)
      .where((one) => one.or([one('settledAt', 'is', null), one('settledAt', '>', since)])),
  )
  return taken.map(({ totalPay }) => totalPay)
}

/** `selectByTotals` gives the deposits of a provider, told apart by their amounts, for which one of these is paid; the oldest first. */
export async function selectByTotals(
  sql: Queryable,
  providerId: ProviderId,
  totals: readonly bigint[],
): Promise<Deposit[]> {
  const fitting = deposits()
    .where('d.providerId', '=', providerId)
    .where('d.tail', '>', 0n as Micros)
    .where(literal<boolean>`d.total_pay = any(${totals}::bigint[])`)
    .orderBy('d.id')
  return (await sql.run(fitting)).map(depositOf)
}

/** DepositChange is a deposit's new state; what is left out stays. */
export interface DepositChange {
  state: DepositState
  /** `settledBy`, null: nobody, it is still open. */
  settledBy: string | null
  at: Date
  note?: string | null
  reason?: string | null
  reference?: string | null
}

export async function updateState(
  sql: Queryable,
  { id, checkAt }: Deposit,
  { at, ...change }: DepositChange,
): Promise<void> {
  const settledAt = change.settledBy === null ? null : at
  await sql.run(
    build
      .updateTable('deposits')
      .set({ ...change, settledAt, checkAt: change.state === 'pending' ? checkAt : null })
      .where('id', '=', id),
  )
}

/** `selectDue` gives what is to be checked now, the longest waiting first. */
export async function selectDue(sql: Queryable, now: Date, limit: number): Promise<Deposit[]> {
  const due = deposits().where('d.checkAt', '<=', now).orderBy('d.checkAt').orderBy('d.id').limit(limit)
  return (await sql.run(due)).map(depositOf)
}

export async function updateCheckAt(sql: Queryable, id: DepositId, checkAt: Date): Promise<void> {
  await sql.run(
    build.updateTable('deposits').set({ checkAt }).where('id', '=', id).where('state', '=', 'pending'),
  )
}
