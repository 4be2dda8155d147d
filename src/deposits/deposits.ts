import type { Account } from '../accounts/account.ts'
import { type Reads, unshared } from '../database/account-reads.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import { MAX_SCANNED_ROWS } from '../database/walk.ts'
import { Refusal } from '../errors.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import { orThrow } from '../lib/fault.ts'
import type { AccountId, DepositId, ProviderId } from '../lib/ids.ts'
import { type Micros, micros } from '../lib/money.ts'
import { type Page, pageOf } from '../lib/page.ts'
import { DAY_MS } from '../lib/time.ts'
import { because } from '../reasons.ts'
import type { Deposit } from './deposit.ts'
import type { DepositFilter } from './deposit-list.sql.ts'
import { listDeposits } from './deposit-list.ts'
import {
  countOpen,
  insertDeposit,
  lockDeposit,
  selectDeposit,
  selectTaken,
  updateState,
} from './deposits.sql.ts'
import { refuseUnknown } from './operator-deposits.ts'
import { type DepositsDeps, PaymentPages } from './pages.ts'
import { readProof } from './proof.ts'
import { updateProof, upsertProofFile } from './proofs.sql.ts'
import type { Provider } from './provider.ts'
import { lockProvider, selectProvider, selectProviders } from './providers.sql.ts'
import { nextCheck } from './schedule.ts'
import { freeTail, tellingApartOf } from './telling-apart.ts'
import { isFor, type Terms, termsOf } from './terms.ts'

/** MAX_OPEN bounds the open deposits of one account (requests at the same moment may exceed it by their number). */
const MAX_OPEN = 20

/** Deposits is what accounts do with deposits. Every read names the account (promise 6: own data only). */
export class Deposits {
  readonly #deps: DepositsDeps
  readonly #reads: Reads
  readonly #pages: PaymentPages

  constructor(deps: DepositsDeps, reads: Reads = unshared(deps.sql)) {
    this.#deps = deps
    this.#reads = reads
    this.#pages = new PaymentPages(deps)
  }

