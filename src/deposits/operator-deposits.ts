import type { Sql, Transaction } from '../database/database.ts'
import { MAX_SCANNED_ROWS, type WalkedPage } from '../database/walk.ts'
import { Refusal } from '../errors.ts'
import { creditDeposit } from '../ledger/adjustments.ts'
import { findByReference, type Moved, move, readNote } from '../ledger/entries.ts'
import { selectWallet } from '../ledger/wallets.ts'
import { invalid, ok, orThrow, type Result } from '../lib/fault.ts'
import type { DepositId } from '../lib/ids.ts'
import { formatMicros, type Micros, ZERO } from '../lib/money.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { because, say } from '../reasons.ts'
import type { Deposit, DepositEvent, DepositState } from './deposit.ts'
import type { DepositFilter } from './deposit-list.sql.ts'
import { listDeposits, listSorted } from './deposit-list.ts'
import { type DepositChange, lockDeposit, selectDeposit, updateState } from './deposits.sql.ts'
import { selectEvents } from './events.sql.ts'
import { type ProofFile, type SeenBefore, selectProofFile, selectSeenBefore } from './proofs.sql.ts'

/** OPEN lists the states in which a person may decide; what a gateway has not settled yet is left to the gateway. */
const OPEN: Record<'manual' | 'gateway', DepositState[]> = {
  manual: ['pending', 'review', 'expired'],
  gateway: ['review'],
}

/** MAX_SEEN bounds the deposits that are shown of those for which the same was handed in. */
const MAX_SEEN = 10

/** OperatorDeposits is what operators do with deposits of all accounts. */
export class OperatorDeposits {
  readonly #sql: Sql
  readonly #clock: Clock

  constructor(sql: Sql, clock: Clock = systemClock) {
    this.#sql = sql
    this.#clock = clock
  }

