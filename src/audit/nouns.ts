/** `tableOf` has the table of each noun whose changes are in the trail, under the word of the command line. */
export const tableOf = {
  account: 'accounts',
  'account note': 'account_notes',
  news: 'announcements',
  group: 'price_groups',
  key: 'api_keys',
  'credit limit': 'wallets',
  supplier: 'suppliers',
  'supplier pause': 'supplier_pauses',
  'supplier test': 'supplier_tests',
  'supplier top-up': 'supplier_top_ups',
  service: 'services',
  price: 'prices',
  route: 'supplier_routes',
  'field name': 'supplier_route_fields',
  sync: 'supplier_syncs',
  'price rule': 'price_rules',
  rate: 'exchange_rates',
  item: 'items',
  review: 'reviews',
  'order note': 'order_notes',
  'answer rule': 'answer_rules',
  webhook: 'webhooks',
  'deposit provider': 'deposit_providers',
  deposit: 'deposits',
  'stray payment': 'stray_payments',
  channel: 'notice_channels',
  subscription: 'notice_subscriptions',
  seller: 'seller',
  brand: 'brand',
  setting: 'kept_settings',
  'message text': 'message_texts',
  'service group': 'service_groups',
  invoice: 'invoices',
  staff: 'staff',
  person: 'account_people',
  application: 'applications',
  view: 'account_views',
  'shared view': 'list_views',
  passkey: 'passkeys',
  'sign-in': 'sign_ins',
  token: 'operator_tokens',
  'secret key': 'secret_key_rotations',
  backup: 'backups',
  move: 'moves',
  'former order': 'former_orders',
  plan: 'plans',
  export: 'exports',
  'shared result': 'shared_results',
} as const

export type Noun = keyof typeof tableOf

export const nouns = Object.keys(tableOf) as Noun[]

const nounOfTable = new Map<string, Noun>(nouns.map((noun) => [tableOf[noun], noun]))

/** `nounOf` gives the noun of a table of the trail. */
export const nounOf = (table: string): string => nounOfTable.get(table) ?? table

/** `amounts` are the columns that hold micros. */
export const amounts: ReadonlySet<string> = new Set([
  'amount',
  'cost',
  'credited',
  'credit_limit',
  'fee_flat',
  'fixed',
  'min_price',
  'low_balance',
  'max_amount',
  'min_amount',
  'price',
  'refunded',
  'step',
  'to_pay',
  'total',
  'unit_price',
])
