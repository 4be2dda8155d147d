import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { settingsTabs } from './routes/settings/tabs.ts'

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

/** `pages` are those beside the rail: tabs, the pages of Settings, and what stands in a menu. Without a permission everybody may open it. */
export const pages: readonly { to: string; words: MessageDescriptor; permission?: string }[] = [
  { to: '/money/deposits', words: msg`Deposits`, permission: 'money.read' },
  { to: '/money/stray-payments', words: msg`Stray payments`, permission: 'money.read' },
  { to: '/money/adjustments', words: msg`Adjustments`, permission: 'money.read' },
  { to: '/money/transfers', words: msg`Transfers`, permission: 'money.read' },
  { to: '/money/statements', words: msg`Statements`, permission: 'money.read' },
  { to: '/money/invoices', words: msg`Invoices`, permission: 'money.read' },
  { to: '/money/ledger', words: msg`Ledger`, permission: 'audit.read' },
  { to: '/catalogue/services', words: msg`Services`, permission: 'catalogue.read' },
  { to: '/catalogue/groups', words: msg`Groups`, permission: 'catalogue.read' },
  { to: '/news', words: msg`News`, permission: 'news.edit' },
  { to: '/me', words: msg`Profile and sign-ins` },
  ...settingsTabs.map(({ path, words, permission }) => ({ to: `/settings/${path}`, words, permission })),
]
