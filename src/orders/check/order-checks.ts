import type { Account } from '../../accounts/account.ts'
import type { Catalogue } from '../../catalogue/catalogue.ts'
import { readInput } from '../../catalogue/order-input.ts'
import type { Service, UnitPrice } from '../../catalogue/service.ts'
import type { Sql } from '../../database/database.ts'
import type { Fault } from '../../errors.ts'
import type { LedgerReader } from '../../ledger/ledger-reader.ts'
import { orThrow } from '../../lib/fault.ts'
import { checkDigit, isImei, normaliseImei } from '../../lib/imei.ts'
import { type Micros, micros } from '../../lib/money.ts'
import { type Clock, DAY_MS } from '../../lib/time.ts'
import { mapInTurns } from '../../runtime/pace.ts'
import { findOffer } from '../place/read-purchase.ts'
import { type Earlier, selectEarlier } from './earlier.sql.ts'

/** MAX_LINES is how many lines are checked at a time. */
export const MAX_LINES = 500
/** EARLIER_MS is how old an order may be that a line is told of. */
const EARLIER_MS = 90 * DAY_MS
/** NEWEST is how many of the newest orders are looked through for what is open: what is open for longer is found by its text. */
const NEWEST = 1000

/** verdicts are what a line may be found to be. */
export const verdicts = ['fine', 'check_digit', 'short', 'twice', 'ordered', 'unfit'] as const

type Verdict = (typeof verdicts)[number]

/** CheckedLine is a line as it would be ordered. */
export interface CheckedLine {
  /** `line` counts from 1. */
  line: number
  verdict: Verdict
  /** `input` is what was found in the line. */
  input: string
  /** `message` says what is wrong, and `fault` what is wrong with which value, for programs; null where the verdict says it all. */
  message: string | null
  fault: Fault | null
  /** `suggestion` is what the input may be meant to be. */
  suggestion: string | null
  /** `sameAs` is the line before that has the same input. */
  sameAs: number | null
  /** `earlier` is the newest order of the account for the same input and service. */
  earlier: Omit<Earlier, 'input'> | null
}

/** OrderCheck is what an order of some lines would be, without placing it. */
export interface OrderCheck {
  service: Service
  price: UnitPrice
  lines: CheckedLine[]
  /** `placeable` counts the lines that would be ordered. */
  placeable: number
  total: Micros
  available: Micros
  after: Micros
  /** `affordable` is how many of them, from the first, the account can pay. */
  affordable: number
  affordableTotal: Micros
  /** `missing` is how much more all of them take than there is. */
  missing: Micros
  currency: string
}

export interface CheckRequest {
  /** `code` is the service's id or code. */
  code: string
  lines: readonly string[]
  quantity?: number | undefined
  fields?: Readonly<Record<string, string>> | undefined
  /** `withOrdered`: what was ordered before is ordered again. */
  withOrdered?: boolean | undefined
}

interface Deps {
  sql: Sql
  catalogue: Catalogue
  ledger: Pick<LedgerReader, 'wallet'>
  clock: Clock
}

/** OrderChecks says of pasted lines what ordering them would do, and changes nothing: each line has a verdict before any charge. */
export class OrderChecks {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** `check` throws service_not_found, service_paused or service_closed. */
  async check(account: Account, request: CheckRequest): Promise<OrderCheck> {
    const { catalogue, ledger, clock } = this.#deps
    const now = clock.now()
    const snapshot = await catalogue.current()
    const { service, price } = orThrow(findOffer(snapshot, account, request.code, { now, field: 'code' }))
    let line = 0
    const read = await mapInTurns(request.lines, (text) => readLine(service, text, ++line, request))
    const lines = await this.#withEarlier(account, service, markTwice(read), now)
    const taken = request.withOrdered ? ['fine', 'ordered'] : ['fine']
    const placeable = lines.filter(({ verdict }) => taken.includes(verdict)).length
    const { available: balance, creditLimit } = await ledger.wallet(account.id)
    const each = price.unitPrice * BigInt(request.quantity ?? 1)
    const total = micros(each * BigInt(placeable))
    const available = micros(balance + creditLimit)
    const paid = each === 0n ? placeable : Number(available > 0n ? available / each : 0n)
    const affordable = Math.min(placeable, paid)
    return {
      ...{ service, price, lines, placeable, total, available, after: micros(available - total) },
      ...{ affordable, affordableTotal: micros(each * BigInt(affordable)), currency: account.currency },
      missing: micros(total > available ? total - available : 0n),
    }
  }

