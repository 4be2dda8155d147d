import type { Permission } from '../accounts/permissions.ts'

/** `accountRoles` are those that a person of an account may have; each has one. */
export const accountRoles = ['owner', 'member'] as const

export type AccountRole = (typeof accountRoles)[number]

/** PortalRole is what somebody in the portal is: a person of the account; or a viewer, who is of the staff, and only reads. */
export type PortalRole = AccountRole | 'viewer'

interface Row {
  /** `what` is what it is, for people. */
  what: string
  roles: readonly PortalRole[]
  /** `proof`: the password must have been given a short time ago, with the second factor where there is one. */
  proof?: true
}

/** `portalPermissions` is what people may do in the portal beyond what API keys may, and who may. */
export const portalPermissions = {
  'account.read': {
    what: 'read the account, its news, and check orders',
    roles: ['owner', 'member', 'viewer'],
  },
  'results.share': { what: 'share results by links, and end such links', roles: ['owner', 'member'] },
  'account.mark': { what: 'set the mark of a low balance', roles: ['owner'] },
  'people.read': { what: 'read who signs in', roles: ['owner', 'viewer'] },
  'people.edit': { what: 'invite people, set roles, suspend and reset', roles: ['owner'], proof: true },
  'keys.read': { what: 'read API keys', roles: ['owner', 'viewer'] },
  'keys.edit': { what: 'make, change, rotate and revoke API keys', roles: ['owner'], proof: true },
  'webhooks.read': { what: 'read webhooks, and what was sent to them', roles: ['owner', 'viewer'] },
  'webhooks.edit': { what: 'change and test webhooks, and send events again', roles: ['owner'] },
} as const satisfies Record<string, Row>

export type PortalPermission = keyof typeof portalPermissions

const rows: Readonly<Record<PortalPermission, Row>> = portalPermissions

const names = Object.keys(portalPermissions) as PortalPermission[]

/** `portalPermissionsOf` gives all that a role may do. */
export const portalPermissionsOf = (role: PortalRole): PortalPermission[] =>
  names.filter((name) => rows[name].roles.includes(role))

/** `needsPortalProof` tells whether the password must have been given a short time ago. */
export const needsPortalProof = (permission: PortalPermission): boolean => rows[permission].proof === true

/** READING is what lets nobody change anything. */
const READING: readonly Permission[] = [
  'service.list',
  'service.read_detail',
  'order.list',
  'order.read',
  'wallet.balance.read',
  'wallet.ledger.read',
  'transaction.read',
  'transfer.read',
  'deposit.provider.list',
  'deposit.read',
]

/** `restPermissionsOf` gives what a role may do of that which API keys may. A member sends no money to other accounts. */
export function restPermissionsOf(role: PortalRole): Permission[] {
  if (role === 'viewer') return [...READING]
  const all: Permission[] = [...READING, 'order.create', 'deposit.create']
  return role === 'owner' ? [...all, 'transfer.create'] : all
}

/** PROVED is what takes a proof of a person. A key is one that its holder has. */
const PROVED: readonly Permission[] = ['transfer.create']

export const needsProofInRest = (permission: Permission): boolean => PROVED.includes(permission)
