/** HOT are the tables that grow with every order or request. Their unique keys begin with account_id, so that accounts can be split. */
export const HOT = [
  'attempts',
  'idempotency_keys',
  'items',
  'ledger_entries',
  'order_event_bodies',
  'order_events',
  'order_keys',
  'order_notes',
  'orders',
  'passed_routes',
  'requests',
  'reviews',
  'wallets',
  'webhook_deliveries',
]

/** CONFIGURATION are the tables that operators write, and what is learnt about them. Hot statements do not join them. */
export const CONFIGURATION = [
  'deposit_providers',
  'exchange_rates',
  'price_groups',
  'prices',
  'services',
  'supplier_health',
  'supplier_route_fields',
  'supplier_routes',
  'supplier_services',
  'suppliers',
  'synced_services',
  'price_rules',
]

/** OF_ACCOUNTS are the tables of configuration that go where their account goes. Only the order events' trigger joins them. */
export const OF_ACCOUNTS = ['accounts', 'api_keys', 'webhooks']

/** tablesIn gives those of the tables that a statement names. */
export const tablesIn = (text: string, tables: readonly string[]): string[] =>
  tables.filter((table) => new RegExp(`\\b(from|join|into|update)\\s+${table}\\b`).test(text))
