import { afterAll, beforeAll, expect, test } from 'vitest'
import { fillAccount, inputOf } from '../../bench/filled-account.ts'
import { readPasted } from '../../src/fulfilment/people/pasted.ts'
import { newAccount, newService } from '../orders/orders.fixtures.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { RowsRead } from '../support/rows-read.ts'

/** OPEN items are with other suppliers, or wait for one. */
const OPEN = 12_000
const BY_HAND = 20

let database: TestDatabase
let read: RowsRead
beforeAll(async () => {
  database = await testDatabase()
  const { sql } = database
  const [others, byHand] = [await newService(sql), await newService(sql, { code: 'by-hand' })]
  const [from, to] = [new Date('2026-10-01T00:00:00Z'), new Date('2026-11-01T00:00:00Z')]
  const fill = async (serviceId: number, orders: number): Promise<number> => {
    const accountId = await newAccount(sql, 0n)
    await fillAccount(sql, { accountId, serviceId, orders, itemsPerOrder: 1, from, to })
    return accountId
  }
  await fill(others.id, OPEN)
  await sql`update attempts set state = 'refused', fault = 'item' where state = 'succeeded'`
  await sql`
    update items set state = case when order_id % 2 = 0 then 'pending' else 'unknown' end::item_state, due_at = now(), finished_at = null,
                     result = null, supplier_id = 1`
  await sql`insert into suppliers (kind, name, currency) values ('manual', 'People', 'USD')`
  const [route] = await sql<{ id: number; supplier_id: number }[]>`
    insert into supplier_routes (service_id, supplier_id) select ${byHand.id}, id from suppliers where name = 'People'
    returning id, supplier_id`
  const account = await fill(byHand.id, BY_HAND)
  // Of the first half people are asked; the second half they have refused, and nobody has it.
  await sql`
    update attempts a
       set supplier_id = ${route?.supplier_id ?? 0}, route_id = ${route?.id ?? 0},
           state = case when half = 0 then 'accepted' else 'refused' end::attempt_state,
           finished_at = case when half = 1 then now() end
      from (select order_id, ntile(2) over (order by order_id) - 1 as half from items where account_id = ${account}) h
     where a.account_id = ${account} and a.order_id = h.order_id`
  await sql`
    update items i
       set state = case when a.state = 'accepted' then 'processing' else 'pending' end::item_state, due_at = now(), finished_at = null,
           result = null, supplier_id = a.supplier_id
      from attempts a
     where i.account_id = ${account} and a.account_id = i.account_id and a.order_id = i.order_id`
  read = await new RowsRead(database).open()
})
afterAll(async () => {
  await read.sql.end()
  await database.drop()
})

test('a pasted list is read for by what waits for people, and not by all that is open', async () => {
  const text = [`${inputOf(2)} Clean`, `${inputOf(15)} Clean`, `${inputOf(5000)} Clean`].join('\n')
  const rows = await read.of(async () => {
    const { answers, faults } = await readPasted(read.sql, text)
    expect(answers.map(({ line, item }) => [line, item.input])).toEqual([
      [1, inputOf(2)],
      [2, inputOf(15)],
    ])
    expect(faults).toHaveLength(1)
  })
  expect(rows).toBeLessThan(20 * BY_HAND)
  expect([...read.scanned].filter((name) => name === 'items' || name === 'attempts')).toEqual([])
})

test('what is longer than one transaction should be is refused, by its lines and by what they fit', async () => {
  const line = (n: number): string => `${inputOf(n)} Clean`
  const long = Array.from({ length: 10_001 }, (_, n) => line(n + 1)).join('\n')
  await expect(readPasted(database.sql, long)).rejects.toMatchObject({ code: 'invalid_input', field: 'file' })
  const { answers } = await readPasted(
    database.sql,
    Array.from({ length: 300 }, (_, n) => line(n + 1)).join('\n'),
  )
  expect(answers).toHaveLength(BY_HAND)
})