  async #withEarlier(
    account: Account,
    service: Service,
    lines: CheckedLine[],
    now: Date,
  ): Promise<CheckedLine[]> {
    const inputs = lines
      .filter(({ verdict, input }) => verdict === 'fine' && input !== '')
      .map(({ input }) => input)
    if (inputs.length === 0) return lines
    const since = new Date(now.getTime() - EARLIER_MS)
    const which = { accountId: account.id, serviceId: service.id, inputs, since, newest: NEWEST }
    const found = new Map((await selectEarlier(this.#deps.sql, which)).map((one) => [one.input, one]))
    return lines.map((line) => {
      const one = line.verdict === 'fine' ? found.get(line.input.toLowerCase()) : undefined
      if (!one) return line
      const { orderId, state, result, createdAt } = one
      const message = `it was ordered before: order ${orderId}`
      return { ...line, verdict: 'ordered', message, earlier: { orderId, state, result, createdAt } }
    })
  }
}

/** `readLine` finds the input in a line of a spreadsheet or a chat, and reads it as an order of it alone would be read. */
function readLine(
  service: Service,
  text: string,
  line: number,
  { quantity, fields = {} }: Pick<CheckRequest, 'quantity' | 'fields'>,
): CheckedLine {
  const sent = inputIn(service, text)
  const given = {
    input: sent,
    fields: new Map(Object.entries(fields)),
    ...(quantity !== undefined && { quantity: String(quantity) }),
  }
  const read = readInput(service, given)
  const none = { suggestion: null, sameAs: null, earlier: null, fault: null }
  if (read.ok) return { line, verdict: 'fine', input: read.value.input, message: null, ...none }
  const input = service.kind === 'imei' ? normaliseImei(sent) : sent
  const [fault] = read.faults
  const message = fault.message || 'is missing'
  const meant = service.kind === 'imei' ? meantBy(input) : undefined
  const wrong = { ...none, line, input, message, fault: { ...fault, message } }
  return meant ? { ...wrong, ...meant } : { ...wrong, verdict: 'unfit' }
}

/** BETWEEN_CELLS are what spreadsheets and lists put between columns. */
const BETWEEN_CELLS = /[\t;,|]/

/** `inputIn` gives the column that has the input: of IMEIs the first that has as many digits as one, else the first that is not empty. */
function inputIn({ kind }: Service, text: string): string {
  const cells = text.split(BETWEEN_CELLS)
  if (kind === 'imei') {
    return cells.find((cell) => /^\d{14,17}$/.test(normaliseImei(cell))) ?? text
  }
  return cells.find((cell) => cell.trim() !== '')?.trim() ?? ''
}

/** `meantBy` tells what an IMEI that is wrong may be meant to be; undefined: nobody knows. */
function meantBy(digits: string): { verdict: Verdict; suggestion: string } | undefined {
  if (!/^\d{14,15}$/.test(digits) || /^0+$/.test(digits)) return undefined
  const whole = `${digits.slice(0, 14)}${checkDigit(digits)}`
  if (digits.length === 14) return { verdict: 'short', suggestion: whole }
  return isImei(digits) ? undefined : { verdict: 'check_digit', suggestion: whole }
}

/** `markTwice` marks what is there for the second time. */
function markTwice(lines: CheckedLine[]): CheckedLine[] {
  const first = new Map<string, number>()
  return lines.map((one) => {
    if (one.verdict !== 'fine' || one.input === '') return one
    const key = one.input.toLowerCase()
    const before = first.get(key)
    if (before === undefined) {
      first.set(key, one.line)
      return one
    }
    return { ...one, verdict: 'twice', message: `is there twice: see line ${before}`, sameAs: before }
  })
}
