import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { Agent, setGlobalDispatcher } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer } from '../../src/app/server.ts'
import { readConfig } from '../../src/config.ts'
import { openPool, type Sql } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'
import { actions, placesOrders } from '../../src/protocols/dhru/actions/index.ts'
import { HOLD_MS } from '../../src/runtime/presence.ts'
import { readDhru } from '../support/dhru.ts'
import { OperatorPostgres } from '../support/operator-postgres.ts'
import { cleanUp } from '../support/process.ts'
import { Relay } from '../support/relay.ts'
import { imei, type Shop, TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

/** FORBID is done to every table: whoever writes finds that the disk is full. */
const FORBID = `
  create function no_room() returns trigger language plpgsql as $$
    begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
  do $$ declare t text; begin
    for t in select tablename from pg_tables where schemaname = 'public' loop
      execute format('create trigger a_full_disk before insert or update or delete on %I for each statement execute function no_room()', t);
    end loop; end $$`
/** ORDERED are the tables that every order is written to. */
const ORDERED = 'orders, items, order_keys, ledger_entries, wallets'

/** `beside` does what needs many tables at once, again where the server, which takes its locks in another order, wins a deadlock. */
async function beside(work: () => PromiseLike<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await work()
      return
    } catch (error) {
      if ((error as { code?: unknown }).code !== '40P01' || tries === 50) throw error
    }
  }
}

/** Outage is a way for the database to be away; `end` brings it back. */
interface Outage {
  name: string
  /** `isAway`: nothing at all is answered. Else what only reads may be. */
  isAway: boolean
  /** `part` is that of `/readyz` which is not ready; `placement` unless said otherwise. */
  part?: string
  begin(room: Room): Promise<() => Promise<void>>
}

const outages: Outage[] = [
  {
    name: 'refuses connections',
    isAway: true,
    begin: async ({ relay }) => {
      await relay.refuse()
      return () => relay.accept()
    },
  },
  {
    name: 'is frozen',
    isAway: true,
    begin: async ({ relay }) => {
      relay.freeze()
      return async () => relay.thaw()
    },
  },
  {
    name: 'takes no changes',
    isAway: false,
    begin: async ({ sql, relay, name }) => {
      const set = (value: string) =>
        sql.unsafe(`alter database "${name}" set default_transaction_read_only = ${value}`)
      await set('on')
      relay.dropClients()
      return async () => {
        await sql.unsafe('set default_transaction_read_only = off')
        await set('off')
        relay.dropClients()
      }
    },
  },
  {
    name: 'has no room on its disk',
    isAway: false,
    begin: async ({ sql }) => {
      await beside(() => sql.unsafe(FORBID))
      return () => beside(() => sql.unsafe('drop function no_room() cascade'))
    },
  },
  {
    name: 'lacks a table, as while a backup is restored',
    isAway: false,
    begin: async ({ sql }) => {
      await beside(() => sql.unsafe('alter table wallets rename to wallets_away'))
      return () => beside(() => sql.unsafe('alter table wallets_away rename to wallets'))
    },
  },
  {
    name: 'is locked',
    isAway: false,
    begin: ({ sql }) => lockTables(sql, ORDERED),
  },
  {
    name: 'has its services locked, of which some have just changed',
    isAway: false,
    part: 'catalogue',
    begin: (room) => lockChanged(room, 'services', 'catalogue'),
  },
  {
    name: 'has its accounts and keys locked, of which some have just changed',
    isAway: false,
    part: 'keys',
    begin: (room) => lockChanged(room, 'accounts, api_keys', 'accounts'),
  },
]

/** `lockTables` locks tables as an operator's migration does; gives what ends that. */
async function lockTables(sql: Sql, tables: string): Promise<() => Promise<void>> {
  const free = Promise.withResolvers<void>()
  const locked = Promise.withResolvers<void>()
  const holding = beside(() =>
    sql.begin(async (transaction) => {
      await transaction.unsafe(`lock table ${tables} in access exclusive mode`)
      locked.resolve()
      await free.promise
    }),
  )
  await Promise.race([locked.promise, holding])
  return async () => {
    free.resolve()
    await holding
  }
}

/** `lockChanged` locks tables of which the server has something in memory that it takes for outdated. */
async function lockChanged(room: Room, tables: string, topic: string): Promise<() => Promise<void>> {
  const end = await lockTables(room.sql, tables)
  await room.sql`select pg_notify('imeigate_changes', ${topic})`
  await until('it is not ready', async () => (await room.readiness()).status === 503)
  return end
}

