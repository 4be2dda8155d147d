/** Ids are numbers of their own kind, so that no account's id is taken for an order's. */
export type AccountId = number & { readonly __id: 'account' }
export type DepositId = number & { readonly __id: 'deposit' }
export type EntryId = number & { readonly __id: 'ledger entry' }
export type EventId = number & { readonly __id: 'event' }
export type KeyId = number & { readonly __id: 'key' }
export type NoticeId = number & { readonly __id: 'notice' }
export type OrderId = number & { readonly __id: 'order' }
export type PriceGroupId = number & { readonly __id: 'price group' }
export type ProviderId = number & { readonly __id: 'deposit provider' }
export type RequestNumber = number & { readonly __id: 'request' }
export type ReviewId = number & { readonly __id: 'review' }
export type RouteId = number & { readonly __id: 'route' }
export type ServiceId = number & { readonly __id: 'service' }
export type SubscriptionId = number & { readonly __id: 'subscription' }
export type SupplierId = number & { readonly __id: 'supplier' }
export type TransferId = number & { readonly __id: 'transfer' }
export type WebhookId = number & { readonly __id: 'webhook' }
