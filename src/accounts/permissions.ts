import { Refusal } from '../errors.ts'

/**
 * `permissions` is everything that an API key may be allowed to do, and what it is: the one table from which every protocol is
 * guarded. A key without a list of its own may do all of it.
 */
export const permissions = {
  'user.me.read': 'read the account that the key belongs to',
  'service.list': 'list services',
  'service.read_detail': 'read a service with its price',
  'order.create': 'place orders, cancel them and have them verified; the whole Dhru endpoint',
  'order.list': 'list orders and their items',
  'order.read': 'read orders, list and follow them, and read the request log',
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

const isPermission = (text: string): text is Permission => Object.hasOwn(permissions, text)

/** `checkPermissions` gives each of the names once; null for none: everything. Throws invalid_input. */
export function checkPermissions(names: readonly string[]): Permission[] | null {
  const unknown = names.find((one) => !isPermission(one))
  if (unknown !== undefined) {
    const message = `there is no permission ${JSON.stringify(unknown)}: ${Object.keys(permissions).join(', ')}`
    throw new Refusal('invalid_input', message, 'permission')
  }
  return names.length === 0 ? null : [...new Set(names.filter(isPermission))]
}

/** `wider` has the permissions that are part of another one. */
const wider: Partial<Record<Permission, Permission>> = { 'order.list': 'order.read' }

/** `allows`: a key without a list (null) may do everything. */
export const allows = (granted: readonly Permission[] | null, wanted: Permission): boolean =>
  granted === null || granted.some((one) => one === wanted || one === wider[wanted])