  /** `providers` gives a page of the ways to pay in that an account has. */
  async providers(
    { currency }: Pick<Account, 'currency'>,
    { limit, after }: { limit: number; after?: ProviderId | undefined },
  ): Promise<Page<Provider, ProviderId>> {
    const filter = { currency, enabled: true, after, limit: limit + 1 }
    return pageOf(await selectProviders(this.#deps.sql, filter), limit, ({ id }) => id)
  }

  /** `provider` throws not_found, also for a provider that the account cannot use. */
  async provider(account: Pick<Account, 'currency'>, code: string): Promise<Provider> {
    return await usable(this.#deps.sql, account, code, 'code')
  }

  /**
   * `quote` says what a deposit would cost, and promises nothing. `most` is the largest total, and more than `totalPay` where an amount of its own
   * is chosen when the deposit begins. Throws not_found or invalid_input.
   */
  async quote(
    account: Pick<Account, 'currency'>,
    { providerCode, amount }: { providerCode: string; amount: Micros },
  ): Promise<Pick<Terms, 'amount' | 'fee' | 'totalPay'> & { most: Micros }> {
    const provider = await usable(this.#deps.sql, account, providerCode, 'provider_code')
    const { fee, totalPay } = orThrow(termsOf(provider, amount, this.#deps.clock.now()))
    const { step = 0n, most = 0 } = tellingApartOf(provider) ?? {}
    return { amount, fee, totalPay: micros(totalPay + step), most: micros(totalPay + step * BigInt(most)) }
  }

  /**
   * `begin` writes down that an account wants to pay in, so that what the gateway is asked for afterwards, in `open`, is found again
   * whatever breaks. Throws not_found, invalid_input, or conflict when too many are open.
   */
  async begin(
    transaction: Transaction,
    account: Account,
    { providerCode, amount }: { providerCode: string; amount: Micros },
  ): Promise<DepositId> {
    const now = this.#deps.clock.now()
    const provider = await usable(transaction, account, providerCode, 'provider_code')
    const terms = await this.#terms(transaction, provider, amount, now)
    if ((await countOpen(transaction, account.id)) >= MAX_OPEN) {
      throw because('conflict', 'deposits_open', { count: MAX_OPEN })
    }
    const { id: providerId, kind, currency } = provider
    const hasGateway = gatewayKinds.get(kind).connect !== undefined
    const checkAt = nextCheck({ hasGateway, createdAt: now, expiresAt: terms.expiresAt }, now)
    return await insertDeposit(transaction, {
      ...{ accountId: account.id, providerId, currency, ...terms, checkAt, createdAt: now },
    })
  }

  /** `#terms` gives a deposit that is told apart by its amount one that no other has, until the transaction ends. */
  async #terms(transaction: Transaction, provider: Provider, amount: Micros, now: Date): Promise<Terms> {
    const plain = orThrow(termsOf(provider, amount, now))
    const how = tellingApartOf(provider)
    if (!how) return plain
    await lockProvider(transaction, provider.id)
    const taken = await selectTaken(transaction, provider.id, {
      from: plain.totalPay,
      to: micros(plain.totalPay + how.step * BigInt(how.most)),
      since: new Date(now.getTime() - how.keepDays * DAY_MS),
    })
    const tail = freeTail(plain.totalPay, how, taken)
    if (tail !== undefined) return orThrow(termsOf(provider, amount, now, tail))
    const message = 'all amounts just above this one are taken: choose another amount, or try again later'
    throw new Refusal('conflict', message, 'amount')
  }

  /**
   * `open` has the gateway open what was begun, if that is still to be done, and gives the deposit as it is then. No lock is
   * held meanwhile. It can be repeated until it has gone well: an answer that was lost is asked for again under the same
   * key, an error under a new one. Throws provider_unavailable, or invalid_input for an amount that the
   * gateway does not take. `isKept`: the caller can come back to this deposit; else a failure ends it.
   */
  async open(accountId: AccountId, id: DepositId, how: { isKept: boolean }): Promise<Deposit> {
    return await this.#pages.open(await this.show(accountId, id), how)
  }

  /** `show` throws not_found, also for another account's deposit. */
  async show(accountId: AccountId, id: DepositId): Promise<Deposit> {
    return (await selectDeposit(this.#deps.sql, accountId, id)) ?? refuseUnknown(id)
  }

  /** `list` gives a page, newest first. */
  async list(
    accountId: AccountId,
    filter: Omit<DepositFilter, 'accountId'> & { limit: number },
    signal?: AbortSignal,
  ): Promise<Page<Deposit, DepositId>> {
    const sql = this.#reads.of(accountId, signal)
    return await listDeposits(sql, { ...filter, accountId }, MAX_SCANNED_ROWS.account)
  }

  /**
   * `handProof` keeps what proves the payment, for a person to see; a later proof replaces it. From then on the deposit does
   * not expire. Throws not_found, invalid_input, or conflict when it has ended or needs no proof.
   */
  async handProof(
    transaction: Transaction,
    accountId: AccountId,
    id: DepositId,
    given: { reference?: string | undefined; file?: string | undefined },
  ): Promise<Deposit> {
    const proof = orThrow(readProof(given))
    const deposit = await lockDeposit(transaction, id)
    if (deposit?.accountId !== accountId) return refuseUnknown(id)
    if (deposit.hasGateway) throw because('conflict', 'provider_tells', {}, 'id')
    if (deposit.state !== 'pending' && deposit.state !== 'review') throw hasEnded(deposit)
    const at = this.#deps.clock.now()
    if (proof.reference !== null) await updateProof(transaction, id, proof.reference)
    if (proof.file) await upsertProofFile(transaction, id, proof.file, at)
    await updateState(transaction, deposit, { state: 'review', settledBy: null, at })
    return (await selectDeposit(transaction, accountId, id)) as Deposit
  }

  /**
   * `cancel` ends a deposit that the account will not pay. A gateway closes its page first, so that nobody pays for what is
   * cancelled; when the gateway says that it is paid, the deposit is credited instead. Cancelling twice is the same as once.
   * Throws not_found, provider_unavailable, or conflict when it has ended otherwise or a person is at it.
   */
  async cancel(accountId: AccountId, id: DepositId, actor: string): Promise<Deposit> {
    const { sql } = this.#deps
    const deposit = await this.show(accountId, id)
    if (deposit.reference !== null && deposit.state === 'pending')
      await this.#pages.close(deposit, deposit.reference)
    return await sql.begin(async (transaction) => {
      const current = (await lockDeposit(transaction, id)) as Deposit
      if (current.state === 'cancelled') return current
      // The gateway may have sent the event of the page that was closed above.
      const isOpen =
        current.state === 'pending' || (current.state === 'expired' && deposit.state === 'pending')
      if (!isOpen) throw hasEnded(current)
      // A page that was opened meanwhile can be paid.
      if (current.reference !== deposit.reference) throw new Refusal('temporarily_unavailable')
      await updateState(transaction, current, {
        state: 'cancelled',
        settledBy: actor,
        at: this.#deps.clock.now(),
      })
      return (await selectDeposit(transaction, accountId, id)) as Deposit
    })
  }
}

/** `usable` throws not_found; `field` is what named the provider. */
async function usable(
  sql: Queryable,
  account: Pick<Account, 'currency'>,
  code: string,
  field: string,
): Promise<Provider> {
  const provider = await selectProvider(sql, { code })
  if (provider && isFor(provider, account)) return provider
  throw because('not_found', 'provider_unknown', { code: JSON.stringify(code) }, field)
}

const hasEnded = ({ state }: Deposit): Refusal =>
  new Refusal(
    'conflict',
    state === 'review' ? 'a person is looking at this deposit' : `this deposit has ended: ${state}`,
    'id',
  )
