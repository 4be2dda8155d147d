import type { Reads } from '../database/account-reads.ts'
import type { Transaction } from '../database/database.ts'
import { isGiven, MAX_SCANNED_ROWS, walkPage } from '../database/walk.ts'
import { Refusal } from '../errors.ts'
import { orThrow } from '../lib/fault.ts'
import type { AccountId, TransferId } from '../lib/ids.ts'
import { formatMicros, type Micros, micros, minorUnit, ZERO } from '../lib/money.ts'
import type { Page } from '../lib/page.ts'
import { sanitize } from '../lib/text.ts'
import { because } from '../reasons.ts'
import type { MissThrottle } from '../throttles/miss-throttle.ts'
import { MAX_BALANCE, readNote } from './entries.ts'
import { masked, type OwnTransfer, type Transfer } from './transfer.ts'
import {
  insertTransfer,
  isClosed,
  selectReceivers,
  selectStop,
  selectTransfers,
  type TransferFilter,
} from './transfers.sql.ts'
import { lockWallets } from './wallets.ts'

export interface TransferRequest {
  senderId: AccountId
  /** `receiver` is a user name or an e-mail address, whole, in any case. */
  receiver: string
  /** `amount` is in micros of the sender's currency. */
  amount: Micros
  description?: string | null | undefined
  /** `keyId` is the key that asked for it; null: nobody's key did. */
  keyId: number | null
  actor: string
  at: Date
}

/**
 * `sendMoney` sends money to another account, as part of a transaction that may do more. Only money that is there is sent: a credit
 * limit is for orders. Throws invalid_input naming the field at fault, insufficient_balance, or not_found with the field receiver.
 *
 * Who is a customer is told to nobody: what is wrong with the sender and the amount is said first, whoever the receiver is; and of a
 * receiver who is not there, is closed, has another currency, or shares the address, the same is said after the same statements.
 */
export async function sendMoney(
  transaction: Transaction,
  sending: TransferRequest,
  minimums: ReadonlyMap<string, Micros> = new Map(),
): Promise<Transfer> {
  const { senderId, amount, at: createdAt, keyId, actor } = sending
  if (amount <= ZERO) throw new Refusal('invalid_input', 'the amount is more than 0', 'amount')
  const description = orThrow(readNote(sending.description, 'description'))
  const receiverId = await findReceiver(transaction, sending)
  if (receiverId === senderId) {
    throw because('invalid_input', 'receiver_is_sender', {}, 'receiver')
  }
  const wallets = await lockWallets(transaction, receiverId ? [senderId, receiverId] : [senderId])
  const sender = wallets.get(senderId)
  if (!sender) throw new Error(`account ${senderId} has no wallet`)
  if (await isClosed(transaction, senderId)) throw new Refusal('account_closed')
  const { currency } = sender
  const said = (one: Micros) => `${formatMicros(one, currency)} ${currency}`
  const least = minimums.get(currency) ?? micros(minorUnit(currency))
  if (amount < least) throw because('invalid_input', 'transfer_least', { amount: said(least) }, 'amount')
  if (sender.available < amount) {
    throw because('insufficient_balance', 'transfer_balance', { balance: said(sender.available) }, 'amount')
  }
  const receiver = receiverId && wallets.get(receiverId)
  if (!receiver) {
    throw because('not_found', 'receiver_unknown', { currency }, 'receiver')
  }
  const [senderAfter, receiverAfter] = [
    micros(sender.available - amount),
    micros(receiver.available + amount),
  ]
  if (receiverAfter + receiver.held > MAX_BALANCE) {
    throw new Refusal('invalid_input', "the receiver's balance would be too large", 'amount')
  }
  const made = { senderId, receiverId, currency, amount, description, createdAt }
  const ids = await insertTransfer(transaction, { ...made, keyId, actor, senderAfter, receiverAfter })
  return { ...made, ...ids }
}

async function findReceiver(
  transaction: Transaction,
  { receiver, senderId }: TransferRequest,
): Promise<AccountId | undefined> {
  const found = await selectReceivers(transaction, sanitize(receiver.trim()), senderId)
  return found.length === 1 ? found[0] : undefined
}

/** Transfers sends money, and reads what an account sent to other accounts and received from them (promise 6, own data only). */
export class Transfers {
  readonly #reads: Reads
  readonly #minimums: ReadonlyMap<string, Micros>
  readonly #misses: MissThrottle

  /** `minimums` are the least amounts by currency; of another one it is its smallest unit in use. `misses` bounds guesses at receivers. */
  constructor({
    reads,
    minimums,
    misses,
  }: { reads: Reads; minimums: ReadonlyMap<string, Micros>; misses: MissThrottle }) {
    this.#reads = reads
    this.#minimums = minimums
    this.#misses = misses
  }

  /** `send` does `sendMoney`. Throws Throttled where an account names receivers who are not there again and again. */
  async send(transaction: Transaction, sending: TransferRequest): Promise<Transfer> {
    const who = `receivers of account ${sending.senderId}`
    this.#misses.refuse(who)
    try {
      return await sendMoney(transaction, sending, this.#minimums)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'not_found') this.#misses.count(who)
      throw error
    }
  }

  /** `get` throws not_found, also where the account neither sent nor received it. */
  async get(accountId: AccountId, id: TransferId): Promise<OwnTransfer> {
    const [found] = (await this.list(accountId, { id, limit: 1 })).items
    if (!found) throw new Refusal('not_found', `there is no transfer ${id}`, 'id')
    return found
  }

  /** `list` gives a page, newest first. */
  async list(
    accountId: AccountId,
    filter: TransferFilter,
    signal?: AbortSignal,
  ): Promise<Page<OwnTransfer, TransferId>> {
    const sql = this.#reads.of(accountId, signal)
    const { items, next } = await walkPage({
      limit: filter.limit,
      isNarrowed: isGiven(filter.from, filter.to),
      from: filter.from,
      selectStop: () => selectStop(sql, accountId, filter, MAX_SCANNED_ROWS.account),
      select: (part) => selectTransfers(sql, accountId, { ...filter, ...part }),
    })
    const own = items.map(
      (one): OwnTransfer =>
        one.senderId === accountId
          ? { ...one, direction: 'sent', receiver: masked(one.receiver) }
          : { ...one, direction: 'received', sender: masked(one.sender) },
    )
    return { items: own, next }
  }
}
