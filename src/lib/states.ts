export const itemStates = ['pending', 'processing', 'unknown', 'success', 'failed', 'cancelled'] as const
export const orderStates = ['pending', 'processing', 'success', 'partial', 'failed', 'cancelled'] as const
export const vias = ['dhru', 'rest', 'portal'] as const

/** ItemState is `unknown` where an item was sent and nobody can say whether the supplier took it. */
export type ItemState = (typeof itemStates)[number]

/** OrderState follows from the states of an order's items. `partial`: all ended, some with success and some not. */
export type OrderState = (typeof orderStates)[number]

/** Via is the way that an order came: a protocol, or the portal. */
export type Via = (typeof vias)[number]

/** AttemptState is how far one try to have an item done by one supplier has come. `given_up`: a person ended it. */
export type AttemptState = 'sent' | 'accepted' | 'unknown' | 'succeeded' | 'refused' | 'given_up'
