import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import { GatewayRefused, GatewayUnreachable, type Payment } from '../integrations/gateways/gateway.ts'
import { everyMinute, type JobTask } from '../jobs/jobs.ts'
import type { ProviderId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { MINUTE_MS } from '../lib/time.ts'
import type { Deposit } from './deposit.ts'
import { lockDeposit, selectDue, updateCheckAt, updateState } from './deposits.sql.ts'
import type { Gateways } from './gateways.ts'
import type { Provider } from './provider.ts'
import { selectProvider } from './providers.sql.ts'
import { settle } from './settlement.ts'

/** CHECK_DEPOSITS is the job that checks deposits whose gateway has sent nothing. */
export const CHECK_DEPOSITS = 'deposits_check'

/** MAX_PER_RUN bounds the deposits that one run checks; the rest wait for the next minute. */
const MAX_PER_RUN = 100
/** FIRST_CHECK_MS is the age at which a gateway is first asked about a deposit; each further pause is as long as the deposit is old. */
const FIRST_CHECK_MS = 5 * MINUTE_MS
const MAX_PAUSE_MS = 6 * 60 * MINUTE_MS

/**
 * `nextCheck` gives when a pending deposit is checked next: one without a gateway when it expires; a gateway's at longer and longer
 * intervals, and right after it expires, because its event may have been lost.
 */
export function nextCheck(
  { hasGateway, createdAt, expiresAt }: Pick<Deposit, 'hasGateway' | 'createdAt' | 'expiresAt'>,
  now: Date,
): Date {
  if (!hasGateway) return expiresAt
  const age = now.getTime() - createdAt.getTime()
  const pause = Math.min(Math.max(age, FIRST_CHECK_MS), MAX_PAUSE_MS)
  const afterEnd = expiresAt.getTime() + MINUTE_MS
  const next = now.getTime() + pause
  return new Date(afterEnd > now.getTime() ? Math.min(next, afterEnd) : next)
}

/** `depositJobs` asks gateways about old deposits, and ends those that nobody paid. */
export function depositJobs(deps: {
  sql: Sql
  gateways: Gateways
  clock: Clock
  log: Logger
}): Record<string, JobTask> {
  const { sql, clock, log } = deps
  const check: JobTask = async (_payload, stopping) => {
    /** `silent` are gateways that did not answer in this run: one wait for each is enough. */
    const silent = new Set<ProviderId>()
    for (const deposit of await selectDue(sql, clock.now(), MAX_PER_RUN)) {
      if (stopping.aborted) return
      // A deposit that fails comes again only after the others had their turn.
      await updateCheckAt(sql, deposit.id, nextCheck(deposit, clock.now()))
      if (silent.has(deposit.providerId)) continue
      const { id, providerId } = deposit
      try {
        await checkDeposit(deposit, deps)
      } catch (error) {
        if (error instanceof GatewayUnreachable || error instanceof GatewayRefused) silent.add(providerId)
        log.warn({ err: error, deposit: id }, 'a deposit cannot be checked now')
      }
    }
  }
  return { [CHECK_DEPOSITS]: everyMinute(check) }
}

async function checkDeposit(
  deposit: Deposit,
  { sql, gateways, clock, log }: { sql: Sql; gateways: Gateways; clock: Clock; log: Logger },
): Promise<void> {
  const { id, reference } = deposit
  // Without a reference nobody has a page to pay at: the gateway's answer never came.
  if (!deposit.hasGateway || reference === null) {
    await endUnpaid(sql, deposit, clock)
    return
  }
  const provider = (await selectProvider(sql, { id: deposit.providerId })) as Provider
  const said = await (await gateways.of(provider))?.ask(reference, id)
  if (!said) {
    await handOver(sql, deposit, clock)
    return
  }
  const payment = inTime(said, deposit, clock.now())
  const { outcome, note } = await settle(sql, provider, { depositId: id, payment }, clock)
  if (outcome === 'review')
    log.warn({ deposit: id, provider: provider.code, note }, 'a deposit waits for a person')
}

/** LATE_MS is how long after its time an unpaid deposit is left to a gateway that does not end it. */
const LATE_MS = 60 * MINUTE_MS

/** `inTime` ends a payment that nobody has begun in its time, for gateways that never do so. */
const inTime = (payment: Payment, { expiresAt }: Deposit, now: Date): Payment =>
  payment.state === 'open' && now.getTime() > expiresAt.getTime() + LATE_MS
    ? { ...payment, state: 'expired' }
    : payment

/** `endUnpaid` ends a deposit whose time is over. */
async function endUnpaid(sql: Sql, { id }: Deposit, clock: Clock): Promise<void> {
  await sql.begin(async (transaction) => {
    const deposit = await lockDeposit(transaction, id)
    const at = clock.now()
    if (deposit?.state !== 'pending' || deposit.expiresAt > at) return
    if (deposit.hasGateway && deposit.reference !== null) return
    await updateState(transaction, deposit, { state: 'expired', settledBy: 'server', at })
  })
}

/** `handOver` leaves a deposit to a person whose payment the gateway does not know any more, as when its account was changed. */
async function handOver(sql: Sql, { id }: Deposit, clock: Clock): Promise<void> {
  await sql.begin(async (transaction) => {
    const deposit = await lockDeposit(transaction, id)
    if (deposit?.state !== 'pending') return
    const note = `the gateway does not know ${deposit.reference}`
    await updateState(transaction, deposit, { state: 'review', settledBy: null, at: clock.now(), note })
  })
}
