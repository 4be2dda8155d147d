import { MAX_AMOUNT, type Micros } from '../lib/money.ts'

/** How a bulk answer is laid out: the vendor's rows under the caller's keys, theme panels', or a list. */
export const bulkShapes = ['vendor', 'theme', 'rows'] as const

/** What a fake supplier is started with; each has a default. */
export interface FakeOptions {
  host: string
  /** 0 takes a free one. */
  port: number
  /** The file that its orders are kept in; without one they are gone when it stops. */
  log: string | undefined
  /** Whether status requests stand in the log. */
  logAsked: boolean
  /** How many services it sells. */
  services: number
  /** Before every answer. */
  delayMs: number
  /** From the purchase to its final answer. */
  finishMs: number
  /** What a slow answer takes. */
  slowMs: number
  /** What it says we have there at first. */
  balance: Micros
  /** The only credentials that it takes; undefined: any. */
  username: string | undefined
  apiaccesskey: string | undefined
  /** Whether its Dhru side honours idempotency keys, as an imeigate does. Plain panels know none. */
  idempotency: boolean
  /** Whether it refuses an input that it had for the same service before, also one that has ended. */
  refuseDuplicates: boolean
  /** `none`: it knows no bulk actions. */
  bulk: (typeof bulkShapes)[number] | 'none'
  /** Whether its service list ends in the middle, as if it were whole to HTTP. */
  listCut: boolean
  /** Where REST orders are told of; signed with `apiaccesskey`, which is needed then. */
  webhook: string | undefined
}

export const defaults: FakeOptions = {
  host: '127.0.0.1',
  port: 8090,
  log: undefined,
  logAsked: true,
  services: 20,
  delayMs: 0,
  finishMs: 500,
  slowMs: 3000,
  balance: MAX_AMOUNT,
  username: undefined,
  apiaccesskey: undefined,
  idempotency: false,
  refuseDuplicates: false,
  bulk: 'vendor',
  listCut: false,
  webhook: undefined,
}
