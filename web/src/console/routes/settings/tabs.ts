import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

/** SettingsTab is one page below `/settings`. */
export interface SettingsTab {
  /** `path` is the last part of its URL. */
  path: string
  words: MessageDescriptor
  group: MessageDescriptor
  /** `permission` is what one needs to see it. */
  permission: string
  /** `load` loads the file of the page, and `name` is the component there. */
  load: () => Promise<Record<string, unknown>>
  name: string
}

const people = msg`People`
const selling = msg`Money`
const installation = msg`Installation`

/** `settingsTabs` are the pages of Settings as they are listed: a new one is a line here. Those of a group stand together. */
export const settingsTabs: readonly SettingsTab[] = [
  {
    ...{ path: 'staff', words: msg`Staff`, group: people, permission: 'staff.edit' },
    ...{ load: () => import('./staff.tsx'), name: 'Staff' },
  },
  {
    ...{ path: 'roles', words: msg`Roles`, group: people, permission: 'settings.read' },
    ...{ load: () => import('./roles.tsx'), name: 'Roles' },
  },
  {
    ...{ path: 'tokens', words: msg`Operator tokens`, group: people, permission: 'tokens.edit' },
    ...{ load: () => import('./tokens.tsx'), name: 'Tokens' },
  },
  {
    ...{ path: 'security', words: msg`Security`, group: people, permission: 'staff.edit' },
    ...{ load: () => import('./security.tsx'), name: 'Security' },
  },
  {
    ...{ path: 'business', words: msg`Business`, group: selling, permission: 'money.read' },
    ...{ load: () => import('./business.tsx'), name: 'Business' },
  },
  {
    ...{ path: 'brand', words: msg`Brand`, group: selling, permission: 'settings.read' },
    ...{ load: () => import('./brand.tsx'), name: 'BrandSettings' },
  },
  {
    ...{ path: 'portal', words: msg`Portal`, group: selling, permission: 'settings.read' },
    ...{ load: () => import('./portal.tsx'), name: 'PortalSettings' },
  },
  {
    ...{ path: 'pay-in', words: msg`Ways to pay in`, group: selling, permission: 'money.read' },
    ...{ load: () => import('./pay-in.tsx'), name: 'PayInSettings' },
  },
  {
    ...{ path: 'rates', words: msg`Exchange rates`, group: selling, permission: 'prices.read' },
    ...{ load: () => import('./rates.tsx'), name: 'Rates' },
  },
  {
    ...{ path: 'audit', words: msg`Audit`, group: installation, permission: 'audit.read' },
    ...{ load: () => import('./audit.tsx'), name: 'Audit' },
  },
  {
    ...{ path: 'limits', words: msg`Limits and retention`, group: installation, permission: 'settings.read' },
    ...{ load: () => import('./limits.tsx'), name: 'Limits' },
  },
  {
    ...{ path: 'health', words: msg`Health`, group: installation, permission: 'settings.read' },
    ...{ load: () => import('./health.tsx'), name: 'Health' },
  },
  {
    ...{ path: 'backups', words: msg`Backups`, group: installation, permission: 'backups.run' },
    ...{ load: () => import('./backups.tsx'), name: 'Backups' },
  },
  {
    ...{ path: 'notices', words: msg`Notices`, group: installation, permission: 'notices.edit' },
    ...{ load: () => import('./notices.tsx'), name: 'Notices' },
  },
  {
    ...{ path: 'messages', words: msg`Messages`, group: installation, permission: 'settings.read' },
    ...{ load: () => import('./messages.tsx'), name: 'Messages' },
  },
  {
    ...{ path: 'status', words: msg`Status page`, group: installation, permission: 'catalogue.edit' },
    ...{ load: () => import('./status-page.tsx'), name: 'StatusPage' },
  },
]
