import { expect, test } from 'vitest'
import { migrate } from '../../src/database/migrate.ts'
import { emptyDatabase } from '../support/postgres.ts'

test('the rows of a database that is upgraded are what they were', async () => {
  const database = await emptyDatabase()
  try {
    await migrate(database.ownerAddress, undefined, 18)
    await database.owner.unsafe(`
      insert into sales
      select cut, unit, date '2026-10-01' + n, case when cut in ('each', 'account') then n else 0 end, n, 0, 'USD', 'EUR',
             1, 2, 3, 4, 5, 6, 7, 8, 900 + n, 10, 11, 12 + n
        from unnest(enum_range(null::sales_cut)) as cut, unnest(enum_range(null::sales_unit)) as unit, generate_series(1, 3) as n`)
    const sales = () =>
      database.owner.unsafe('select * from sales order by cut, unit, day, account_id, service_id')
    const before = await sales()
    expect(before).toHaveLength(8 * 3 * 3)
    expect(await migrate(database.ownerAddress)).toContain('0020-sales-apart.sql')
    expect(await sales()).toEqual(before)
    // A row is still one of its kind: what is written anew takes the place of what was there.
    await expect(
      database.owner.unsafe("insert into sales select * from sales where cut = 'each' limit 1"),
    ).rejects.toMatchObject({ code: '23505' })
  } finally {
    await database.drop()
  }
})
