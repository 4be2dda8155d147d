/** AccountId and the other ids are numbers of their own kind, so that no account's id is taken for an order's. */
export type AccountId = number & { readonly __id: 'account' }
export type AccountPersonId = number & { readonly __id: 'person of an account' }
export type DepositId = number & { readonly __id: 'deposit' }
export type EntryId = number & { readonly __id: 'ledger entry' }
export type EventId = number & { readonly __id: 'event' }
export type KeyId = number & { readonly __id: 'key' }
export type NoticeChannelId = number & { readonly __id: 'notice channel' }
export type NoticeId = number & { readonly __id: 'notice' }
export type OrderId = number & { readonly __id: 'order' }
export type PriceGroupId = number & { readonly __id: 'price group' }
export type PriceRuleId = number & { readonly __id: 'price rule' }
export type ProviderId = number & { readonly __id: 'deposit provider' }
export type RequestNumber = number & { readonly __id: 'request' }
export type ReviewId = number & { readonly __id: 'review' }
export type RouteId = number & { readonly __id: 'route' }
export type ServiceId = number & { readonly __id: 'service' }
export type PasskeyId = number & { readonly __id: 'passkey' }
export type PlanId = number & { readonly __id: 'plan' }
export type SignInId = number & { readonly __id: 'sign-in' }
export type StrayId = number & { readonly __id: 'stray' }
export type StaffId = number & { readonly __id: 'staff' }
export type SubscriptionId = number & { readonly __id: 'subscription' }
export type SupplierId = number & { readonly __id: 'supplier' }
export type TokenId = number & { readonly __id: 'operator token' }
export type TransferId = number & { readonly __id: 'transfer' }
export type WebhookId = number & { readonly __id: 'webhook' }

/** `MAX_ID` is the largest id that a column of type `integer` takes. What there is much of has ids up to 2^53 - 1. */
export const MAX_ID = 2_147_483_647
