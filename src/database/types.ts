/**
 * Database is the tables of built statements as the newest schema has them: made by `npm run database:types`, and not edited.
 */

import type { ColumnType } from 'kysely'
import type {
  AccountId,
  AccountPersonId,
  DepositId,
  KeyId,
  NoticeChannelId,
  NoticeId,
  OrderId,
  PlanId,
  PriceGroupId,
  PriceRuleId,
  ProviderId,
  RequestNumber,
  ReviewId,
  RouteId,
  ServiceId,
  SignInId,
  StaffId,
  StrayId,
  SubscriptionId,
  SupplierId,
  TokenId,
  WebhookId,
} from '../lib/ids.ts'
import type { Amount, JsonText } from './column-types.ts'

export type AccountRole = 'member' | 'owner'

export type AccountStatus = 'active' | 'closed'

export type ArrayType<T> = ArrayTypeImpl<T> extends (infer U)[] ? U[] : ArrayTypeImpl<T>

export type ArrayTypeImpl<T> =
  T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S[], I[], U[]> : T[]

export type Dialect = 'contract' | 'panel'

export type DuplicatePolicy = 'allow' | 'refuse' | 'replay'

export type Generated<T> =
  T extends ColumnType<infer S, infer I, infer U>
    ? ColumnType<S, I | undefined, U>
    : ColumnType<T, T | undefined, T>

export type Language = 'en' | 'es' | 'id'

export type Processing = 'automatic' | 'manual'

export type ReviewKind =
  | 'cancel'
  | 'changed'
  | 'expired'
  | 'margin'
  | 'supplier'
  | 'unknown'
  | 'unrecognised answer'
  | 'verify'

export type Routing = 'best' | 'cheapest' | 'fastest' | 'fixed'

export type ServiceKind = 'imei' | 'serial' | 'server'

export type StaffRole = 'catalogue' | 'finance' | 'manager' | 'owner' | 'read-only' | 'support'

export interface AccountPeople {
  accountId: AccountId
  chat: string | null
  chatted: Generated<string[]>
  createdAt: Date
  email: string
  id: Generated<AccountPersonId>
  language: Generated<string>
  lastCode: Generated<Amount>
  mailed: string[] | null
  name: Generated<string>
  password: string | null
  recoveryCodes: Generated<ArrayType<Buffer>>
  role: AccountRole
  secrets: Buffer | null
  suspendedAt: Date | null
  timeZone: Generated<string>
}

export interface Accounts {
  address: Generated<string>
  createdAt: Generated<Date>
  currency: string
  email: string
  id: Generated<AccountId>
  language: Generated<Language>
  login: string | null
  lowBalance: Amount | null
  name: string
  priceGroupId: PriceGroupId | null
  status: Generated<AccountStatus>
  taxId: Generated<string>
  username: string
}

export interface ApiKeys {
  accountId: AccountId
  allowedIps: Generated<string[]>
  createdAt: Generated<Date>
  dialect: Generated<Dialect>
  expiresAt: Date | null
  id: Generated<KeyId>
  name: Generated<string>
  permissions: string[] | null
  requestsPerMinute: number | null
  revokedAt: Date | null
  secretHash: Buffer
  securityId: string
}

export interface ApiKeyUses {
  addresses: Generated<string[]>
  keyId: KeyId
  lastUsedAt: Date
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
  tail: Generated<Amount>
  totalPay: Amount
}

export interface FailedSignIns {
  address: string
  at: Date
  id: Generated<number>
  personId: AccountPersonId | null
  staffId: StaffId | null
  what: string
}

