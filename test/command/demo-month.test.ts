import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillShop } from '../../src/command/demo-fill.ts'
import { countInbox } from '../../src/inbox/inbox.ts'
import { inboxKindNames } from '../../src/inbox/kinds.ts'
import { findSeller } from '../../src/invoices/seller.ts'
import { findKeptSettings } from '../../src/kept-settings/kept-settings.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { systemClock } from '../../src/lib/time.ts'
import { checkSales } from '../../src/sales/check.ts'
import { openSealer } from '../../src/secret-keys/sealing.ts'
import { KeyRing } from '../../src/secrets/key-ring.ts'
import { seeToday } from '../../src/today/today.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

describe('the month of the demo', () => {
  const now = new Date()
  const folder = mkdtempSync(join(tmpdir(), 'imeigate-demo-'))
  const made: TestDatabase[] = []
  /** `filled` is a shop with its month, in a database of its own. */
  const filled = async (): Promise<TestDatabase> => {
    const database = await testDatabase()
    made.push(database)
    const ring = new KeyRing({ secretKey: undefined, nextSecretKey: undefined, dataFolder: folder })
    await fillShop(database.sql, { sealer: await openSealer(database.sql, ring), orders: 300, now })
    return database
  }
  let database: TestDatabase
  beforeAll(async () => {
    database = await filled()
  })
  afterAll(async () => {
    for (const one of made) await one.drop()
    rmSync(folder, { recursive: true })
  })

  test('keeps every promise that the ledger check knows, and has all of it in the sales figures', async () => {
    const checks = [...(await checkLedger(database.sql)), ...(await checkSales(database.sql))]
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
    const [left] = await database.sql`
      select count(*) from wallets w left join folded_ledgers f using (account_id)
       where w.last_entry > coalesce(f.last_id, 0)`
    expect(left).toEqual({ count: 0n })
  })

  test('has something of all that waits for people, and of all that may be wrong', async () => {
    const { kinds } = await countInbox(database.sql, inboxKindNames, 'nobody', systemClock)
    const waiting = new Map(kinds.map(({ kind, count }) => [kind, count]))
    expect(Object.fromEntries(waiting)).toMatchObject({
      unknown: 3,
      margin: 2,
      cancel: 1,
      verify: 1,
      answer: 1,
      deposit: 3,
    })
    // What has no clear outcome has what was sent and received, from which a person decides.
    const kept = await database.sql`
      select count(*) filter (where x.answer is null) as unanswered, count(*) filter (where x.answer is not null) as answered
        from attempts a join attempt_exchanges x using (account_id, order_id, position, number)
       where a.state = 'unknown' and x.call = 'send'`
    expect(kept).toEqual([{ unanswered: 3n, answered: 4n }])
    expect(await findSeller(database.sql)).toMatchObject({ contact: expect.stringContaining('@') })
    expect((await findKeptSettings(database.sql)).get('HOME_CURRENCY')).toBe('USD')
    const { trouble } = await seeToday(database.sql, { name: 'nobody', permissions: new Set() })
    expect(trouble.low.map(({ name }) => name)).toEqual(['IMEI Source'])
    expect(trouble.unrouted.count).toBe(0)
    const states = await database.sql`select distinct state from deposits order by state`
    expect(states.map(({ state }) => state)).toEqual([
      'cancelled',
      'expired',
      'failed',
      'pending',
      'review',
      'succeeded',
    ])
    const [below] = await database.sql`
      select count(*) from supplier_routes r join prices p using (service_id)
       where p.account_id is null and p.price_group_id is null and p.currency = 'USD' and r.cost > p.unit_price`
    expect(below).toEqual({ count: 1n })
  })

  test('is the same in every demo', async () => {
    const other = await filled()
    const [one, another] = await Promise.all(
      [database, other].map(
        ({ sql }) => sql`
          select a.username, i.order_id, i.position, i.input, i.price, i.state::text, o.created_at
            from items i join orders o on o.account_id = i.account_id and o.id = i.order_id join accounts a on a.id = i.account_id
           order by i.order_id, i.position`,
      ),
    )
    expect(another).toEqual(one)
  })
})
