/**
 * Everything that an API key may be allowed to do, and what it is: the one table from which every protocol is guarded.
 * A key without a list of its own may do all of it.
 */
export const permissions = {
  'user.me.read': 'read the account that the key belongs to',
  'service.list': 'list services',
  'service.read_detail': 'read a service with its price',
  'order.create': 'place orders, cancel them and have them verified; the whole Dhru endpoint',
  'order.read': 'read orders, follow them, and read the request log',
  'wallet.balance.read': 'read the balance',
  'wallet.ledger.read': 'read mutations and statements',
  'transaction.read': 'read transactions',
  'transfer.create': 'send money to another account',
  'transfer.read': 'read transfers between accounts',
  'deposit.provider.list': 'list the ways to pay in',
  'deposit.create': 'begin a deposit and hand in its proof',
  'deposit.read': 'read deposits',
} as const

export type Permission = keyof typeof permissions

export const isPermission = (text: string): text is Permission => Object.hasOwn(permissions, text)

/** null: everything. */
export const allows = (granted: readonly Permission[] | null, wanted: Permission): boolean =>
  granted === null || granted.includes(wanted)
