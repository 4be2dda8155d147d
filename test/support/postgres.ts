import { inject } from 'vitest'
import { type DatabaseAddress, openPool, type Sql } from '../../src/database/database.ts'
import { databaseOn } from './database-on.ts'

export interface TestDatabase {
  name: string
  sql: Sql
  address: DatabaseAddress
  drop(): Promise<void>
}

let count = 0

/** `testDatabase` makes a fresh, migrated database on the run's PostgreSQL. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = inject('databaseServer')
  const template = inject('databaseTemplate')
  const name = `imeigate_test_${process.pid}_${process.env['VITEST_POOL_ID'] ?? 0}_${Date.now()}_${++count}`
  // Without fsync its files are copied faster than through the log.
  await asAdmin(
    (admin) => admin`create database ${admin(name)} template ${admin(template)} strategy file_copy`,
  )
  const address = databaseOn(server, name)
  const sql = openPool(address)
  return {
    name,
    sql,
    address,
    drop: async () => {
      await sql.end({ timeout: 2 })
      await asAdmin((admin) => admin`drop database ${admin(name)} with (force)`)
    },
  }
}

async function asAdmin(work: (admin: Sql) => PromiseLike<unknown>): Promise<void> {
  const admin = openPool(inject('databaseServer'), { max: 1 })
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}
