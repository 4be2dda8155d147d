import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { connectionSettings, queueSettings } from '../../src/database/connection-settings.ts'
import { type DatabaseAddress, openPool, type Sql } from '../../src/database/database.ts'
import { addJob, everyMinute, Jobs, type JobsDeps } from '../../src/jobs/jobs.ts'
import { releaseLost } from '../../src/jobs/lost-jobs.ts'
import { OperatorPostgres } from '../support/operator-postgres.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp } from '../support/process.ts'

const log = pino({ level: 'silent' })
const running = new Set<Jobs>()

async function start(address: DatabaseAddress, parts: Pick<JobsDeps, 'tasks'>): Promise<Jobs> {
  const jobs = new Jobs({ address, log, ...parts })
  running.add(jobs)
  await jobs.start()
  return jobs
}
const stopAll = async (): Promise<void> => {
  await Promise.all([...running].map((jobs) => jobs.stop()))
  running.clear()
}

describe('the job queue', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase()
  })
  afterEach(stopAll)
  afterAll(() => database.drop())

  it('does a job once its transaction is committed, in one of the processes, and none that was rolled back', async () => {
    const { sql, address } = database
    const done: unknown[] = []
    const tasks = { note: async (payload: unknown) => void done.push(payload) }
    await Promise.all([start(address, { tasks }), start(address, { tasks })])
    await sql
      .begin(async (transaction) => {
        await addJob(transaction, 'note', 'never')
        throw new Error('rolled back')
      })
      .catch(() => {})
    for (let n = 0; n < 50; n++) await sql.begin((transaction) => addJob(transaction, 'note', { n }))
    await expect.poll(() => done.length).toBe(50)
    await stopAll()
    expect(new Set(done.map((payload) => JSON.stringify(payload))).size).toBe(50)
    expect(done).toHaveLength(50)
    expect([...(await sql`select * from graphile_worker.jobs`)]).toEqual([])
  })

  it('has one job waiting under a key, the last', async () => {
    const { sql, address } = database
    const done: unknown[] = []
    const soon = new Date(Date.now() + 3_600_000)
    await start(address, { tasks: { keyed: async (payload) => void done.push(payload) } })
    await addJob(sql, 'keyed', 1, { key: 'one', runAt: soon })
    await addJob(sql, 'keyed', 2, { key: 'one', runAt: soon })
    expect([...(await sql`select run_at from graphile_worker.jobs`)]).toEqual([{ run_at: soon }])
    await addJob(sql, 'keyed', 3, { key: 'one' })
    await expect.poll(() => done).toEqual([3])
  })

  it('tells a job that the process stops, and waits for none that does not listen', async () => {
    const { sql, address } = database
    const told = Promise.withResolvers<void>()
    const begun: string[] = []
    const tasks: JobsDeps['tasks'] = {
      listens: (_, stopping) => {
        begun.push('listens')
        return new Promise((_resolve, reject) => {
          stopping.addEventListener('abort', () => {
            told.resolve()
            reject(stopping.reason as Error)
          })
        })
      },
      deaf: () => {
        begun.push('deaf')
        return new Promise(() => {})
      },
    }
    const jobs = await start(address, { tasks })
    await addJob(sql, 'listens', null)
    await addJob(sql, 'deaf', null)
    await expect.poll(() => begun.toSorted()).toEqual(['deaf', 'listens'])
    await jobs.stop()
    await told.promise
  })

  it('gives back what a process has had for so long that it must be lost, and nothing younger', async () => {
    const { sql, address, owner } = database
    const done: unknown[] = []
    for (const payload of ['lost', 'young']) await addJob(sql, 'give', payload, { attempts: 2 })
    await owner`
      update graphile_worker._private_jobs
         set locked_by = 'a process that is no more', attempts = 1,
             locked_at = now() - case when payload::text like '%lost%' then interval '6 minutes' else interval '4 minutes' end
       where payload::text in ('"lost"', '"young"')`
    await releaseLost(sql)
    await start(address, { tasks: { give: async (payload) => void done.push(payload) } })
    await expect.poll(() => done).toEqual(['lost'])
    await stopAll()
    expect([
      ...(await sql`select locked_by from graphile_worker.jobs where task_identifier = 'give'`),
    ]).toEqual([{ locked_by: 'a process that is no more' }])
    await owner`delete from graphile_worker._private_jobs where payload::text = '"young"'`
  })

  it('knows what is to be done every minute, once for all processes', async () => {
    const { sql, address } = database
    const parts = { tasks: { once: async () => {}, look: everyMinute(async () => {}) } }
    await Promise.all([start(address, parts), start(address, parts)])
    await expect
      .poll(async () => [...(await sql`select identifier from graphile_worker._private_known_crontabs`)])
      .toEqual([{ identifier: 'look' }])
  })

  it('goes on with what is done every minute when the clock was set back', async () => {
    const { sql, address } = database
    // By a clock that goes on from some seconds before a minute that the database has had, too.
    const minute = Math.floor(Date.now() / 60_000) * 60_000
    const setTo = (ms: number): void =>
      void vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: true, now: ms })
    let runs = 0
    try {
      setTo(minute - 2500)
      const jobs = await start(address, { tasks: { tick: everyMinute(async () => void runs++) } })
      await expect.poll(() => runs).toBe(1)
      setTo(minute - 2 * 3_600_000 - 2500)
      await jobs.setBack(sql, { now: new Date(), byMs: 2 * 3_600_000 })
      setTo(minute - 2 * 3_600_000 - 2500)
      await expect.poll(() => runs).toBe(2)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('on a PostgreSQL of an operator', () => {
  let server: OperatorPostgres
  beforeAll(async () => {
    server = await OperatorPostgres.start()
  })
  afterEach(stopAll)
  afterAll(async () => {
    await server.kill()
    await cleanUp()
  })

  it('jobs are done again when it goes away and comes back, and new ones are told at once', async () => {
    const url = await server.create('jobs')
    const done: unknown[] = []
    await start(url, { tasks: { note: async (payload) => void done.push(payload) } })
    const sql = openPool(url, { max: 1 })
    const listening = async () => {
      const [row] = await sql<{ count: number }[]>`
        select count(*)::int as count from pg_stat_activity where query like 'LISTEN "jobs:insert"%'`.catch(
        () => [],
      )
      return row?.count
    }
    await expect.poll(listening).toBe(1)
    await addJob(sql, 'note', 'before')
    await expect.poll(() => done).toEqual(['before'])
    await server.kill()
    await server.start()
    await expect.poll(listening).toBe(1)
    await retried(sql, () => addJob(sql, 'note', 'after'))
    await expect.poll(() => done).toEqual(['before', 'after'])
    await sql.end({ timeout: 1 })
  })

  it('options of a URL arrive, and those that are ours go before them', async () => {
    const url = await server.create('options')
    const options = encodeURIComponent('-c search_path=shop -c synchronous_commit=off -c lock_timeout=7')
    const sql = openPool(`${url}?options=${options}`, { max: 1, session: { statement_timeout: '9000' } })
    const [row] = await sql`
      select current_setting('search_path') as path, current_setting('synchronous_commit') as commit,
             current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement,
             current_setting('tcp_user_timeout') as silent, current_setting('tcp_keepalives_idle') as idle`
    expect(row).toEqual({
      path: 'shop',
      commit: 'on',
      lock: '7ms',
      statement: '9s',
      silent: process.platform === 'linux' ? '15000' : '0',
      idle: '5',
    })
    await sql.end()
  })
})

async function retried(sql: Sql, work: () => Promise<void>): Promise<void> {
  await expect.poll(() => sql`select 1 as up`.catch(() => [])).toHaveLength(1)
  await work()
}

describe('the address of a database', () => {
  it.each([
    ['postgres://user:pass@db.example/shop', 'postgres://user:pass@db.example/shop'],
    ['postgres:///shop', 'postgres:///shop'],
    [
      // The driver would take require for verify-full, unlike PostgreSQL's own programs.
      'postgres://db.example/shop?sslmode=require',
      'postgres://db.example/shop?sslmode=require&uselibpqcompat=true',
    ],
  ])('%s is read by the pools and by the queue in one way', (address, connectionString) => {
    expect(queueSettings(address)).toMatchObject({ connectionString })
    expect(connectionSettings(address)).toMatchObject({ connectionString })
  })

  it('of an embedded one is its socket', () => {
    const address = { host: '/var/lib/da ta/postgres', port: 5432, user: 'imei@gate', database: 'imei/gate' }
    expect(queueSettings(address)).toMatchObject(address)
  })
})
