import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

/** `actions` are what is begun from the box: where each is done, and who may. */
export const actions: readonly { to: string; words: MessageDescriptor; permission: string }[] = [
  { to: '/suppliers/new', words: msg`Add a supplier`, permission: 'suppliers.edit' },
  { to: '/resellers', words: msg`Make a reseller`, permission: 'resellers.edit' },
  { to: '/catalogue/services', words: msg`Make a service`, permission: 'catalogue.edit' },
  { to: '/catalogue/import', words: msg`Import services from a file`, permission: 'catalogue.edit' },
  { to: '/catalogue/groups', words: msg`Put groups of services in order`, permission: 'catalogue.edit' },
  { to: '/settings/rates', words: msg`Set an exchange rate`, permission: 'prices.edit' },
  { to: '/money/invoices', words: msg`Issue an invoice`, permission: 'invoices.issue' },
  { to: '/settings/staff', words: msg`Invite somebody of the staff`, permission: 'staff.edit' },
  { to: '/settings/tokens', words: msg`Make an operator token`, permission: 'tokens.edit' },
  { to: '/settings/brand', words: msg`Change the brand`, permission: 'settings.edit' },
  { to: '/settings/backups', words: msg`Back up now`, permission: 'backups.run' },
]