let postgres: OperatorPostgres
beforeAll(async () => {
  postgres = await OperatorPostgres.start()
  await migrate(await postgres.create('migrated'))
})
afterAll(async () => {
  await postgres.kill()
  await cleanUp()
})

interface Asked {
  method: string
  path: string
  body?: string
  headers: Record<string, string>
  /** `dhru` is the action. */
  dhru?: string
}

interface Answer extends Asked {
  status: number
  retryAfter: string | null
  text: string
}

// Some 500 connections at once are more than are queued for a server: the others are tried again by the system, seconds later. None is used
// again: a server that is busy for seconds closes those that it finds idle just while the next request is on its way.
setGlobalDispatcher(new Agent({ connect: { timeout: 60_000 }, pipelining: 0 }))

/** NOT_OF_THE_DATABASE are the routes that are answered without it: of a link to a result that nobody has made, its signature says so. */
const NOT_OF_THE_DATABASE =
  /^\/(?:$|r\/1$|(?:healthz|readyz|metrics|openapi(?:-\w+)?\.json|docs|console|portal|assets|brand|help)\b)/

/** Room is a server whose database can be taken away. */
class Room {
  readonly routes: { method: string; url: string }[] = []
  relay!: Relay
  server!: TestServer
  /** `sql` reaches the database beside the relay. */
  sql!: Sql
  shop!: Shop
  service!: string
  order!: string
  readonly name: string
  #places = 0

  constructor(name: string) {
    this.name = name
  }

  async open(): Promise<this> {
    const address = await postgres.create(this.name, 'migrated')
    this.relay = await Relay.open(address)
    this.sql = openPool(address, { max: 2 })
    const note = (message: unknown): void => {
      const { fastify } = message as { fastify: FastifyInstance }
      fastify.addHook('onRoute', ({ method, url }) => {
        for (const one of [method].flat()) this.routes.push({ method: one, url })
      })
    }
    subscribe('fastify.initialization', note)
    const config = readConfig({
      HOST: '127.0.0.1',
      PORT: '0',
      IMEIGATE_SECRET_KEY: 'ab'.repeat(32),
      FAILED_LOGINS_PER_MINUTE: '0',
      METRICS_TOKEN: 'a-token-of-this-test',
      // The job queue of a worker would leave rejections behind that nobody takes care of.
      IMEIGATE_ROLE: 'api',
    })
    const server = await startServer(
      config,
      { serving: this.relay.address, owner: this.relay.address },
      pino({ level: 'silent' }),
    )
    unsubscribe('fastify.initialization', note)
    this.server = new TestServer(server, { sql: this.sql, owner: this.sql, drop: async () => {} })
    this.shop = await this.server.shop({ deposit: '1000' })
    this.service = await this.server.service()
    // A machine that is busy may need more than one try.
    let placed = await this.place()
    await until('an order is placed', async () => {
      if (!placed.SUCCESS) placed = await this.place()
      return placed.SUCCESS !== undefined
    })
    this.order = placed.SUCCESS[0].REFERENCEID
    return this
  }