export interface IdempotencyKeys {
  accountId: AccountId
  answer: string
  body: string
  createdAt: Date
  key: string
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
  firstEntry: Amount | null
  id: Generated<NoticeId>
  lastEntry: Amount | null
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

export interface OperatorAnswers {
  actor: string
  answer: string
  body: string
  createdAt: Date
  key: string
}

export interface OperatorTokens {
  allowedIps: Generated<string[]>
  createdAt: Date
  expiresAt: Date
  id: Generated<TokenId>
  name: string
  permissions: string[]
  revokedAt: Date | null
  secretHash: Buffer
  staffId: StaffId | null
}

export interface OperatorTokenUses {
  lastUsedAt: Date
  tokenId: TokenId
}

export interface PriceGroups {
  createdAt: Generated<Date>
  id: Generated<PriceGroupId>
  name: string
}

export interface Prices {
  accountId: AccountId | null
  currency: string
  id: Generated<number>
  maxItems: Generated<number>
  minItems: Generated<number>
  priceGroupId: PriceGroupId | null
  ruleId: PriceRuleId | null
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
  inputHint: Generated<string>
  inputName: Generated<string>
  inputSchema: JsonText
  kind: ServiceKind
  maxInputLength: Generated<number>
  maxPollSeconds: Generated<number>
  maxQuantity: Generated<number>
  minInputLength: Generated<number>
  minPollSeconds: Generated<number>
  minQuantity: Generated<number>
  name: string
  opensAt: string | null
  processing: Generated<Processing>
  promisedSeconds: number | null
  publicStatus: Generated<boolean>
  quantityOptions: Generated<number[]>
  replayWindowSeconds: Generated<number>
  routing: Generated<Routing>
  secretResults: Generated<boolean>
  statusNote: Generated<string>
  timeZone: Generated<string>
  unroutedSince: Generated<Date | null>
  updatedAt: Generated<Date>
  visibleTo: number[] | null
}

export interface SignIns {
  address: string
  device: string
  endedAt: Date | null
  endsAt: Date
  id: Generated<SignInId>
  lastSeenAt: Date
  madeAt: Date
  personId: AccountPersonId | null
  provedAt: Date | null
  staffId: StaffId | null
  tokenHash: Buffer
}

export interface Staff {
  createdAt: Date
  email: string | null
  id: Generated<StaffId>
  invitationHash: Buffer | null
  invitedUntil: Date | null
  language: Generated<string>
  lastCode: Generated<Amount>
  name: Generated<string>
  password: string | null
  recoveryCodes: Generated<ArrayType<Buffer>>
  role: StaffRole
  secrets: Buffer | null
  suspendedAt: Date | null
  timeZone: Generated<string>
}

export interface StrayPayments {
  amount: Amount
  closedAt: Date | null
  closedBy: string | null
  currency: string
  fitting: number
  id: Generated<StrayId>
  note: string | null
  paidAt: string
  paymentId: string
  providerId: ProviderId
  receivedAt: Date
  words: string
}

export interface SupplierHealth {
  balance: Amount | null
  balanceAskedAt: Date | null
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

export interface SupplierRoutes {
  acceptUnlisted: Generated<boolean>
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
  keepsExchanges: Generated<boolean>
  kind: string
  lowBalance: Amount | null
  name: string
  ratePerSecond: number | null
  secrets: Buffer | null
  settings: Generated<JsonText>
  showsReasons: Generated<boolean>
  topUpNote: string | null
  topUpUrl: string | null
  updatedAt: Generated<Date>
  url: string | null
}

export interface Trail {
  accountId: AccountId | null
  actor: string
  address: string | null
  after: JsonText | null
  at: Generated<Date>
  before: JsonText | null
  id: Generated<number>
  planId: PlanId | null
  role: string | null
  signInId: SignInId | null
  subject: string
  traceId: string | null
  what: string
  why: string | null
}

export interface Wallets {
  accountId: AccountId
  available: Generated<Amount>
  creditLimit: Generated<Amount>
  currency: string
  held: Generated<Amount>
  lastEntry: Generated<Amount>
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
  accountPeople: AccountPeople
  accounts: Accounts
  apiKeys: ApiKeys
  apiKeyUses: ApiKeyUses
  depositEvents: DepositEvents
  depositProofs: DepositProofs
  depositProviders: DepositProviders
  deposits: Deposits
  failedSignIns: FailedSignIns
  idempotencyKeys: IdempotencyKeys
  noticeChannels: NoticeChannels
  notices: Notices
  noticeSubscriptions: NoticeSubscriptions
  operatorAnswers: OperatorAnswers
  operatorTokens: OperatorTokens
  operatorTokenUses: OperatorTokenUses
  priceGroups: PriceGroups
  prices: Prices
  requests: Requests
  reviews: Reviews
  services: Services
  signIns: SignIns
  staff: Staff
  strayPayments: StrayPayments
  supplierHealth: SupplierHealth
  supplierRoutes: SupplierRoutes
  suppliers: Suppliers
  trail: Trail
  wallets: Wallets
  webhooks: Webhooks
}
