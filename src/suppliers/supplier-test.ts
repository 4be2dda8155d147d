import type { Sql } from '../database/database.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import { judgementOf } from '../integrations/suppliers/book/book.ts'
import { Reasons } from '../integrations/suppliers/http-kit/reasons.ts'
import type { SupplierAccount } from '../integrations/suppliers/supplier.ts'
import { failure } from '../lib/failures.ts'
import type { SupplierId } from '../lib/ids.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { destinationFault } from './destination.ts'
import { connectSupplier, recordBalance } from './suppliers.ts'

/**
 * `testCauses` are why a test fails: we may not call the address (OUTBOUND_ALLOW); it refuses our login; our address is not allowed there; it cannot be
 * reached, or something else answers there; or it says what is wrong in words that a list knows.
 */
export const testCauses = ['destination', 'login', 'address', 'unreachable', 'said'] as const
type TestCause = (typeof testCauses)[number]

/** SupplierTest is what came of asking a supplier for our account there. */
export interface SupplierTest {
  id: SupplierId
  name: string
  /** `account`, null: it could not be had, or there is none to ask for. */
  account: SupplierAccount | null
  /** `milliseconds` is how long the answer took; null: nobody was asked. */
  milliseconds: number | null
  /** `problem` says what went wrong, so that an operator can act on it; null: nothing did. */
  problem: string | null
  /** `cause` is what is wrong as far as it is known, so that the advice fits; null: nothing is wrong, or nobody knows. */
  cause: TestCause | null
  /** `note` tells the operator something although nothing went wrong. */
  note: string | null
}

const TIMEOUT_MS = 30_000

/**
 * `testSupplier` asks for our account with the supplier, which buys nothing, and keeps the balance. `allow` has the networks of
 * OUTBOUND_ALLOW. Throws as `connectSupplier` does.
 */
export async function testSupplier(
  { sql, sealer, context, allow }: { sql: Sql; sealer: Sealer; context: IntegrationContext; allow: string[] },
  idOrName: string,
): Promise<SupplierTest> {
  const { config, supplier } = await connectSupplier(sql, sealer, context, idOrName)
  const { id, name, kind, currency } = config
  const none = { id, name, account: null, milliseconds: null, problem: null, cause: null, note: null }
  try {
    if (!supplier.account) {
      const note = failure('no_account', { kind })
      return { ...none, note }
    }
    const from = performance.now()
    const took = (): number => Math.round(performance.now() - from)
    try {
      const account = await supplier.account(AbortSignal.timeout(TIMEOUT_MS))
      const milliseconds = took()
      const isOurs = account.currency === null || account.currency === currency
      if (isOurs) await recordBalance(sql, id, account, context.clock.now())
      const note = isOurs
        ? null
        : failure('other_currency', { theirs: account.currency ?? '', ours: currency })
      return { ...none, account, milliseconds, note }
    } catch (error) {
      const milliseconds = took()
      // A destination that may not be called explains the error best.
      const fault = config.url === null ? undefined : await destinationFault(config.url, allow)
      const message = error instanceof Error ? error.message : String(error)
      const { secrets } = config
      const problem = fault ?? new Reasons(Object.values(secrets)).of(message)
      return { ...none, milliseconds, problem, cause: fault === undefined ? causeOf(message) : 'destination' }
    }
  } finally {
    await supplier.close?.()
  }
}

/** NO_ANSWER is how an error begins where nothing of a supplier answered. */
const NO_ANSWER =
  /^(?:no answer|HTTP [345]\d\d|[a-z ]*\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ETIMEDOUT)\b|.*\b(?:certificate|TLS|SSL)\b)/i

function causeOf(message: string): TestCause | null {
  const judged = judgementOf(message)?.name
  if (judged === 'login') return 'login'
  if (judged === 'ip') return 'address'
  if (NO_ANSWER.test(message)) return 'unreachable'
  return judged === undefined ? null : 'said'
}
