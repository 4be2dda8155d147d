import { Refusal } from '../errors.ts'

/** `roles` are those that a person of the staff may have; each has one. */
export const roles = ['owner', 'manager', 'support', 'finance', 'catalogue', 'read-only'] as const

export type Role = (typeof roles)[number]

interface Row {
  /** `what` is what it is, for people. */
  what: string
  roles: readonly Role[]
  /** `ifSet` are roles that have it where the owner says so: see `Grants`. */
  ifSet?: readonly Role[]
  /** `proof`: password and second factor must have been given a short time ago. */
  proof?: true
}

/**
 * `staffPermissions` is everything that people of the staff may be allowed to do, and who may: the one table from which the operator API is
 * guarded. A permission of an operator token is one of these, too.
 */
export const staffPermissions = {
  'orders.read': { what: 'read orders', roles },
  'results.reveal_secret': {
    what: 'look at the result of a service with secret results, which the trail tells of',
    roles: ['owner', 'manager', 'support'],
  },
  'orders.act': {
    what: 'cancel, verify and resend orders, test webhooks and send their events again',
    roles: ['owner', 'manager', 'support'],
  },
  'manual.answer': { what: 'answer orders that are done by hand', roles: ['owner', 'manager', 'support'] },
  'reviews.resolve': {
    what: 'decide reviews so that no money is given back and nothing is sent again',
    roles: ['owner', 'manager', 'support', 'finance'],
  },
  'reviews.give_back': {
    what: 'decide reviews so that money is given back, or an item is sent again',
    roles: ['owner', 'manager', 'finance'],
  },
  'orders.refund': {
    what: 'refund orders that have ended, and reject their results',
    roles: ['owner', 'manager', 'finance'],
    proof: true,
  },
  'orders.correct': {
    what: 'correct the results of orders that have ended',
    roles: ['owner', 'manager', 'support', 'finance'],
  },
  'resellers.read': { what: 'read accounts and their keys', roles },
  'resellers.edit': { what: 'make accounts, and change their names', roles: ['owner', 'manager', 'support'] },
  'people.edit': {
    what: 'invite, suspend and reset people of accounts, and decide who gets an account',
    roles: ['owner', 'manager', 'support'],
    proof: true,
  },
  'resellers.view_as': {
    what: 'look at the portal as a reseller has it',
    roles: ['owner', 'manager', 'support'],
    proof: true,
  },
  'resellers.terms': {
    what: 'set price groups and credit limits, close and reopen accounts',
    roles: ['owner', 'manager', 'finance'],
    proof: true,
  },
  'keys.edit': {
    what: 'make, change and revoke API keys',
    roles: ['owner', 'manager', 'support'],
    proof: true,
  },
  'money.read': {
    what: 'read deposits, balances and ledgers',
    roles: ['owner', 'manager', 'support', 'finance', 'read-only'],
  },
  'money.deposits': {
    what: 'confirm and refuse deposits',
    roles: ['owner', 'manager', 'finance'],
    proof: true,
  },
  'money.adjust': {
    what: 'credit payments and adjust balances by hand',
    roles: ['owner', 'manager', 'finance'],
    proof: true,
  },
  'invoices.issue': { what: 'issue invoices', roles: ['owner', 'manager', 'finance'] },
  'catalogue.read': { what: 'read services', roles },
  'catalogue.edit': { what: 'make and change services', roles: ['owner', 'manager', 'catalogue'] },
  'prices.read': { what: 'read prices', roles },
  'prices.edit': { what: 'set prices and rates', roles: ['owner', 'manager', 'catalogue'] },
  'prices.below_cost': { what: 'set prices below the cost', roles: ['owner', 'manager'] },
  'suppliers.read': { what: 'read suppliers and routes', roles },
  'costs.read': {
    what: 'read costs, margins and our balances at suppliers',
    roles: ['owner', 'manager', 'finance', 'catalogue'],
    ifSet: ['read-only'],
  },
  'reports.read': {
    what: 'read turnover, success and times',
    roles: ['owner', 'manager', 'finance', 'catalogue'],
    ifSet: ['read-only'],
  },
  'suppliers.edit': {
    what: 'make and change suppliers and routes',
    roles: ['owner', 'manager', 'catalogue'],
    proof: true,
  },
  'suppliers.sync': {
    what: "take over suppliers' lists, with their costs",
    roles: ['owner', 'manager', 'catalogue'],
  },
  'suppliers.try': { what: 'call suppliers for a test', roles: ['owner', 'manager', 'support', 'catalogue'] },
  'answers.teach': {
    what: "decide what suppliers' words mean",
    roles: ['owner', 'manager', 'catalogue'],
  },
  'notices.edit': { what: 'say who is told of what', roles: ['owner', 'manager'], proof: true },
  'news.edit': { what: 'write news for resellers', roles: ['owner', 'manager', 'support'] },
  'views.share': {
    what: 'share filters of lists with all of the staff',
    roles: ['owner', 'manager'],
  },
  'backups.run': { what: 'make backups, and see those there are', roles: ['owner', 'manager'], proof: true },
  'settings.edit': {
    what: 'set who sells and the ways to pay in, and make figures anew',
    roles: ['owner', 'manager'],
    proof: true,
  },
  'settings.read': {
    what: 'read the settings, how the server is, and what doctor finds',
    roles: ['owner', 'manager'],
  },
  'audit.read': {
    what: 'read who changed what, and prove ledger and trail',
    roles: ['owner', 'manager', 'finance'],
  },
  'staff.edit': { what: 'invite people, set roles, suspend and reset', roles: ['owner'], proof: true },
  'tokens.edit': { what: 'make and revoke operator tokens', roles: ['owner'], proof: true },
} as const satisfies Record<string, Row>

