/**
 * Database is every table as the newest schema has it: made of the migrated schema by `npm run database:types`, and not edited.
 */

import type { ColumnType } from 'kysely'
import type {
  AccountId,
  DepositId,
  EntryId,
  EventId,
  KeyId,
  NoticeChannelId,
  NoticeId,
  OrderId,
  PriceGroupId,
  ProviderId,
  RequestNumber,
  ReviewId,
  RouteId,
  ServiceId,
  SubscriptionId,
  SupplierId,
  TransferId,
  WebhookId,
} from '../lib/ids.ts'
import type { Amount, JsonText } from './column-types.ts'

export type AccountStatus = 'active' | 'closed'

export type AttemptState = 'accepted' | 'given_up' | 'refused' | 'sent' | 'succeeded' | 'unknown'

export type CodeField = 'label' | 'result'

export type DuplicatePolicy = 'allow' | 'refuse' | 'replay'

export type EntryKind =
  | 'adjust_down'
  | 'adjust_up'
  | 'capture'
  | 'deposit'
  | 'hold'
  | 'receive'
  | 'release'
  | 'send'

export type Generated<T> =
  T extends ColumnType<infer S, infer I, infer U>
    ? ColumnType<S, I | undefined, U>
    : ColumnType<T, T | undefined, T>

export type ItemState = 'cancelled' | 'failed' | 'pending' | 'processing' | 'success' | 'unknown'

export type Numeric = ColumnType<string, number | string, number | string>

export type OrderState = 'cancelled' | 'failed' | 'partial' | 'pending' | 'processing' | 'success'

export type Priced = 'cost' | 'price'

export type Processing = 'automatic' | 'manual'

export type ReviewKind = 'cancel' | 'changed' | 'expired' | 'margin' | 'supplier' | 'unknown' | 'verify'

export type Routing = 'best' | 'cheapest' | 'fastest' | 'fixed'

export type ServiceKind = 'imei' | 'serial' | 'server'

export type SyncOutcome = 'failed' | 'ok' | 'suspicious'

export type SyncTrigger = 'manual' | 'scheduled'

export type WalletSide = 'available' | 'bank' | 'held' | 'peers' | 'revenue'

export interface Accounts {
  createdAt: Generated<Date>
  currency: string
  email: string
  id: Generated<AccountId>
  lowBalance: Amount | null
  name: string
  priceGroupId: PriceGroupId | null
  status: Generated<AccountStatus>
  username: string
}

export interface ApiKeys {
  accountId: AccountId
  allowedIps: Generated<string[]>
  codeField: Generated<CodeField>
  createdAt: Generated<Date>
  expiresAt: Date | null
  id: Generated<KeyId>
  permissions: string[] | null
  revokedAt: Date | null
  secretHash: Buffer
  securityId: string
}

export interface ApiKeyUses {
  keyId: KeyId
  lastUsedAt: Date
}

export interface Attempts {
  accountId: AccountId
  asked: Generated<number>
  cost: Amount | null
  createdAt: Date
  detail: string | null
  fault: string | null
  finishedAt: Date | null
  number: number
  orderId: OrderId
  position: number
  recheckAt: Date | null
  reference: string | null
  remoteService: Generated<string>
  routeId: RouteId | null
  state: Generated<AttemptState>
  supplierId: SupplierId
}

export interface DepositEvents {
  depositId: DepositId
  eventId: string
  outcome: string
  providerId: ProviderId
  receivedAt: Date
  type: string
}

export interface DepositProofs {
  content: Buffer
  createdAt: Date
  depositId: DepositId
  mediaType: string
}

export interface DepositProviders {
  code: string
  createdAt: Date
  currency: string
  enabled: Generated<boolean>
  feeFlat: Generated<Amount>
  feePercent: Generated<number>
  id: Generated<ProviderId>
  kind: string
  maxAmount: Amount | null
  minAmount: Amount
  name: string
  secrets: Buffer | null
  settings: Generated<JsonText>
  updatedAt: Date
}

export interface Deposits {
  accountId: AccountId
  amount: Amount
  attempt: Generated<number>
  checkAt: Date | null
  createdAt: Date
  currency: string
  details: Generated<JsonText>
  expiresAt: Date
  fee: Amount
  id: Generated<DepositId>
  note: string | null
  proof: string | null
  providerId: ProviderId
  reason: string | null
  reference: string | null
  settledAt: Date | null
  settledBy: string | null
  state: Generated<string>
  totalPay: Amount
}

export interface EntryKinds {
  givesTo: WalletSide
  kind: EntryKind
  takesFrom: WalletSide
}

export interface ExchangeRates {
  actor: string
  base: string
  createdAt: Generated<Date>
  quote: string
  rate: Numeric
  validFrom: Date
}

export interface IdempotencyKeys {
  accountId: AccountId
  answer: string
  body: string
  createdAt: Date
  key: string
}

export interface Installation {
  id: Generated<string>
}

