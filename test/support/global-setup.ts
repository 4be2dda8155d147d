import { join } from 'node:path'
import { pino } from 'pino'
import type { TestProject } from 'vitest/node'
import { prepareDatabase } from '../../src/app/prepare-database.ts'
import type { DatabaseAccess } from '../../src/database/access.ts'
import { type DatabaseAddress, openPool } from '../../src/database/database.ts'
import { accessOn } from './database-on.ts'
import { openRunFolder } from './run-folder.ts'
import { until } from './until.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `databaseServer` is the server's maintenance database: by its superuser, and by the role that tests serve as. */
    databaseServer: DatabaseAccess
    /** `databaseTemplate` is a migrated database that `testDatabase` copies. */
    databaseTemplate: string
    /** `runFolder` is removed after the run. */
    runFolder: string
    /** `seed` is what all random choices of the run are made from. */
    seed: number
  }
}

/** `setup` opens one PostgreSQL for the whole run: an embedded one in a folder of its own, or the one of TEST_DATABASE_URL. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { folder: runFolder, remove: removeFolder } = openRunFolder()
  const { server, close } = await openServer(join(runFolder, 'server')).catch((error: unknown) => {
    removeFolder()
    throw error
  })
  const template = `imeigate_test_${process.pid}_template`
  const admin = openPool(server.owner, { max: 1 })
  await admin`create database ${admin(template)}`
  await prepareDatabase(accessOn(server, template))
  project.provide('runFolder', runFolder)
  project.provide('databaseServer', server)
  project.provide('databaseTemplate', template)
  return async () => {
    await admin`drop database ${admin(template)} with (force)`
    await admin.end()
    await close()
    removeFolder()
  }
}

async function openServer(folder: string): Promise<{ server: DatabaseAccess; close: () => Promise<void> }> {
  const url = process.env['TEST_DATABASE_URL']
  if (url) return { server: { owner: url, serving: await makeServingRole(url) }, close: async () => {} }
  const { openEmbedded } = await import('../../src/database/embedded.ts')
  const { Cluster, PORT, USER } = await import('../../src/database/embedded/cluster.ts')
  const log = pino({ level: 'silent' })
  const cluster = await Cluster.open(folder, log)
  // The tests of all workers together have more connections than an installation.
  cluster.start({ max_connections: '400' })
  const sql = openPool(
    { host: cluster.socketFolder, port: PORT, user: USER, database: 'postgres' },
    { max: 1 },
  )
  await until('PostgreSQL answers', () =>
    sql`select 1`.then(
      () => true,
      () => false,
    ),
  )
  await sql.end()
  // It uses the server that runs.
  const embedded = await openEmbedded({ folder, log })
  await trade(embedded.access.owner)
  return { server: embedded.access, close: () => embedded.close() }
}

/** `makeServingRole` makes the role that tests serve as on somebody's own server, and gives the server's address by it. */
async function makeServingRole(superuser: string): Promise<string> {
  const sql = openPool(superuser, { max: 1 })
  await sql`drop role if exists imeigate_test_serving`.catch(() => {})
  await sql`create role imeigate_test_serving`.catch(() => {})
  await sql`alter role imeigate_test_serving login password 'serving'`
  await sql.end()
  const url = new URL(superuser)
  url.username = 'imeigate_test_serving'
  url.password = 'serving'
  return url.href
}

/** `trade` gives durability away for speed: tests of promise 1 (what was acknowledged is durable) have a PostgreSQL of their own. */
async function trade(address: DatabaseAddress): Promise<void> {
  const sql = openPool(address, { max: 1 })
  for (const setting of ['fsync', 'full_page_writes']) await sql.unsafe(`alter system set ${setting} = off`)
  await sql`select pg_reload_conf()`
  await sql.end()
}
