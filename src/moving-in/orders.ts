import type { OrderId } from '../lib/ids.ts'
import { type Micros, ZERO } from '../lib/money.ts'
import type { OrderState } from '../lib/states.ts'
import { isStorable } from '../lib/text.ts'
import { type FormerOrder, type FormerType, formerKey, formerTypes } from '../orders/former/former-order.ts'
import { findFormer, findOwnOrders, passNumbers, writeFormer } from '../orders/former/former-orders.ts'
import { parseOrderId } from '../orders/order.ts'
import { type Move, type Mover, named, type Part, type Told } from './move.ts'
import type { Row } from './rows.ts'
import { SeenNumbers } from './seen-numbers.ts'
import { readAmount, TimeReader } from './values.ts'

/** MAX_ID leaves room for the numbers of all orders to come. */
const MAX_ID = 1_000_000_000_000
const MAX_INPUT = 255
const MAX_ANSWER = 100_000
const STATES: readonly string[] = [
  'pending',
  'processing',
  'success',
  'failed',
  'cancelled',
] satisfies OrderState[]

interface Ordered {
  row: Row
  mover: Mover
  order: Omit<FormerOrder, 'accountId'>
}

/**
 * `ordersPart` keeps the orders of a panel for its resellers to ask about. None of them is charged, and none is given to a worker. New orders get
 * numbers above theirs.
 */
export function ordersPart(move: Move, told: Told): Part {
  const times = new TimeReader(move.mapping.timeZone, move.clock.now())
  const seen: Record<FormerType, SeenNumbers> = { imei: new SeenNumbers(), server: new SeenNumbers() }
  let unsold = 0
  return {
    async take(rows) {
      const ordered = await withoutOwn(rows.map(readOrder).filter((one) => one !== undefined))
      if (ordered.length === 0) return
      // Before an order is there, no new one may get its number.
      if (move.writes) await passNumbers(move.sql, Math.max(...ordered.map(({ order }) => order.id)))
      const here = await hereOf(ordered)
      const writes: FormerOrder[] = []
      for (const { row, mover, order } of ordered) {
        const old = mover.id && here.get(formerKey({ accountId: mover.id, ...order }))
        const changed = old ? changedColumns(old, order) : []
        if (mover.id !== undefined && (!old || changed.length > 0))
          writes.push({ accountId: mover.id, ...order })
        if (old) told.known(row, `order ${order.id} of ${mover.username}`, changed)
        else told.count.made++
      }
      if (move.writes) await writeFormer(move.sql, writes)
    },
    async end() {
      if (unsold > 0)
        move.report.note(
          `${unsold} orders of ${told.count.file} are of services that have not moved in: they are kept without`,
        )
    },
  }

  async function hereOf(ordered: readonly Ordered[]): Promise<Map<string, FormerOrder>> {
    const found = await findFormer(move.sql, namesOf(ordered))
    return new Map(found.map((order) => [formerKey(order), order]))
  }

  /** `withoutOwn` refuses orders whose numbers are those of orders that the account has placed here. */
  async function withoutOwn(ordered: Ordered[]): Promise<Ordered[]> {
    const own = await findOwnOrders(move.sql, namesOf(ordered))
    const taken = new Set(own.map(({ accountId, id }) => `${accountId} ${id}`))
    return ordered.filter(({ row, mover, order }) => {
      if (!taken.has(`${mover.id} ${order.id}`)) return true
      told.wrong(row, 'id', 'the account has placed an order of this number here')
      return false
    })
  }

  function readOrder(row: Row): Ordered | undefined {
    const { cells } = row
    let isRight = true
    const wrong = (column: string, message: string): void => {
      isRight = false
      told.wrong(row, column, message)
    }
    const id = parseOrderId(cells['id'] ?? '') ?? (0 as OrderId)
    if (id < 1 || id > MAX_ID) wrong('id', 'must be a whole number from 1 to 1,000,000,000,000')
    const type = cells['type'] ?? 'imei'
    if (!isType(type)) wrong('type', 'must be imei or server: say by the mapping what it means')
    else if (isRight && !seen[type].add(id)) wrong('id', `there is another ${type} order of this number`)
    const { found: mover, ok } = named({ move, told, row }, 'account', (one) => move.known.mover(one))
    isRight &&= ok
    const state = cells['state'] ?? ''
    if (!STATES.includes(state))
      wrong(
        'state',
        'must be pending, processing, success, failed or cancelled: say by the mapping what it means',
      )
    const { input = '', answer = '' } = cells
    if (input.length > MAX_INPUT || !isStorable(input))
      wrong('input', `must not be longer than ${MAX_INPUT} characters`)
    if (answer.length > MAX_ANSWER || !isStorable(answer))
      wrong('answer', `must not be longer than ${MAX_ANSWER} characters`)
    const price = priceOf(cells['price'], mover?.currency, (message) => wrong('price', message))
    const timeOf = (column: string): Date | null => {
      const text = cells[column]
      // Panels write a time that has not come as one that never was.
      if (text === undefined || /^0{1,4}(?:-00-00(?: 00:00:00)?)?$/.test(text)) return null
      const read = times.read(text)
      if ('value' in read) return read.value
      wrong(column, read.message)
      return null
    }
    const placedAt = timeOf('placed_at')
    if (placedAt === null && isRight) wrong('placed_at', 'is missing')
    const ended = timeOf('ended_at')
    if (!isRight || !mover || !placedAt || !isType(type)) return undefined
    const isOpen = state === 'pending' || state === 'processing'
    const service = cells['service'] === undefined ? undefined : move.known.service(cells['service'])
    if (!service) unsold++
    const serviceId = service?.id ?? null
    const endedAt = isOpen ? null : ended
    return {
      row,
      mover,
      order: { id, type, serviceId, input, state: state as OrderState, answer, price, placedAt, endedAt },
    }
  }
}

const isType = (text: string): text is FormerType => (formerTypes as readonly string[]).includes(text)

function priceOf(
  text: string | undefined,
  currency: string | undefined,
  wrong: (message: string) => void,
): Micros {
  if (text === undefined || currency === undefined) return ZERO
  const read = readAmount(text, currency)
  const message = 'message' in read ? read.message : read.value < 0n ? 'must not be below 0' : undefined
  if (message !== undefined) wrong(message)
  return 'value' in read ? read.value : ZERO
}

const namesOf = (ordered: readonly Ordered[]) =>
  ordered.flatMap(({ mover, order: { id, type } }) =>
    mover.id === undefined ? [] : [{ accountId: mover.id, id, type }],
  )

const COLUMNS: readonly (readonly [name: keyof Ordered['order'], column: string])[] = [
  ['serviceId', 'service'],
  ['input', 'input'],
  ['state', 'state'],
  ['answer', 'answer'],
  ['price', 'price'],
  ['placedAt', 'placed_at'],
  ['endedAt', 'ended_at'],
]

const changedColumns = (old: FormerOrder, order: Ordered['order']): string[] =>
  COLUMNS.filter(([name]) => comparable(old[name]) !== comparable(order[name])).map(([, column]) => column)

const comparable = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value)
