import { MAX_AMOUNT, type Micros } from '../lib/money.ts'

/** `bulkShapes` has the forms of a bulk answer: the vendor's rows under the caller's keys, those of theme panels, or a list. */
export const bulkShapes = ['vendor', 'theme', 'rows'] as const

/** FakeOptions has what a fake supplier is started with; each has a default. */
export interface FakeOptions {
  host: string
  /** `port` 0 takes a free one. */
  port: number
  /** `log` is the file that its orders are kept in; without one they are gone when it stops. */
  log: string | undefined
  /** `logAsked` puts status requests into the log. */
  logAsked: boolean
  /** `services` is how many it sells. */
  services: number
  /** `currency` is the one that it sells in. */
  currency: string
  /** `delayMs` passes before every answer. */
  delayMs: number
  /** `finishMs` passes from a purchase to its final answer. */
  finishMs: number
  /** `slowMs` passes before a slow answer. */
  slowMs: number
  /** `balance` is the buyer's at the start. */
  balance: Micros
  /** `username` and `apiaccesskey` are the only ones that it takes; undefined: any. */
  username: string | undefined
  apiaccesskey: string | undefined
  /** `idempotency` has its Dhru side honour idempotency keys, as an imeigate does and plain panels do not. */
  idempotency: boolean
  /** `refuseDuplicates` refuses an input that it had for the same service before, also when that order has ended. */
  refuseDuplicates: boolean
  /** `bulk` is the form of bulk answers; `none`: it knows no bulk actions. */
  bulk: (typeof bulkShapes)[number] | 'none'
  /** `listCut` ends its service list in the middle, in a whole HTTP answer. */
  listCut: boolean
  /** `listFile` has the answer to the service list, as a panel has sent it; it is read each time. It sells its own services nevertheless. */
  listFile: string | undefined
  /** `webhook` is the URL that REST orders which end are posted to, signed with `apiaccesskey`, which is needed then. */
  webhook: string | undefined
}

export const defaults: FakeOptions = {
  host: '127.0.0.1',
  port: 8090,
  log: undefined,
  logAsked: true,
  services: 20,
  currency: 'USD',
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
  listFile: undefined,
  webhook: undefined,
}
