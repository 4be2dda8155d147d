import { pino } from 'pino'
import { expect, test } from 'vitest'
import { KeySweeper } from '../../src/idempotency/key-sweeper.ts'
import { StillClock } from '../fulfilment/fulfilment.fixtures.ts'
import { testDatabase } from '../support/postgres.ts'

test('the answer to a repeated request is kept for 30 days, and then goes, however many there are', async () => {
  const { sql, drop } = await testDatabase()
  const clock = new StillClock()
  const sweeper = new KeySweeper(sql, clock, pino({ level: 'silent' }))
  const count = async () =>
    (await sql<{ count: number }[]>`select count(*)::int as count from idempotency_keys`)[0]?.count
  try {
    await sql`
      insert into idempotency_keys (account_id, key, body, answer, created_at)
      select 1, gen_random_uuid(), gen_random_uuid(), '{}', ${clock.now()} from generate_series(1, 10500)`
    clock.advance(30 * 86_400_000)
    await sweeper.sweep()
    expect(await count()).toBe(10_500)
    clock.advance(1)
    await sweeper.sweep()
    expect(await count()).toBe(0)
  } finally {
    await sweeper.stop()
    await drop()
  }
})
