import { isDeepStrictEqual } from 'node:util'
import type { Sql } from '../database/database.ts'
import { type Fault, Refusal } from '../errors.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import { heldAgainst } from '../integrations/suppliers/http-kit/evidence.ts'
import { Reasons } from '../integrations/suppliers/http-kit/reasons.ts'
import { withText } from '../integrations/suppliers/http-kit/results.ts'
import { withoutSecrets } from '../integrations/suppliers/http-kit/shown-exchange.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import type { SupplierOutcome, SupplierTask } from '../integrations/suppliers/supplier.ts'
import { failure } from '../lib/failures.ts'
import { fault, orThrow, resultOf } from '../lib/fault.ts'
import { imeiFault, normaliseImei } from '../lib/imei.ts'
import { type Exchanged, RecordedOutbound } from '../outbound/recorded.ts'
import type { Sealer } from '../secrets/sealer.ts'
import {
  insertTest,
  type KeptTest,
  selectKindThere,
  selectTest,
  selectTestOf,
  type TestedItem,
  updateTest,
} from './supplier-try.sql.ts'
import { findSupplier, open, type SupplierConnection } from './suppliers.ts'

const TIMEOUT_MS = 60_000

/** SupplierTry is what came of really asking a supplier for something. */
export interface SupplierTry extends TestedItem {
  /** `id` names the test, to ask what has become of it. */
  id: number
  supplier: string
  /** `exchanges` are the requests and answers, without secrets. */
  exchanges: Exchanged[]
  outcome: SupplierOutcome
  /** `meaning` says how the answer was read, and what an order would have come to. */
  meaning: string
}

interface TryDeps {
  sql: Sql
  sealer: Sealer
  context: IntegrationContext
}

/**
 * `trySupplier` sends one item to a supplier, which buys it, outside of any order: what it costs is ours. It is written down before the first byte
 * goes out. A `request` that comes again buys nothing: it is asked what has become of the item. Throws not_found, invalid_input naming what is wrong (no
 * service where the supplier has several, no such IMEI as the service takes), or idempotency_conflict where the request was for another item.
 */
export async function trySupplier(
  deps: TryDeps,
  idOrName: string,
  given: TestedItem,
  request: string | null = null,
): Promise<SupplierTry> {
  const asked = await findSupplier(deps.sql, idOrName)
  const kind = await selectKindThere(deps.sql, asked.id, given.remoteService)
  const item = kind === 'imei' ? { ...given, input: normaliseImei(given.input) } : given
  orThrow(
    resultOf(item, [
      given.remoteService === '' && supplierKinds.get(asked.kind).hasServices
        ? fault(
            'remote_service',
            `the service is missing: ${asked.name} has services of its own to choose from`,
          )
        : undefined,
      inputFault(item.input, kind),
      Number.isInteger(item.quantity) && item.quantity >= 1
        ? undefined
        : fault('quantity', 'must be a whole number from 1'),
    ]),
  )
  return await withRecorded(deps, idOrName, async (connection, recorded) => {
    const { config } = connection
    const test = await insertTest(deps.sql, config.id, item, deps.context.clock.now(), request)
    if (!test) return await askAgain(deps, connection, recorded, item, request ?? '')
    return await finish(deps, connection, recorded, test, (task, signal) =>
      connection.supplier.send([task], signal),
    )
  })
}

function inputFault(input: string, kind: 'imei' | 'serial' | 'server' | undefined): Fault | undefined {
  if (input.length > 255) return fault('imei', 'is too long')
  if (input === '')
    return kind === 'imei' || kind === 'serial'
      ? fault('imei', 'the IMEI or serial number is missing')
      : undefined
  const wrong = kind === 'imei' ? imeiFault(input, 'imei') : undefined
  return wrong === undefined ? undefined : fault('imei', wrong)
}

