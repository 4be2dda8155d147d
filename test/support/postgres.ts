import { inject } from 'vitest'
import type { DatabaseAccess } from '../../src/database/access.ts'
import { type DatabaseAddress, openPool, type Sql } from '../../src/database/database.ts'
import { accessOn } from './database-on.ts'

export interface TestDatabase {
  name: string
  /** `sql` and `address` are the role's that serves. */
  sql: Sql
  address: DatabaseAddress
  /** `access` is for a server that has nothing to migrate. */
  access: DatabaseAccess
  /** `owner` may do what no path of the program may: change the schema, what is final, and other sessions. */
  owner: Sql
  /** `ownerAddress` is the owner's, for commands that migrate. */
  ownerAddress: DatabaseAddress
  drop(): Promise<void>
}

let count = 0

/** `testDatabase` makes a fresh, migrated database on the run's PostgreSQL. */
export const testDatabase = (): Promise<TestDatabase> => newDatabase(inject('databaseTemplate'))

/** `emptyDatabase` makes one in which nothing is. */
export const emptyDatabase = (): Promise<TestDatabase> => newDatabase('template0')

async function newDatabase(template: string): Promise<TestDatabase> {
  const server = inject('databaseServer')
  const name = `imeigate_test_${process.pid}_${process.env['VITEST_POOL_ID'] ?? 0}_${Date.now()}_${++count}`
  // Without fsync its files are copied faster than through the log.
  await asAdmin(
    (admin) => admin`create database ${admin(name)} template ${admin(template)} strategy file_copy`,
  )
  const { serving: address, owner: ownerAddress } = accessOn(server, name)
  const sql = openPool(address)
  const owner = openPool(ownerAddress, { max: 2 })
  return {
    name,
    sql,
    address,
    access: { serving: address, owner: address },
    owner,
    ownerAddress,
    drop: async () => {
      await Promise.all([sql, owner].map((pool) => pool.end({ timeout: 2 })))
      await asAdmin((admin) => admin`drop database ${admin(name)} with (force)`)
    },
  }
}

let admin: Sql | undefined

/** `asAdmin` makes and removes databases, on one connection for a whole file: a new one costs a fifth of what a database does. */
export async function asAdmin(work: (admin: Sql) => PromiseLike<unknown>): Promise<void> {
  admin ??= openPool(inject('databaseServer').owner, { max: 1 })
  await work(admin)
}

/** `closeAdmin` is called behind each file. */
export async function closeAdmin(): Promise<void> {
  await admin?.end()
  admin = undefined
}