export interface Items {
  accountId: AccountId
  anyMargin: Generated<boolean>
  dueAt: Date | null
  fence: Generated<number>
  fields: JsonText | null
  finishedAt: Date | null
  input: string
  orderId: OrderId
  position: number
  price: Amount
  quantity: number
  reason: string | null
  result: string | null
  serviceId: ServiceId
  state: Generated<ItemState>
  supplierId: SupplierId | null
}

export interface LedgerEntries {
  accountId: AccountId
  actor: string | null
  amount: Amount
  availableAfter: Amount
  createdAt: Date
  depositId: DepositId | null
  id: EntryId
  kind: EntryKind
  note: string | null
  orderId: OrderId | null
  position: number | null
  transferId: TransferId | null
}

export interface LedgerLines {
  accountId: AccountId | null
  delta: Amount | null
  entryId: number | null
  side: WalletSide | null
}

export interface NoticeChannels {
  createdAt: Date
  id: Generated<NoticeChannelId>
  kind: string
  name: string
  secrets: Buffer | null
  settings: Generated<JsonText>
  updatedAt: Date
}

export interface Notices {
  accountId: AccountId | null
  endedAt: Date | null
  event: string
  id: Generated<NoticeId>
  mark: Generated<Amount>
  raisedAt: Date
  seenAt: Date
  sentAt: Date
  subject: string
}

export interface NoticeSubscriptions {
  accountId: AccountId | null
  actor: string
  address: string
  channelId: NoticeChannelId
  createdAt: Date
  events: string[] | null
  id: Generated<SubscriptionId>
}

export interface OrderEventBodies {
  accountId: AccountId
  amount: string
  body: string
  eventId: EventId
}

export interface OrderEvents {
  accountId: AccountId
  attempts: Generated<number>
  createdAt: Date
  deliveredAt: Date | null
  dueAt: Date | null
  givenUpAt: Date | null
  id: Generated<EventId>
  leasedUntil: Date | null
  orderId: OrderId
  state: OrderState
  tries: Generated<number>
  webhookId: WebhookId
}

export interface OrderKeys {
  accountId: AccountId
  body: string | null
  createdAt: Date
  key: string
  orderId: OrderId
}

export interface Orders {
  accountId: AccountId
  createdAt: Date
  finishedAt: Date | null
  holdId: EntryId | null
  id: OrderId
  itemCount: number
  keyId: KeyId | null
  reference: string | null
  serviceId: ServiceId
  state: Generated<OrderState>
  total: Amount
  unitPrice: Amount
  via: string
}

export interface PriceGroups {
  createdAt: Generated<Date>
  id: Generated<PriceGroupId>
  name: string
}

export interface PriceHistory {
  accountId: AccountId | null
  actor: string | null
  at: Generated<Date>
  currency: string
  id: Generated<number>
  newAmount: Amount | null
  oldAmount: Amount | null
  priceGroupId: PriceGroupId | null
  remoteId: string | null
  serviceId: ServiceId | null
  supplierId: SupplierId | null
  what: Priced
}

export interface Prices {
  accountId: AccountId | null
  currency: string
  id: Generated<number>
  maxItems: Generated<number>
  minItems: Generated<number>
  priceGroupId: PriceGroupId | null
  serviceId: ServiceId
  unitPrice: Amount
  updatedAt: Generated<Date>
}

export interface Requests {
  accountId: AccountId
  action: string
  at: Date
  detail: string | null
  id: Generated<RequestNumber>
  ip: string
  keyId: KeyId
  orderId: OrderId | null
  outcome: string
  requestId: string
  status: number
  tookUs: number
  via: string
}

export interface Reviews {
  accountId: AccountId
  attempt: number | null
  detail: string
  id: Generated<ReviewId>
  kind: ReviewKind
  openedAt: Date
  openedBy: string
  orderId: OrderId
  position: number
  resolution: string | null
  resolvedAt: Date | null
  resolvedBy: string | null
  why: string | null
}

export interface RouteStats {
  measuredAt: Date
  medianSeconds: number | null
  routeId: RouteId
  succeeded: number
  tried: number
}

export interface SchemaMigrations {
  appliedAt: Generated<Date>
  file: string
  number: number
}

export interface Services {
  active: Generated<boolean>
  closesAt: string | null
  code: string
  createdAt: Generated<Date>
  deliveryTime: Generated<string>
  description: Generated<string>
  duplicatePolicy: DuplicatePolicy
  expirySeconds: Generated<number>
  failureMessage: Generated<string>
  fields: Generated<JsonText>
  groupName: string
  id: Generated<ServiceId>
  inputSchema: JsonText
  kind: ServiceKind
  maxPollSeconds: Generated<number>
  maxQuantity: Generated<number>
  minPollSeconds: Generated<number>
  minQuantity: Generated<number>
  name: string
  opensAt: string | null
  processing: Generated<Processing>
  replayWindowSeconds: Generated<number>
  routing: Generated<Routing>
  timeZone: Generated<string>
  updatedAt: Generated<Date>
  visibleTo: number[] | null
}