async function askAgain(
  deps: TryDeps,
  connection: SupplierConnection,
  recorded: RecordedOutbound,
  item: TestedItem,
  request: string,
): Promise<SupplierTry> {
  const test = await selectTestOf(deps.sql, request)
  const isSame =
    test?.supplierId === connection.config.id &&
    test.remoteService === item.remoteService &&
    test.input === item.input &&
    isDeepStrictEqual(test.fields, item.fields) &&
    test.quantity === item.quantity
  if (!test || !isSame) throw new Refusal('idempotency_conflict', undefined, 'Idempotency-Key')
  return await finish(deps, connection, recorded, test, (task, signal) =>
    connection.supplier.ask([task], signal),
  )
}

/** `askAboutTry` asks what has become of a test, which buys nothing. Throws not_found. */
export async function askAboutTry(deps: TryDeps, idOrName: string, id: number): Promise<SupplierTry> {
  return await withRecorded(deps, idOrName, async (connection, recorded) => {
    const test = await selectTest(deps.sql, connection.config.id, id)
    if (!test) throw new Refusal('not_found', `there is no test ${id} of ${connection.config.name}`, 'ask')
    return await finish(deps, connection, recorded, test, (task, signal) =>
      connection.supplier.ask([task], signal),
    )
  })
}

async function withRecorded<T>(
  { sql, sealer, context }: TryDeps,
  idOrName: string,
  work: (connection: SupplierConnection, recorded: RecordedOutbound) => Promise<T>,
): Promise<T> {
  const recorded = new RecordedOutbound(context.outbound)
  const connection = open(await findSupplier(sql, idOrName), sealer, { ...context, outbound: recorded })
  try {
    return await work(connection, recorded)
  } finally {
    await connection.supplier.close?.()
  }
}

async function finish(
  { sql }: TryDeps,
  { config, supplier }: SupplierConnection,
  recorded: RecordedOutbound,
  test: KeptTest,
  call: (task: SupplierTask, signal: AbortSignal) => Promise<SupplierOutcome[]>,
): Promise<SupplierTry> {
  const { id, orderId, remoteService, input, fields, quantity, at: sentAt, reference } = test
  const task = {
    attemptKey: `${orderId}-1-1`,
    orderId,
    remoteService,
    input,
    fields,
    quantity,
    sentAt,
    reference,
  }
  const reasons = new Reasons(Object.values(config.secrets))
  let outcome: SupplierOutcome
  try {
    const [given] = await call(task, AbortSignal.timeout(TIMEOUT_MS))
    outcome = heldAgainst(task, withText(given ?? NOTHING, supplier.base64Results))
  } catch (error) {
    outcome = reasons.unknown(error instanceof Error ? error.message : String(error), true)
  }
  const meaning = meaningOf(outcome)
  const said = 'reference' in outcome ? outcome.reference : null
  await updateTest(sql, id, { outcome: outcome.kind, detail: meaning, reference: said })
  const exchanges = recorded.exchanges.map((one) => withoutSecrets(one, reasons))
  return { id, supplier: config.name, remoteService, input, fields, quantity, exchanges, outcome, meaning }
}

const NOTHING: SupplierOutcome = { kind: 'unknown', reason: 'it gave no outcome', askable: false }

/** `meaningOf` says in words how an answer was read. */
function meaningOf(outcome: SupplierOutcome): string {
  switch (outcome.kind) {
    case 'success':
      return failure('tried_done', { text: outcome.result })
    case 'accepted':
      return outcome.reference === null
        ? failure('tried_taken', {})
        : failure('tried_numbered', { number: outcome.reference })
    case 'refused':
      return failure('tried_refused', { text: outcome.reason })
    case 'unavailable':
      return failure('tried_unavailable', { why: outcome.why, text: outcome.reason })
    case 'duplicate':
      return failure('tried_duplicate', { text: outcome.reason })
    case 'unknown':
      return outcome.unrecognised === undefined
        ? failure(outcome.askable ? 'tried_askable' : 'tried_shown', { text: outcome.reason })
        : failure('tried_unrecognised', { text: outcome.reason })
    default:
      return 'nothing that is known'
  }
}
