import { type Static, Type } from 'typebox'
import type { OwnTransfer, Transfer } from '../ledger/transfer.ts'
import { amount, id, name, oneOf, orNull, time } from './schema.ts'

export const transferDirections = ['sent', 'received'] as const

const party = (whose: string) =>
  Type.Object(
    { name: Type.String(), email: Type.String() },
    { description: `The ${whose}; masked where it is the other one: J*** D***, j***@e***.com` },
  )

export const transfer = name(
  'Transfer',
  Type.Object({
    id: id(),
    direction: oneOf(transferDirections),
    status: Type.Literal('succeeded'),
    amount: amount(),
    currency: Type.String(),
    description: orNull(Type.String()),
    sender: party('sender'),
    receiver: party('receiver'),
    transaction_id: id('Yours, of /api/transactions'),
    created_at: time(),
  }),
)

export const wireTransfer = (one: OwnTransfer): Static<typeof transfer> => ({
  id: one.id,
  direction: one.direction,
  status: 'succeeded',
  amount: one.amount,
  currency: one.currency,
  description: one.description,
  sender: one.sender,
  receiver: one.receiver,
  transaction_id: one.direction === 'sent' ? one.sentId : one.receivedId,
  created_at: one.createdAt.toISOString(),
})

/** `newTransfer` answers the sender of money. */
export const newTransfer = Type.Object({
  transferId: id(),
  transactionId: id('Yours, of /api/transactions'),
  senderLedgerId: id('Yours, of /api/mutation'),
  receiverLedgerId: id("The receiver's"),
})

export const wireNewTransfer = (made: Transfer): Static<typeof newTransfer> => ({
  transferId: made.id,
  transactionId: made.sentId,
  senderLedgerId: made.sentId,
  receiverLedgerId: made.receivedId,
})
