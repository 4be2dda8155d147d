import type { AccountId, EntryId, TransferId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** Transfer is money that one account sent to another, with the ledger entry on either side. */
export interface Transfer {
  id: TransferId
  senderId: AccountId
  receiverId: AccountId
  currency: string
  amount: Micros
  description: string | null
  /** `sentId` is the sender's ledger entry. */
  sentId: EntryId
  /** `receivedId` is the receiver's. */
  receivedId: EntryId
  createdAt: Date
}

/** Party is one of the two accounts, as the other may see it or as it sees itself. */
export interface Party {
  name: string
  email: string
}

/** OwnTransfer is a transfer as one of the two accounts reads it: the other one's name and address are masked. */
export interface OwnTransfer extends Transfer {
  direction: 'sent' | 'received'
  sender: Party
  receiver: Party
}

/** `masked` leaves enough to know somebody again, and too little to write to them: "J*** D***", "j***@e***.com". */
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