export interface StagedServices {
  cost: Amount
  deliveryTime: string
  description: string
  fields: JsonText
  groupName: string
  hash: string
  kind: ServiceKind
  maxQuantity: number
  minQuantity: number
  name: string
  position: number
  remoteId: string
  supplierId: SupplierId
}

export interface SupplierHealth {
  balance: Amount | null
  balanceAt: Date | null
  closedAt: Date | null
  needed: Amount | null
  open: Generated<boolean>
  openedAt: Date | null
  probeAt: Date | null
  probes: Generated<number>
  reason: string | null
  supplierId: SupplierId
  why: string | null
}

export interface SupplierRouteFields {
  ours: string
  routeId: RouteId
  theirs: string
}

export interface SupplierRoutes {
  available: boolean | null
  cost: Amount | null
  createdAt: Generated<Date>
  id: Generated<RouteId>
  marginFloor: Generated<number>
  position: Generated<number>
  remoteService: Generated<string>
  serviceId: ServiceId
  supplierId: SupplierId
}

export interface Suppliers {
  concurrency: Generated<number>
  createdAt: Generated<Date>
  currency: Generated<string>
  enabled: Generated<boolean>
  id: Generated<SupplierId>
  kind: string
  name: string
  ratePerSecond: number | null
  secrets: Buffer | null
  settings: Generated<JsonText>
  showsReasons: Generated<boolean>
  updatedAt: Generated<Date>
  url: string | null
}

export interface SupplierServices {
  available: Generated<boolean>
  cost: Amount
  currency: string
  deliveryTime: string
  description: string
  fields: JsonText
  firstSeenAt: Date
  goneAt: Date | null
  groupName: string
  hash: string
  kind: ServiceKind
  lastSeenAt: Date
  maxQuantity: number
  minQuantity: number
  name: string
  remoteId: string
  supplierId: SupplierId
}

export interface SupplierSyncs {
  everyMinutes: number | null
  maxLoss: Generated<number>
  nextAt: Date | null
  supplierId: SupplierId
}

export interface SyncedServices {
  deactivatedBySync: Generated<boolean>
  follows: Generated<boolean>
  price: Amount | null
  remoteId: string
  rule: JsonText
  serviceId: ServiceId
  supplierId: SupplierId
}

export interface SyncRuns {
  actor: string
  counts: Generated<JsonText>
  error: string | null
  finishedAt: Date | null
  id: Generated<number>
  outcome: SyncOutcome | null
  startedAt: Date
  supplierId: SupplierId
  trigger: SyncTrigger
}

export interface Transfers {
  amount: Amount
  createdAt: Date
  currency: string
  description: string | null
  id: Generated<TransferId>
  keyId: KeyId | null
  receivedId: EntryId
  receiverId: AccountId
  senderId: AccountId
  sentId: EntryId
}

export interface Wallets {
  accountId: AccountId
  available: Generated<Amount>
  creditLimit: Generated<Amount>
  currency: string
  held: Generated<Amount>
  lastEntry: Generated<Amount>
}

export interface WebhookDeliveries {
  accountId: AccountId
  at: Date
  error: string | null
  eventId: EventId
  ms: number | null
  number: number
  status: number | null
  webhookId: WebhookId
}

export interface Webhooks {
  accountId: AccountId
  createdAt: Date
  failingSince: Date | null
  failures: Generated<number>
  id: Generated<WebhookId>
  keyId: KeyId
  pausedAt: Date | null
  previousUntil: Date | null
  restUntil: Date | null
  secrets: Buffer
  status: Generated<string>
  updatedAt: Date
  url: string
}

export interface Database {
  accounts: Accounts
  apiKeys: ApiKeys
  apiKeyUses: ApiKeyUses
  attempts: Attempts
  depositEvents: DepositEvents
  depositProofs: DepositProofs
  depositProviders: DepositProviders
  deposits: Deposits
  entryKinds: EntryKinds
  exchangeRates: ExchangeRates
  idempotencyKeys: IdempotencyKeys
  installation: Installation
  items: Items
  ledgerEntries: LedgerEntries
  ledgerLines: LedgerLines
  noticeChannels: NoticeChannels
  notices: Notices
  noticeSubscriptions: NoticeSubscriptions
  orderEventBodies: OrderEventBodies
  orderEvents: OrderEvents
  orderKeys: OrderKeys
  orders: Orders
  priceGroups: PriceGroups
  priceHistory: PriceHistory
  prices: Prices
  requests: Requests
  reviews: Reviews
  routeStats: RouteStats
  schemaMigrations: SchemaMigrations
  services: Services
  stagedServices: StagedServices
  supplierHealth: SupplierHealth
  supplierRouteFields: SupplierRouteFields
  supplierRoutes: SupplierRoutes
  suppliers: Suppliers
  supplierServices: SupplierServices
  supplierSyncs: SupplierSyncs
  syncedServices: SyncedServices
  syncRuns: SyncRuns
  transfers: Transfers
  wallets: Wallets
  webhookDeliveries: WebhookDeliveries
  webhooks: Webhooks
}
