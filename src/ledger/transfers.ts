import type { Reads } from '../database/account-reads.ts'
import type { Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { orThrow } from '../lib/fault.ts'
import type { AccountId, TransferId } from '../lib/ids.ts'
import { formatMicros, type Micros, micros, ZERO } from '../lib/money.ts'
import { type Page, pageOf } from '../lib/page.ts'
import { sanitize } from '../lib/text.ts'
import { MAX_BALANCE, readNote } from './entries.ts'
import { masked, type OwnTransfer, type Transfer } from './transfer.ts'
import {
  insertTransfer,
  isClosed,
  selectReceivers,
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
 * limit is for orders. Throws not_found with the field receiver (a closed account is not found, either), invalid_input
 * naming the field at fault, or insufficient_balance.
 */
export async function sendMoney(transaction: Transaction, sending: TransferRequest): Promise<Transfer> {
  const { senderId, amount, at: createdAt, keyId, actor } = sending
  if (amount <= ZERO) throw new Refusal('invalid_input', 'the amount is more than 0', 'amount')
  const description = orThrow(readNote(sending.description, 'description'))
  const receiverId = await findReceiver(transaction, sending.receiver)
  if (receiverId === senderId) {
    throw new Refusal('invalid_input', 'the receiver is the sender', 'receiver')
  }
  const wallets = await lockWallets(transaction, [senderId, receiverId])
  const [sender, receiver] = [wallets.get(senderId), wallets.get(receiverId)]
  if (!sender || !receiver) throw new Error(`account ${senderId} or ${receiverId} has no wallet`)
  if (await isClosed(transaction, senderId)) throw new Refusal('account_closed')
  const { currency } = sender
  if (receiver.currency !== currency) {
    throw new Refusal('invalid_input', `the receiver's wallet is not in ${currency}`, 'receiver')
  }
  if (sender.available < amount) {
    const balance = `${formatMicros(sender.available, currency)} ${currency}`
    throw new Refusal('insufficient_balance', `the balance is ${balance}`, 'amount')
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

async function findReceiver(transaction: Transaction, text: string): Promise<AccountId> {
  const name = sanitize(text.trim())
  const [receiver, another] = await selectReceivers(transaction, name)
  if (another !== undefined) {
    throw new Refusal('invalid_input', 'several accounts have this address: give the user name', 'receiver')
  }
  if (receiver === undefined) {
    throw new Refusal('not_found', 'nobody has this user name or e-mail address', 'receiver')
  }
  return receiver
}

/** Transfers reads what an account sent to other accounts and received from them (promise 6, own data only). */
export class Transfers {
  readonly #reads: Reads

  constructor(reads: Reads) {
    this.#reads = reads
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
    const found = await selectTransfers(sql, accountId, { ...filter, limit: filter.limit + 1 })
    const own = found.map(
      (one): OwnTransfer =>
        one.senderId === accountId
          ? { ...one, direction: 'sent', receiver: masked(one.receiver) }
          : { ...one, direction: 'received', sender: masked(one.sender) },
    )
    return pageOf(own, filter.limit, ({ id }) => id)
  }
}
