import type { Queryable, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId, TransferId } from '../lib/ids.ts'
import { formatMicros, type Micros, micros, ZERO } from '../lib/money.ts'
import { sanitize } from '../lib/text.ts'
import { masked, type OwnTransfer, type Transfer } from './transfer.ts'
import {
  insertTransfer,
  isClosed,
  selectReceivers,
  selectTransfers,
  type TransferFilter,
} from './transfers.sql.ts'
import { checkNote, lockWallets, MAX_BALANCE } from './wallets.ts'

export interface TransferRequest {
  senderId: AccountId
  /** A user name or an e-mail address, whole, in any case. */
  receiver: string
  /** Micros of the sender's currency. */
  amount: Micros
  description?: string | null | undefined
  /** The key that asked for it; null: nobody's key did. */
  keyId: number | null
  actor: string
  at: Date
}

/**
 * Sends money to another account, as part of a transaction that may do more. Only money that is there is sent: a credit
 * limit is for orders. Throws not_found with the field receiver (a closed account is not found, either), invalid_input
 * naming the field at fault, or insufficient_balance.
 */
export async function sendMoney(transaction: Transaction, sending: TransferRequest): Promise<Transfer> {
  const { senderId, amount, at: createdAt, keyId, actor } = sending
  if (amount <= ZERO) throw new Refusal('invalid_input', 'the amount is more than 0', 'amount')
  const description = checkNote(sending.description, 'description')
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
    const balance = `${formatMicros(sender.available)} ${currency}`
    throw new Refusal('insufficient_balance', `the balance is ${balance}`, 'amount')
  }
  const [senderAfter, receiverAfter] = [
    micros(sender.available - amount),
    micros(receiver.available + amount),
  ]
  if (receiverAfter > MAX_BALANCE) {
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

/** Throws not_found, also where the account neither sent nor received it (promise 6). */
export async function findTransfer(
  sql: Queryable,
  accountId: AccountId,
  id: TransferId,
): Promise<OwnTransfer> {
  const { transfers } = await listTransfers(sql, accountId, { id, limit: 1 })
  if (!transfers[0]) throw new Refusal('not_found', `there is no transfer ${id}`, 'id')
  return transfers[0]
}

/** A page, newest first; `next` is the cursor of the following page, if there is one. */
export async function listTransfers(
  sql: Queryable,
  accountId: AccountId,
  filter: TransferFilter,
): Promise<{ transfers: OwnTransfer[]; next: TransferId | undefined }> {
  const { limit } = filter
  const found = await selectTransfers(sql, accountId, { ...filter, limit: limit + 1 })
  const transfers = found
    .slice(0, limit)
    .map(
      (one): OwnTransfer =>
        one.senderId === accountId
          ? { ...one, direction: 'sent', receiver: masked(one.receiver) }
          : { ...one, direction: 'received', sender: masked(one.sender) },
    )
  return { transfers, next: found.length > limit ? transfers.at(-1)?.id : undefined }
}
