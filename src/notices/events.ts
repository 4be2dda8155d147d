/** `conditionEvents` are things that hold for a while: see `conditions.ts`. */
const conditionEvents = {
  'supplier.out_of_credit': {
    sides: ['operator'],
    description: 'a supplier takes no orders until our account there is paid into',
  },
  'supplier.trouble': {
    sides: ['operator'],
    description: 'nothing is sent to a supplier: it cannot be reached, is busy, or does not know us',
  },
  'supplier.low_balance': {
    sides: ['operator'],
    description: 'our balance at a supplier is below the mark that you have set for it',
  },
  'service.unrouted': {
    sides: ['operator'],
    description: 'services have no working route: they are not sold, or their orders wait',
    againMs: 3_600_000,
  },
  'review.waiting': {
    sides: ['operator'],
    description:
      'something waits for a decision: an outcome that nobody knows, a margin, a request of a reseller',
    goneMs: 3_600_000,
    againMs: 3_600_000,
  },
  'supplier.list': {
    sides: ['operator'],
    description:
      "a supplier's list waits for a person: it has lost too much and is not applied, costs in it have jumped or would be above a fixed price, or it has changed what you have edited",
    againMs: 3_600_000,
  },
  'webhook.paused': {
    sides: ['operator', 'account'],
    description: 'a webhook failed for so long that nothing more is sent to it',
  },
  'deposit.waiting': {
    sides: ['operator'],
    description: 'a deposit with its proof waits for confirmation',
  },
  'payment.stray': {
    sides: ['operator'],
    description: 'a payment came in that fits no deposit, or several: nothing was credited',
    againMs: 3_600_000,
  },
  'balance.low': {
    sides: ['account'],
    description: "what the account can spend is below the account's own mark",
    byDefault: true,
  },
} as const satisfies Record<string, EventRules>

/** `newsEvents` are things that have happened to an account: see `news.ts`. What happens within `againMs` after one was told is told together. */
const newsEvents = {
  'order.done': {
    sides: ['account'],
    description: 'orders have ended, and something of them was delivered',
    againMs: 600_000,
  },
  'order.refunded': {
    sides: ['account'],
    description: 'money was given back for orders: of what was not delivered, or was refunded later',
    againMs: 600_000,
    byDefault: true,
  },
  'deposit.credited': {
    sides: ['account'],
    description: 'a deposit was credited',
    byDefault: true,
  },
  'deposit.refused': {
    sides: ['account'],
    description: 'a deposit was not credited: it was refused, or its payment failed; with the reason',
    byDefault: true,
  },
  'price.changed': {
    sides: ['account'],
    description: 'prices of what the account is offered have changed',
    againMs: 900_000,
  },
} as const satisfies Record<string, EventRules>

/** `writtenEvents` are written by people of the operator: see `announced.ts`. */
const writtenEvents = {
  'news.written': {
    sides: ['account'],
    description: 'you have written news, and want people told of it',
    byDefault: true,
  },
} as const satisfies Record<string, EventRules>

/** `digestEvents` are told at times of the day: see `digest.ts`. */
const digestEvents = {
  digest: {
    sides: ['operator'],
    description:
      'all that waits for people, accounts below their mark, and what was sold yesterday: at the times of `DIGEST_TIMES`',
  },
} as const satisfies Record<string, EventRules>

/**
 * `events` has everything that a person can be told of. `sides` says who may be: the operator, and the account that it happened to. An
 * event that was gone for less than `goneMs` is not new when it comes back. With `againMs` an event that lasts is told again after that
 * time at the earliest, if there is something new about it. `byDefault`: the people of an account are mailed it unless they say otherwise.
 */
export const events = { ...conditionEvents, ...digestEvents, ...newsEvents, ...writtenEvents } as const

export type ConditionName = keyof typeof conditionEvents
export type NewsName = keyof typeof newsEvents

export const conditionNames = Object.keys(conditionEvents) as ConditionName[]
export const isCondition = (event: string): boolean => Object.hasOwn(conditionEvents, event)
export const newsNames = Object.keys(newsEvents) as NewsName[]

/** AccountNews is what a message about each kind of news says. Lists hold the first of what `count` counts. */
export interface AccountNews {
  'order.done': { count: number; orders: ToldOrder[] }
  'order.refunded': {
    count: number
    total: string
    orders: (Omit<ToldOrder, 'done' | 'all'> & { reason: string })[]
  }
  'deposit.credited': { count: number; total: string; available: string }
  /** `reference` is what the payer handed in as proof. */
  'deposit.refused': { amount: string; reference: string | null; reason: string | null; available: string }
  'price.changed': { count: number; prices: { service: string; before: string; now: string }[] }
}

interface ToldOrder {
  id: number
  /** `what` is the service, with the input where there is only one. */
  what: string
  done: number
  all: number
  amount: string
}

export interface EventRules {
  sides: readonly Side[]
  description: string
  goneMs?: number
  againMs?: number
  byDefault?: boolean
}

export type Side = 'operator' | 'account'
export type EventName = keyof typeof events

/** GONE_MS is the default of `goneMs`: what comes and goes, such as a supplier's trouble, is not told each time. */
export const GONE_MS = 600_000

export const rulesOf = (event: EventName): EventRules => events[event]

/** `eventsOf` gives the events of one side, in the table's order. */
export const eventsOf = (side: Side): EventName[] =>
  (Object.keys(events) as EventName[]).filter((name) => rulesOf(name).sides.includes(side))

/** `mailedByDefault` are the events that the people of an account are mailed until they say otherwise. */
export const mailedByDefault: EventName[] = eventsOf('account').filter((name) => rulesOf(name).byDefault)

/** `eventTable` writes the events as a table of the docs. */
export const eventTable = (): string =>
  [
    '| event | for | it says |',
    '| --- | --- | --- |',
    ...Object.entries(events).map(
      ([name, { sides, description }]) => `| \`${name}\` | ${sides.join(', ')} | ${description} |`,
    ),
  ].join('\n')
