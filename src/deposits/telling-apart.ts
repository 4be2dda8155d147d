import { randomInt } from 'node:crypto'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import type { TellingApart, Transfer } from '../integrations/gateways/transfer.ts'
import { type Micros, micros } from '../lib/money.ts'
import { DAY_MS, MINUTE_MS } from '../lib/time.ts'
import { wallTime } from '../lib/wall-clock.ts'
import type { Deposit } from './deposit.ts'
import type { Provider } from './provider.ts'
import { settingsOf } from './providers.ts'

/** CLOCK_MS is how far a bank's clock may be behind ours. */
const CLOCK_MS = 5 * MINUTE_MS

/** `tellingApartOf` gives undefined where deposits need no amounts of their own. */
export const tellingApartOf = (provider: Provider): TellingApart | undefined =>
  gatewayKinds.get(provider.kind).toldApart?.(settingsOf(provider), provider.currency)

/**
 * `freeTail` gives what is added to an amount so that no other deposit has the same; undefined: all are taken. It is chosen at random, so
 * that amounts that are mistyped by a little seldom are another's.
 */
export function freeTail(
  total: bigint,
  { step, most }: Pick<TellingApart, 'step' | 'most'>,
  taken: readonly bigint[],
  random: (below: number) => number = randomInt,
): Micros | undefined {
  const gone = new Set(taken)
  const free: bigint[] = []
  for (let count = 1n; count <= most; count++) if (!gone.has(total + count * step)) free.push(count * step)
  return free.length === 0 ? undefined : micros(free[random(free.length)] as bigint)
}

/**
 * `mayPay` tells whether a transfer of a deposit's amount may be its payment by its time: it was not made before the deposit began, nor so long
 * after its end that another may have the amount. Where only the day is known, the day counts.
 */
export function mayPay(
  { createdAt, settledAt }: Pick<Deposit, 'createdAt' | 'settledAt'>,
  { at }: Pick<Transfer, 'at'>,
  { timeZone, keepDays }: Pick<TellingApart, 'timeZone' | 'keepDays'>,
): boolean {
  const wall = (ms: number) => wallTime(new Date(ms), timeZone).slice(0, at.length)
  if (at < wall(createdAt.getTime() - CLOCK_MS)) return false
  return settledAt === null || at <= wall(settledAt.getTime() + keepDays * DAY_MS)
}
