import type { StaffPermission } from '../staff/roles.ts'

/** `topics` is everything that people who look on are told of: what it is, and the permission that it takes. */
export const topics = {
  orders: {
    what: 'orders that were placed, have ended, or were changed afterwards',
    permission: 'orders.read',
  },
  reviews: { what: 'what waits for a person', permission: 'orders.read' },
  accounts: { what: 'resellers, with their keys and limits', permission: 'resellers.read' },
  applications: { what: 'people who ask for an account', permission: 'people.edit' },
  balances: { what: 'accounts whose balance has changed', permission: 'money.read' },
  deposits: { what: 'deposits that wait for a person, or are settled', permission: 'money.read' },
  gateways: { what: 'ways to pay in', permission: 'money.read' },
  webhooks: { what: 'webhooks that were changed, or are paused', permission: 'resellers.read' },
  services: { what: 'services', permission: 'catalogue.read' },
  prices: { what: 'services whose prices have changed', permission: 'prices.read' },
  suppliers: { what: 'suppliers, and whether they are paused', permission: 'suppliers.read' },
  plans: { what: 'plans and how far they have come', permission: 'prices.read' },
  routes: { what: 'routes', permission: 'suppliers.read' },
  notices: { what: 'who is told of what', permission: 'notices.edit' },
  staff: { what: 'people of the staff, and operator tokens', permission: 'staff.edit' },
} as const satisfies Record<string, { what: string; permission: StaffPermission }>

export type LiveTopic = keyof typeof topics

export const topicNames = Object.keys(topics) as LiveTopic[]

/** `topicOf` has the topic of each table of the trail; lines of others are told of to nobody. */
export const topicOf: Readonly<Record<string, LiveTopic>> = {
  accounts: 'accounts',
  price_groups: 'accounts',
  api_keys: 'accounts',
  account_people: 'accounts',
  account_notes: 'accounts',
  announcements: 'accounts',
  applications: 'applications',
  wallets: 'accounts',
  suppliers: 'suppliers',
  supplier_pauses: 'suppliers',
  supplier_top_ups: 'suppliers',
  supplier_syncs: 'suppliers',
  services: 'services',
  prices: 'prices',
  price_rules: 'prices',
  exchange_rates: 'prices',
  supplier_routes: 'routes',
  plans: 'plans',
  items: 'orders',
  order_notes: 'orders',
  reviews: 'reviews',
  answer_rules: 'reviews',
  webhooks: 'webhooks',
  deposit_providers: 'gateways',
  deposits: 'deposits',
  stray_payments: 'deposits',
  notice_channels: 'notices',
  notice_subscriptions: 'notices',
  staff: 'staff',
  operator_tokens: 'staff',
}
