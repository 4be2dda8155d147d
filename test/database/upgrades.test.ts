import { expect, test } from 'vitest'
import { migrate } from '../../src/database/migrate.ts'
import { emptyDatabase, type TestDatabase } from '../support/postgres.ts'

/** `upgraded` has a database of an old version, which `fill` fills, and then what `read` reads of the upgraded one. */
async function upgraded<Read>(
  version: number,
  fill: (owner: TestDatabase['owner']) => Promise<unknown>,
  read: (database: TestDatabase) => Promise<Read>,
): Promise<Read> {
  const database = await emptyDatabase()
  try {
    await migrate(database.ownerAddress, undefined, version)
    await fill(database.owner)
    await migrate(database.ownerAddress)
    return await read(database)
  } finally {
    await database.drop()
  }
}

test('the rows of a database that is upgraded are what they were', async () => {
  const sales = (owner: TestDatabase['owner']) =>
    owner.unsafe('select * from sales order by cut, unit, day, account_id, service_id')
  let before: unknown
  await upgraded(
    18,
    async (owner) => {
      await owner.unsafe(`
        insert into sales
        select cut, unit, date '2026-10-01' + n, case when cut in ('each', 'account') then n else 0 end, n, 0, 'USD', 'EUR',
               1, 2, 3, 4, 5, 6, 7, 8, 900 + n, 10, 11, 12 + n
          from unnest(enum_range(null::sales_cut)) as cut, unnest(enum_range(null::sales_unit)) as unit, generate_series(1, 3) as n`)
      before = await sales(owner)
      expect(before).toHaveLength(8 * 3 * 3)
    },
    async ({ owner }) => {
      expect(await sales(owner)).toEqual(before)
      // A row is still one of its kind: what is written anew takes the place of what was there.
      await expect(
        owner.unsafe("insert into sales select * from sales where cut = 'each' limit 1"),
      ).rejects.toMatchObject({ code: '23505' })
    },
  )
})

test('who decided applications before that was kept is known by the trail', async () => {
  const rows = await upgraded(
    18,
    async (owner) => {
      await owner.unsafe(`
        insert into applications (id, name, email, address, made_at, ends_at)
        select n, 'Shop ' || n, n || '@shop.example', '192.0.2.1', '2026-11-01', '2026-11-08' from generate_series(1, 3) as n`)
      for (const [actor, set, which] of [
        ['the applicant', "verified_at = '2026-11-02'", 'true'],
        ['office:ann', "decided_at = '2026-11-03', accepted = false", 'id = 1'],
        ['office:ben', "decided_at = '2026-11-04', accepted = false", 'id = 2'],
      ]) {
        await owner.unsafe(`
          select set_config('imeigate.actor', '${actor}', false);
          update applications set ${set} where ${which}`)
      }
    },
    ({ owner }) => owner.unsafe('select id, decided_by from applications order by id'),
  )
  expect(rows).toEqual([
    { id: 1, decided_by: 'office:ann' },
    { id: 2, decided_by: 'office:ben' },
    // It waits still: who proved its address has decided nothing.
    { id: 3, decided_by: null },
  ])
})

test('what rows of plans warned of, and came to, is still said', async () => {
  const rows = await upgraded(
    20,
    (owner) =>
      owner.unsafe(`
        insert into plans (id, kind, input, actor, created_at, ends_at, summary, row_count, needs, changed_at) overriding system value
        values (1, 'prices', '{}', 'office:ann', '2026-11-01', '2026-11-02', '{}', 3, '{}', '2026-11-01');
        insert into plan_rows (plan_id, position, key, subject, verdict, warnings, outcome, reason)
        values (1, 1, 'a', '{}', 'new', '{}', null, null),
               (1, 2, 'b', '{}', 'new', '{"has no price, so that nobody can buy it", "x"}', 'failed', 'Conflict: gone')`),
    ({ owner }) => owner.unsafe('select position, warnings, reason from plan_rows order by position'),
  )
  expect(rows).toEqual([
    { position: 1, warnings: [], reason: null },
    {
      position: 2,
      warnings: [{ message: 'has no price, so that nobody can buy it' }, { message: 'x' }],
      reason: { message: 'Conflict: gone' },
    },
  ])
})
