import type { AccountId, EntryId, TransferId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** Money that one account sent to another, with the row of the ledger on either side. */
export interface Transfer {
  id: TransferId
  senderId: AccountId
  receiverId: AccountId
  currency: string
  amount: Micros
  description: string | null
  /** The sender's row of the ledger. */
  sentId: EntryId
  /** The receiver's. */
  receivedId: EntryId
  createdAt: Date
}

/** One of the two, as the other may see it or as it sees itself. */
export interface Party {
  name: string
  email: string
}

/** A transfer between accounts as one of the two reads it: the other one's name and address are masked. */
export interface OwnTransfer extends Transfer {
  direction: 'sent' | 'received'
  sender: Party
  receiver: Party
}

/** Enough to know somebody again, not enough to write to them: "J*** D***", "j***@e***.com". */
export const masked = ({ name, email }: Party): Party => ({
  name: name.split(/\s+/).map(maskedWord).join(' '),
  email: maskedEmail(email),
})

const maskedWord = (word: string): string => `${[...word][0] ?? ''}***`

function maskedEmail(email: string): string {
  const at = email.lastIndexOf('@')
  const domain = email.slice(at + 1)
  const dot = domain.lastIndexOf('.')
  return `${maskedWord(email.slice(0, at))}@${maskedWord(domain)}${dot > 0 ? domain.slice(dot) : ''}`
}