  place() {
    return this.server.place(this.shop, { ID: this.service, IMEI: imei(this.#places++) })
  }

  async close(): Promise<void> {
    await this.server.stop()
    await this.relay.close()
    await this.sql.end()
  }

  /** `everything` gives a request to every route, and for each action of the Dhru endpoint. */
  everything(): Asked[] {
    const { securityId: username, secret: apiaccesskey } = this.shop
    const authorization = `Bearer ${username}.${apiaccesskey}`
    const bodies: Record<string, object> = {
      '/api/order': { code: this.service, data: { imeis: [imei(this.#places++)] } },
      '/api/transfer': { to: 'nobody', amount: '1' },
      '/api/deposit': { provider_code: 'bank', amount: '10' },
    }
    const rest = this.routes
      .filter(
        ({ url, method }) => !url.includes('/api/dhru') && url !== '/api/index.php' && method !== 'HEAD',
      )
      .map(({ method, url }): Asked => {
        const path = url
          .replace(':month', '2026-01')
          .replace('*', 'index.html')
          .replace(/:\w+/g, url.startsWith('/api/order') ? this.order : '1')
        const body = method === 'POST' ? JSON.stringify(bodies[url] ?? {}) : undefined
        const headers = { authorization, 'content-type': 'application/json' }
        return { method, path, headers, ...(body !== undefined && { body }) }
      })
    const paths = new Set(
      this.routes
        .map(({ url }) => url)
        .filter((url) => url.includes('/api/dhru') || url === '/api/index.php'),
    )
    const dhru = [...paths].flatMap((path) =>
      [...actions.keys()].flatMap((action) =>
        (['JSON', 'XML'] as const).map((requestformat): Asked => {
          const order = { ID: this.service, IMEI: imei(this.#places++) }
          const isBulk = action.includes('bulk')
          const parameters = placesOrders(action)
            ? {
                parameters: JSON.stringify(
                  isBulk ? { 7: order, 8: { ...order, IMEI: imei(this.#places++) } } : order,
                ),
              }
            : { orderid: this.order, ID: this.service }
          const fields = { username, apiaccesskey, action, requestformat, ...parameters }
          return {
            ...{
              method: 'POST',
              path,
              dhru: action,
              body: new URLSearchParams(fields as Record<string, string>).toString(),
            },
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          }
        }),
      ),
    )
    return [...rest, ...dhru]
  }

  async ask(asked: Asked): Promise<Answer> {
    const { method, path, headers, body } = asked
    const leave = new AbortController()
    const send = (): Promise<Response> =>
      fetch(`${this.server.url}${path}`, {
        ...{ method, headers, redirect: 'manual', signal: leave.signal },
        ...(body !== undefined && { body }),
      })
    // As clients do, it asks again where the connection broke before the answer: hundreds are opened here at once.
    const reply = await send().catch((error: { cause?: { code?: unknown } }) => {
      if (error.cause?.code !== 'ECONNRESET') throw error
      return send()
    })
    // Nobody waits for the end of an event stream.
    const isStream = reply.headers.get('content-type')?.startsWith('text/event-stream')
    const text = isStream ? '' : await reply.text()
    leave.abort()
    return { ...asked, status: reply.status, retryAfter: reply.headers.get('retry-after'), text }
  }

  /** `follow` opens an event stream; `text` is what has come on it. */
  async follow(): Promise<{ text: string; leave: () => void }> {
    const leave = new AbortController()
    const reply = await fetch(`${this.server.url}/api/order/events`, {
      headers: { authorization: `Bearer ${this.shop.securityId}.${this.shop.secret}` },
      signal: leave.signal,
    })
    const stream = { text: '', leave: () => leave.abort() }
    const read = async (): Promise<void> => {
      for await (const chunk of reply.body ?? []) stream.text += Buffer.from(chunk).toString()
    }
    read().catch(() => {})
    return stream
  }

  async readiness(): Promise<{
    status: number
    parts: { part: string; ready: boolean; since: string; why?: string }[]
  }> {
    const headers = { authorization: 'Bearer a-token-of-this-test' }
    const reply = await fetch(`${this.server.url}/readyz`, { headers })
    return { ...((await reply.json()) as { parts: [] }), status: reply.status }
  }
}

const NOT_KNOWN = 'it is not known whether this was done, send the same request again'

/** `saysUnavailable` tells whether an answer says, in its own protocol, that it is to be tried again; it throws where it says so wrongly. */
function saysUnavailable({ dhru, method, path, status, retryAfter, text, headers }: Answer): boolean {
  const what = `${method} ${path} ${dhru}: ${status} ${text}`
  if (dhru !== undefined) {
    expect([200, 308], what).toContain(status)
    const isXml = text.startsWith('<')
    const { says } = readDhru({
      status: 200,
      headers: { 'content-type': isXml ? 'text/xml; charset=utf-8' : 'application/json; charset=utf-8' },
      bytes: Buffer.from(text),
    })
    expect(text, what).not.toContain('internal_error')
    if (!text.includes('temporarily_unavailable') && !text.includes('Temporarily unavailable')) return false
    const errors: { MESSAGE: string; FULL_DESCRIPTION: string }[] = says.ERROR ? says.ERROR : []
    for (const { MESSAGE, FULL_DESCRIPTION } of errors) {
      expect([MESSAGE, FULL_DESCRIPTION], what).toEqual(
        FULL_DESCRIPTION.includes(':')
          ? [`Temporarily unavailable, try again: ${NOT_KNOWN}`, `temporarily_unavailable: ${NOT_KNOWN}`]
          : ['Temporarily unavailable, try again', 'temporarily_unavailable'],
      )
      // What reads has done nothing.
      if (!placesOrders(dhru)) expect(FULL_DESCRIPTION, what).toBe('temporarily_unavailable')
    }
    return true
  }
  expect(status, what).not.toBe(500)
  if (status !== 503) return false
  expect(retryAfter, what).toBe('2')
  const { mayHaveBeenDone, ...body } = JSON.parse(text)
  expect(body, what).toMatchObject({ error: true, code: 'TEMPORARILY_UNAVAILABLE_ERROR' })
  expect(body.message, what).toBe(
    `Temporarily unavailable, try again${mayHaveBeenDone ? `: ${NOT_KNOWN}` : ''}`,
  )
  if (method === 'GET') expect(mayHaveBeenDone, what).toBe(false)
  expect(headers).toBeDefined()
  return true
}

describe.each(outages)('a database that $name', (outage) => {
  const room = new Room(`outage_${outages.indexOf(outage)}`)
  beforeAll(async () => void (await room.open()))
  afterAll(() => room.close())

  test('is said so on every route and in every action, and a short absence not at all', async () => {
    const ordersBefore = await room.sql`select id from orders`
    const end = await outage.begin(room)
    try {
      const all = room.everything()
      expect(all.filter(({ dhru }) => dhru).length).toBe(3 * 2 * actions.size)
      const inHand = room.place()
      // A frozen database is found to be away by its silence.
      if (outage.isAway) await until('it is not ready', async () => (await room.readiness()).status === 503)
      const answers = await Promise.all(all.map((asked) => room.ask(asked)))
      expect((await inHand).ERROR?.[0].FULL_DESCRIPTION).toMatch(/^temporarily_unavailable/)
      for (const answer of answers) {
        const said = NOT_OF_THE_DATABASE.test(answer.path) ? false : saysUnavailable(answer)
        const what = `${answer.method} ${answer.path} ${answer.dhru}: ${answer.status} ${answer.text}`
        if (answer.path === '/readyz') continue
        if (NOT_OF_THE_DATABASE.test(answer.path)) expect([200, 302, 404], what).toContain(answer.status)
        else if (outage.isAway) expect(said, what).toBe(true)
        // What takes money is not done by halves.
        else if (placesOrders(answer.dhru ?? '') || `${answer.method} ${answer.path}` === 'POST /api/order')
          expect(said, what).toBe(true)
        // What an order begins with has done nothing.
        if (outage.part !== undefined) expect(answer.text, what).not.toContain(NOT_KNOWN)
      }
      await until('it is not ready', async () => (await room.readiness()).status === 503)
      const { parts } = await room.readiness()
      const broken = parts.filter(({ ready }) => !ready)
      const { part: broke = 'placement' } = outage
      expect(broken.map(({ part }) => part)).toContain(broke)
      for (const { since, why } of broken) {
        expect(Date.parse(since)).toBeGreaterThan(0)
        expect(why).toMatch(/\w/)
      }
      expect((await fetch(`${room.server.url}/healthz`)).status).toBe(200)
    } finally {
      await end()
    }
    await until('it is ready', async () => (await room.readiness()).status === 200)
    // What was refused with proof was not placed; and nothing else was: all said that nothing was.
    const ordersAfter = await room.sql`select id from orders`
    if (!outage.isAway) expect(ordersAfter.length).toBe(ordersBefore.length)

    if (outage.name !== 'refuses connections') return
    // A short absence is waited for. One order only: many at once would find their wallet locked by each other's outcomes.
    const stream = await room.follow()
    const begun = performance.now()
    const endAgain = await outage.begin(room)
    const short = room
      .everything()
      .filter(({ dhru, path, method }) =>
        dhru === undefined ? method === 'GET' : path === '/api/dhru' && !placesOrders(dhru),
      )
    const waiting = Promise.all([room.place(), ...short.map((asked) => room.ask(asked))])
    await until('it is not ready', async () => (await room.readiness()).status === 503)
    await endAgain()
    const [placed, ...answered] = await waiting
    // On a machine that takes so long for this the absence was no short one.
    if (performance.now() - begun > HOLD_MS - 1000) return stream.leave()
    expect(placed).toMatchObject({ SUCCESS: [{}] })
    // A stream that was open stays open, and tells of what came after the absence.
    const told = `"order_id":${placed.SUCCESS[0].REFERENCEID},`
    await until('the stream tells of the order', () => stream.text.includes(told))
    stream.leave()
    for (const answer of answered) {
      if (answer.path !== '/readyz')
        expect(saysUnavailable(answer), `${answer.path} ${answer.dhru}: ${answer.text}`).toBe(false)
    }
  })
})