export type StaffPermission = keyof typeof staffPermissions

/** `rows` is the table, each row of the same type. */
const rows: Readonly<Record<StaffPermission, Row>> = staffPermissions

const names = Object.keys(staffPermissions) as StaffPermission[]

/** Grants is what the owner has set beyond the table. `readOnlySeesCosts`: the role read-only has the permissions that name it in `ifSet`. */
export interface Grants {
  readOnlySeesCosts: boolean
}

const NONE: Grants = { readOnlySeesCosts: false }

/** `permissionsOf` gives all that a role may do. */
export const permissionsOf = (role: Role, grants: Grants = NONE): StaffPermission[] =>
  names.filter((name) => rolesWith(name, grants).includes(role))

/** `rolesWith` gives the roles that have a permission. */
export const rolesWith = (permission: StaffPermission, { readOnlySeesCosts }: Grants = NONE): Role[] => {
  const { roles: always, ifSet = [] } = rows[permission]
  return readOnlySeesCosts ? [...always, ...ifSet] : [...always]
}

/** `needsProof` tells whether password and second factor must have been given a short time ago. */
export const needsProof = (permission: StaffPermission): boolean => rows[permission].proof === true

/** `permissionTable` writes the table for the docs. */
export const permissionTable = (): string =>
  [
    `| permission | to | ${roles.join(' | ')} |`,
    `| --- | --- |${' --- |'.repeat(roles.length)}`,
    ...names.map((name) => {
      const { what, proof, roles: some, ifSet = [] } = rows[name]
      const marks = roles.map((role) => (some.includes(role) ? 'yes' : ifSet.includes(role) ? 'if set' : ''))
      return `| \`${name}\` | ${what}${proof ? ' (proof)' : ''} | ${marks.join(' | ')} |`
    }),
  ].join('\n')

/** `checkStaffPermissions` gives each of the names once. Throws invalid_input. */
export function checkStaffPermissions(given: readonly string[]): StaffPermission[] {
  const unknown = given.find((one) => !Object.hasOwn(staffPermissions, one))
  if (unknown !== undefined || given.length === 0) {
    const said = unknown === undefined ? 'is missing' : `there is none called ${JSON.stringify(unknown)}`
    throw new Refusal('invalid_input', `${said}: ${names.join(', ')}`, 'permission')
  }
  return names.filter((name) => given.includes(name))
}
