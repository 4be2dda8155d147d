import type { Sql, Transaction } from '../database/database.ts'
import { MAX_SCANNED_ROWS, type WalkedPage } from '../database/walk.ts'
import { Refusal } from '../errors.ts'
import { creditDeposit } from '../ledger/adjustments.ts'
import { readNote } from '../ledger/entries.ts'
import { selectWallet } from '../ledger/wallets.ts'
import { orThrow } from '../lib/fault.ts'
import type { DepositId } from '../lib/ids.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import type { Deposit, DepositEvent, DepositState } from './deposit.ts'
import type { DepositFilter } from './deposit-list.sql.ts'
import { listDeposits } from './deposit-list.ts'
import { type DepositChange, lockDeposit, selectDeposit, updateState } from './deposits.sql.ts'
import { selectEvents } from './events.sql.ts'
import { type ProofFile, selectProofFile } from './proofs.sql.ts'

/** OPEN lists the states in which a person may decide; what a gateway has not settled yet is left to the gateway. */
const OPEN: Record<'manual' | 'gateway', DepositState[]> = {
  manual: ['pending', 'review', 'expired'],
  gateway: ['review'],
}

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
   * Throws not_found, conflict when it has ended otherwise or a gateway is to say so, and invalid_input.
   */
  async confirm(
    id: DepositId,
    { actor, note }: { actor: string; note?: string | undefined },
  ): Promise<Deposit> {
    const kept = orThrow(readNote(note))
    return await this.#decide(id, async (transaction, deposit, at) => {
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
    if (kept === null) throw new Refusal('invalid_input', 'the account is to read a reason', 'reason')
    return await this.#decide(id, async () => ({ state: 'failed', settledBy: actor, reason: kept }))
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

  /** `get` gives a deposit with what gateways said of it, and what its account has available now. Throws not_found. */
  async get(id: DepositId): Promise<{ deposit: Deposit; events: DepositEvent[]; available: bigint }> {
    const deposit = (await selectDeposit(this.#sql, null, id)) ?? refuseUnknown(id)
    const [events, wallet] = await Promise.all([
      selectEvents(this.#sql, id),
      selectWallet(this.#sql, deposit.accountId),
    ])
    return { deposit, events, available: wallet?.available ?? 0n }
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
}

function undecided(deposit: Deposit | undefined, id: DepositId): Deposit {
  if (!deposit) return refuseUnknown(id)
  if (OPEN[deposit.hasGateway ? 'gateway' : 'manual'].includes(deposit.state)) return deposit
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
