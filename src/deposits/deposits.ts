import type { Account } from '../accounts/account.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId, DepositId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import { listDeposits, refuseUnknown } from './decisions.ts'
import type { Deposit } from './deposit.ts'
import {
  countOpen,
  type DepositFilter,
  insertDeposit,
  lockDeposit,
  selectDeposit,
  updateState,
} from './deposits.sql.ts'
import { type DepositsDeps, PaymentPages } from './pages.ts'
import { readProof } from './proof.ts'
import { updateProof, upsertProofFile } from './proofs.sql.ts'
import type { Provider } from './provider.ts'
import { selectProvider } from './providers.sql.ts'
import { listProviders } from './providers.ts'
import { nextLook } from './schedule.ts'
import { isFor, termsOf } from './terms.ts'

/** Deposits of one account that may be open at a time (requests at the same moment may exceed it by their number). */
const MAX_OPEN = 20

/** What accounts do with deposits. Every read names the account (promise 6). */
export class Deposits {
  readonly #parts: DepositsDeps
  readonly #pages: PaymentPages

  constructor(parts: DepositsDeps) {
    this.#parts = parts
    this.#pages = new PaymentPages(parts)
  }

  /** The ways to pay in that an account has, a page of them. */
  async providers(
    { currency }: Pick<Account, 'currency'>,
    { limit, after = 0 }: { limit: number; after?: number | undefined },
  ): Promise<{ providers: Provider[]; next: number | undefined }> {
    return await listProviders(this.#parts.sql, { currency, enabled: true, limit, after })
  }

  /** Throws not_found, also for one that the account cannot use. */
  async provider(account: Pick<Account, 'currency'>, code: string): Promise<Provider> {
    return await usable(this.#parts.sql, account, code, 'code')
  }

  /**
   * Writes down that an account wants to pay in: what the gateway is asked for afterwards, in `open`, is found again
   * whatever breaks. Throws not_found, invalid_input, or conflict when too many are open.
   */
  async begin(
    transaction: Transaction,
    account: Account,
    { providerCode, amount }: { providerCode: string; amount: Micros },
  ): Promise<DepositId> {
    const now = this.#parts.clock.now()
    const provider = await usable(transaction, account, providerCode, 'provider_code')
    const terms = termsOf(provider, amount, now)
    if ((await countOpen(transaction, account.id)) >= MAX_OPEN) {
      throw new Refusal('conflict', `${MAX_OPEN} deposits are open: cancel those that you will not pay`)
    }
    const { id: providerId, kind, currency } = provider
    const checkAt = nextLook(
      { hasGateway: kind !== 'manual', createdAt: now, expiresAt: terms.expiresAt },
      now,
    )
    return await insertDeposit(transaction, {
      ...{ accountId: account.id, providerId, currency, ...terms, checkAt, createdAt: now },
    })
  }

  /**
   * Has the gateway open what was begun, if that is still to be done, and gives the deposit as it is then. No lock is
   * held meanwhile. Until it has gone well it can be repeated: an answer that was lost is asked for again under the same
   * key, one that was an error under a new one. Throws provider_unavailable, or invalid_input for an amount that the
   * gateway does not take. `isKept`: the caller can come back to this deposit; else a failure ends it.
   */
  async open(accountId: AccountId, id: DepositId, how: { isKept: boolean }): Promise<Deposit> {
    return await this.#pages.open(await this.show(accountId, id), how)
  }

  /** Throws not_found, also for another account's. */
  async show(accountId: AccountId, id: DepositId): Promise<Deposit> {
    return (await selectDeposit(this.#parts.sql, accountId, id)) ?? refuseUnknown(id)
  }

  /** Newest first, a page. */
  async list(
    accountId: AccountId,
    filter: Omit<DepositFilter, 'accountId'> & { limit: number },
  ): Promise<{ deposits: Deposit[]; next: DepositId | undefined }> {
    return await listDeposits(this.#parts.sql, { ...filter, accountId })
  }

  /**
   * Hands in what proves the payment, for a person to look at; what is handed in later replaces it. From then on it does
   * not expire. Throws not_found, invalid_input, or conflict when it has ended or needs no proof.
   */
  async handProof(
    transaction: Transaction,
    accountId: AccountId,
    id: DepositId,
    given: { reference?: string | undefined; file?: string | undefined },
  ): Promise<Deposit> {
    const proof = readProof(given)
    const deposit = await lockDeposit(transaction, id)
    if (deposit?.accountId !== accountId) return refuseUnknown(id)
    if (deposit.hasGateway) throw new Refusal('conflict', 'its provider says itself when it is paid', 'id')
    if (deposit.state !== 'pending' && deposit.state !== 'review') throw hasEnded(deposit)
    const at = this.#parts.clock.now()
    if (proof.reference !== null) await updateProof(transaction, id, proof.reference)
    if (proof.file) await upsertProofFile(transaction, id, proof.file, at)
    await updateState(transaction, deposit, { state: 'review', settledBy: null, at })
    return (await selectDeposit(transaction, accountId, id)) as Deposit
  }

  /**
   * The account will not pay. Where there is a gateway it closes its page first, so that nobody pays for what is
   * cancelled; where it says that it is paid, the deposit is credited instead. Cancelling twice is the same as once.
   * Throws not_found, provider_unavailable, or conflict when it has ended otherwise or a person is at it.
   */
  async cancel(accountId: AccountId, id: DepositId, actor: string): Promise<Deposit> {
    const { sql } = this.#parts
    const deposit = await this.show(accountId, id)
    if (deposit.reference !== null && deposit.state === 'pending')
      await this.#pages.close(deposit, deposit.reference)
    return await sql.begin(async (transaction) => {
      const current = (await lockDeposit(transaction, id)) as Deposit
      if (current.state === 'cancelled') return current
      // A page that was closed here tells so by an event, too.
      const isOpen =
        current.state === 'pending' || (current.state === 'expired' && deposit.state === 'pending')
      if (!isOpen) throw hasEnded(current)
      // One that was opened meanwhile can be paid.
      if (current.reference !== deposit.reference) throw new Refusal('temporarily_unavailable')
      await updateState(transaction, current, {
        state: 'cancelled',
        settledBy: actor,
        at: this.#parts.clock.now(),
      })
      return (await selectDeposit(transaction, accountId, id)) as Deposit
    })
  }
}

/** `field`: what named it. */
async function usable(
  sql: Queryable,
  account: Pick<Account, 'currency'>,
  code: string,
  field: string,
): Promise<Provider> {
  const provider = await selectProvider(sql, { code })
  if (provider && isFor(provider, account)) return provider
  throw new Refusal('not_found', `there is no provider ${JSON.stringify(code)}`, field)
}

const hasEnded = ({ state }: Deposit): Refusal =>
  new Refusal(
    'conflict',
    state === 'review' ? 'a person is looking at this deposit' : `this deposit has ended: ${state}`,
    'id',
  )