  /**
   * `confirm` credits a deposit whose money is there, once. Money often comes late, so an expired one may be confirmed as well.
   * Throws not_found, conflict when it has ended otherwise, a gateway is to say so, or another amount was credited for it, and invalid_input.
   */
  async confirm(
    id: DepositId,
    { actor, note }: { actor: string; note?: string | undefined },
  ): Promise<Deposit> {
    const kept = orThrow(readNote(note))
    return await this.#decide(id, async (transaction, deposit, at) => {
      // A gateway that tells of another payment brings it before a person again.
      const other = await findByReference(transaction, deposit.accountId, otherReference(id))
      if (other) {
        const came = formatMicros(other.amount, deposit.currency)
        throw because('conflict', 'credited_already', { amount: came, currency: deposit.currency, id }, 'id')
      }
      await creditDeposit(transaction, deposit, {
        actor,
        note: kept ?? deposit.proof ?? deposit.reference,
        at,
      })
      return { state: 'succeeded', settledBy: actor, ...(kept !== null && { note: kept }) }
    })
  }

  /** `refuse` ends a deposit whose money will not come, or goes back. The account reads the reason. Throws as `confirm`. */
  async refuse(id: DepositId, { actor, reason }: { actor: string; reason: string }): Promise<Deposit> {
    const kept = orThrow(readNote(reason, 'reason'))
    if (kept === null) throw because('invalid_input', 'reason_for_account', {}, 'reason')
    return await this.#decide(id, async () => ({ state: 'failed', settledBy: actor, reason: kept }))
  }

  /**
   * `creditOther` ends a deposit for which another amount came than was to be paid, and credits what came, whole, in the same transaction: by an
   * entry of its own, since a deposit is credited with its own amount or not at all. Throws as `confirm`, and invalid_input for an amount that is
   * not above 0, or is the one to be paid.
   */
  async creditOther(
    id: DepositId,
    came: Micros,
    { actor, note }: { actor: string; note?: string | undefined },
  ): Promise<{ deposit: Deposit; entry: Moved }> {
    const kept = orThrow(readNote(note))
    let entry: Moved | undefined
    const deposit = await this.#decide(id, async (transaction, found, at) => {
      const reason = orThrow(otherAmount(found, came))
      const words = kept ?? found.proof ?? found.reference
      entry = await move(transaction, found.accountId, came, {
        ...{ kind: 'deposit', actor, at, reference: otherReference(id) },
        note: words === null ? `deposit ${id}` : `deposit ${id}: ${words}`.slice(0, 500),
      })
      if (entry.isRepeated)
        throw because('conflict', 'credited_by_hand', { reference: otherReference(id) }, 'amount')
      // What was noted of the payment stays, so that it is known should the gateway tell of it once more.
      const note = [found.note, kept].filter((one) => one !== null).join('; ')
      return { state: 'failed', settledBy: actor, reason, ...(kept !== null && { note }) }
    })
    return { deposit, entry: entry as Moved }
  }

  async #decide(
    id: DepositId,
    decision: (transaction: Transaction, deposit: Deposit, at: Date) => Promise<Omit<DepositChange, 'at'>>,
  ): Promise<Deposit> {
    return await this.#sql.begin(async (transaction) => {
      const deposit = undecided(await lockDeposit(transaction, id), id)
      const at = this.#clock.now()
      await updateState(transaction, deposit, { ...(await decision(transaction, deposit, at)), at })
      return (await selectDeposit(transaction, null, id)) as Deposit
    })
  }

  /**
   * `get` gives a deposit with what gateways said of it, what its account has available now, and other deposits for which the same was handed
   * in. Throws not_found.
   */
  async get(
    id: DepositId,
  ): Promise<{ deposit: Deposit; events: DepositEvent[]; available: bigint; seenBefore: SeenBefore[] }> {
    const deposit = (await selectDeposit(this.#sql, null, id)) ?? refuseUnknown(id)
    const [events, wallet, seenBefore] = await Promise.all([
      selectEvents(this.#sql, id),
      selectWallet(this.#sql, deposit.accountId),
      selectSeenBefore(this.#sql, id, MAX_SEEN),
    ])
    return { deposit, events, available: wallet?.available ?? 0n, seenBefore }
  }

  /** `proofFile` gives the file that the payer handed in. Throws not_found. */
  async proofFile(id: DepositId): Promise<ProofFile> {
    const file = await selectProofFile(this.#sql, id)
    if (!file) throw new Refusal('not_found', `deposit ${id} has no file`, 'id')
    return file
  }

  /** `list` gives a page, newest first. */
  async list(
    filter: DepositFilter & { limit: number },
    maxRows: number = MAX_SCANNED_ROWS.operator,
  ): Promise<WalkedPage<Deposit, DepositId>> {
    return await listDeposits(this.#sql, filter, maxRows)
  }

  /** `sorted` gives a page in an order, behind a place. */
  async sorted(
    filter: Parameters<typeof listSorted>[1],
    maxRows: number = MAX_SCANNED_ROWS.operator,
  ): ReturnType<typeof listSorted> {
    return await listSorted(this.#sql, filter, maxRows)
  }
}

/** `otherReference` is that of the entry by which another amount was credited for a deposit: by it that happens once. */
const otherReference = (id: DepositId): string => `deposit ${id}`

/** `otherAmount` gives the reason that an account reads where another amount came than was to be paid, and was credited. Pure. */
export function otherAmount({ totalPay, currency }: Deposit, came: Micros): Result<string> {
  if (came <= ZERO) return invalid('amount', say('amount_positive', {}))
  const said = (amount: Micros) => `${formatMicros(amount, currency)} ${currency}`
  return came === totalPay
    ? invalid('amount', say('amount_as_billed', { amount: said(came) }))
    : ok(`${said(came)} came in place of ${said(totalPay)}, and was credited`)
}

/** `isForPeople` tells whether a person may decide about a deposit as it stands. */
export const isForPeople = ({ hasGateway, state }: Pick<Deposit, 'hasGateway' | 'state'>): boolean =>
  OPEN[hasGateway ? 'gateway' : 'manual'].includes(state)

function undecided(deposit: Deposit | undefined, id: DepositId): Deposit {
  if (!deposit) return refuseUnknown(id)
  if (isForPeople(deposit)) return deposit
  throw new Refusal(
    'conflict',
    deposit.state === 'pending'
      ? `the gateway of ${deposit.providerCode} says itself when deposit ${id} is paid`
      : `deposit ${id} has ended: ${deposit.state}`,
    'id',
  )
}

export function refuseUnknown(id: DepositId): never {
  throw new Refusal('not_found', `there is no deposit ${id}`, 'id')
}
