import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { createKey, revokeKey } from '../../src/accounts/keys.ts'
import type { ErrorCode } from '../../src/errors.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { requestIds, timeOfRequest } from '../../src/lib/request-id.ts'
import { Refusals } from '../../src/request-log/refusals.ts'
import type { RequestEntry } from '../../src/request-log/request.ts'
import { requestJobs, SWEEP_REQUESTS } from '../../src/request-log/sweep.ts'
import { StillClock } from '../fulfilment/fulfilment.fixtures.ts'
import { imeigate, type Run } from '../support/command.ts'
import { databaseOn, settingsFor } from '../support/database-on.ts'
import { talk } from '../support/dhru.ts'
import { imei, type Shop, type TestServer, testServer } from '../support/server.ts'

interface Line {
  level: number
  msg: string
  protocol: string
  reason: ErrorCode
  requestId: string
}

const lines: Line[] = []
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) })

let server: TestServer
let settings: Record<string, string>
let shop: Shop
/** `ahead` is by how much the time is put forward, in milliseconds: figures are collected once a second. */
let ahead = 0
beforeAll(async () => {
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead)
  server = await testServer({ FAILED_LOGINS_PER_MINUTE: '5', TRUST_PROXY: '127.0.0.1' }, undefined, log)
  const [row] = await server.sql<{ name: string }[]>`select current_database() as name`
  settings = settingsFor(databaseOn(inject('databaseServer').serving, row?.name ?? ''))
  shop = await server.shop({ deposit: '0.5' })
})
afterAll(async () => {
  await server?.stop()
  vi.restoreAllMocks()
})

const show = (id: string, ...options: string[]): Promise<Run> =>
  imeigate(['request', 'show', id, ...options], settings)

/** `kept` waits until a request is written, and gives what --json says of it. */
async function kept(id: string): Promise<Record<string, unknown>> {
  await expect.poll(async () => (await show(id)).code).toBe(0)
  return (await show(id, '--json')).json()
}

async function figure(protocol: string, reason: string): Promise<number> {
  ahead += 1001
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const pattern = `^imeigate_refusals_total\\{protocol="${protocol}",reason="${reason}"\\} (\\d+)$`
  return Number(new RegExp(pattern, 'm').exec(text)?.[1] ?? 0)
}

const rest = (path: string, options: { method?: string; ip?: string; key?: string } = {}) =>
  fetch(`${server.url}${path}`, {
    method: options.method ?? 'GET',
    headers: {
      'x-forwarded-for': options.ip ?? '192.0.2.1',
      authorization: `Bearer ${options.key ?? `${shop.securityId}.${shop.secret}`}`,
    },
  }).then(({ status, headers }) => ({ status, id: headers.get('x-request-id') ?? '' }))
/** `broken` sends what is no HTTP, and reads the answer's status and id. */
const broken = async (bytes: string) => {
  const answer = await talk(server.url, bytes)
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const id = /^x-request-id: (\S+)/m.exec(head)?.[1] ?? ''
  expect(JSON.parse(body)).toMatchObject({ error: true, traceId: id })
  expect(head).toMatch(/^cache-control: no-store/m)
  return { status: Number(/^HTTP\/1\.1 (\d+) /.exec(head)?.[1]), id }
}
const dhru = async (fields: Record<string, string>, of = shop, ip = '192.0.2.2') => {
  const reply = await server.call(of, fields, { 'x-forwarded-for': ip })
  return { status: reply.status, id: String(reply.headers['x-request-id']) }
}

/** Each case is a way to be refused: what it is counted as, and what is known of it. */
const cases: [
  what: string,
  ask: () => Promise<{ status: number; id: string }>,
  seen: { protocol: string; outcome: ErrorCode; action: string; isOwned: boolean; level?: 'warn' },
][] = [
  [
    'a wrong secret (Dhru)',
    () => dhru({ action: 'accountinfo' }, { ...shop, secret: 'wrong-secret-of-mine' }),
    {
      protocol: 'dhru',
      outcome: 'invalid_credentials',
      action: 'accountinfo',
      isOwned: false,
      level: 'warn',
    },
  ],
  [
    'a secret in the place of the action (Dhru)',
    () => dhru({ action: 'wrong-secret-of-mine' }, { ...shop, secret: 'wrong-secret-of-mine' }),
    { protocol: 'dhru', outcome: 'invalid_credentials', action: 'other', isOwned: false, level: 'warn' },
  ],
  [
    'a wrong secret (REST)',
    () => rest('/api/order/77', { key: `${shop.securityId}.wrong-secret-of-mine` }),
    {
      protocol: 'rest',
      outcome: 'invalid_credentials',
      action: 'GET /api/order/{id}',
      isOwned: false,
      level: 'warn',
    },
  ],
  [
    'a guesser (Dhru)',
    async () => {
      for (let n = 0; n < 5; n++) await dhru({ action: 'x' }, { ...shop, secret: `${n}` }, '198.51.100.1')
      return await dhru({ action: 'accountinfo' }, { ...shop, secret: 'x' }, '198.51.100.1')
    },
    {
      protocol: 'dhru',
      outcome: 'too_many_failed_logins',
      action: 'accountinfo',
      isOwned: false,
      level: 'warn',
    },
  ],
  [
    'a key without the money (Dhru)',
    async () => {
      const service = await server.service()
      return await dhru({ action: 'placeimeiorder', ID: service, IMEI: imei(1) })
    },
    { protocol: 'dhru', outcome: 'insufficient_balance', action: 'placeimeiorder', isOwned: true },
  ],
  [
    'an order that does not exist (REST)',
    () => rest('/api/order/77'),
    { protocol: 'rest', outcome: 'order_not_found', action: 'GET /api/order/{id}', isOwned: true },
  ],
  [
    'a path that does not exist',
    () => rest('/wrong-secret-of-mine?key=wrong-secret-of-mine'),
    { protocol: 'http', outcome: 'not_found', action: 'GET (no such path)', isOwned: false },
  ],
  ...(
    [
      ['no HTTP at all', 'wrong-secret-of-mine\r\n\r\n', 'payload_required'],
      [
        'a header without a colon',
        'GET / HTTP/1.1\r\nHost: x\r\nwrong-secret-of-mine\r\n\r\n',
        'payload_required',
      ],
      [
        'two lengths',
        'POST /api/dhru HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
        'payload_required',
      ],
      [
        'a length and chunks',
        'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        'payload_required',
      ],
      [
        'a head that is too long',
        `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`,
        'body_too_large',
      ],
    ] as const
  ).map(([what, bytes, outcome]): (typeof cases)[number] => [
    what,
    () => broken(bytes),
    { protocol: 'http', outcome, action: '(no HTTP request)', isOwned: false },
  ]),
  [
    'a supplier’s hook without a signature',
    () => rest('/hooks/suppliers/1', { method: 'POST' }),
    {
      protocol: 'hook',
      outcome: 'invalid_signature',
      action: 'POST /hooks/suppliers/{name}',
      isOwned: false,
      level: 'warn',
    },
  ],
]

test.each(cases)('%s is a line, and found by its id', async (_what, ask, seen) => {
  const { protocol, outcome, action, isOwned, level = 'info' } = seen
  const { id, status } = await ask()
  const all = lines.filter(({ requestId }) => requestId === id)
  expect(all).toHaveLength(1)
  expect(all[0]).toMatchObject({
    level: level === 'warn' ? 40 : 30,
    msg: 'a request was refused',
    protocol,
    reason: outcome,
    action,
    status,
    ...(isOwned && { account: shop.accountId }),
  })
  const found = await kept(id)
  expect(found).toMatchObject({
    trace_id: id,
    protocol,
    action,
    status,
    outcome,
    account: isOwned ? shop.username : null,
  })
  expect((await show(id)).stdout).toContain(outcome)
})

test('each of them is counted in the figures', async () => {
  const ofEach = Map.groupBy(cases, ([, , { protocol, outcome }]) => `${protocol} ${outcome}`)
  for (const some of ofEach.values()) {
    const [[, , { protocol, outcome }]] = some as [(typeof cases)[number]]
    await expect.poll(() => figure(protocol, outcome)).toBeGreaterThanOrEqual(some.length)
  }
})

test('what a key asked for that is not let in is in the log of its account, and found by the key', async () => {
  const key = await createKey(server.sql, shop.accountId as AccountId)
  await revokeKey(server.sql, key.id)
  for (const { id } of [
    await dhru({ action: 'accountinfo' }, { ...shop, securityId: key.securityId, secret: key.secret }),
    await rest('/api/me', { key: `${key.securityId}.${key.secret}` }),
  ]) {
    expect(lines.find(({ requestId }) => requestId === id)).toMatchObject({
      reason: 'key_revoked',
      key: key.id,
    })
    expect(await kept(id)).toMatchObject({
      outcome: 'key_revoked',
      api_key_id: key.id,
      account: shop.username,
    })
  }
  const listed = await fetch(`${server.url}/api/requests?key=${key.id}`, {
    headers: { authorization: `Bearer ${shop.securityId}.${shop.secret}` },
  })
  const { data } = (await listed.json()) as { data: { page: { items: Record<string, unknown>[] } } }
  expect(data.page.items.map(({ protocol, outcome }) => [protocol, outcome])).toEqual([
    ['rest', 'key_revoked'],
    ['dhru', 'key_revoked'],
  ])
})

test('a request that was answered is found, too, and an id that nobody had is not', async () => {
  const { id } = await rest('/api/me')
  expect(await kept(id)).toMatchObject({ outcome: 'ok', message: null, account_id: shop.accountId })
  const none = await show(requestIds()(), '--json')
  expect([none.code, none.error().code]).toEqual([4, 'not_found'])
  expect((await show(randomUUID(), '--json')).error()).toMatchObject({ code: 'invalid_input', field: 'id' })
})

test('no line and no entry has a secret in it', async () => {
  expect(lines.length).toBeGreaterThan(10)
  const entries = await server.sql`select * from stranger_requests`
  for (const kept of [lines, entries]) {
    expect(
      JSON.stringify(kept, (_, value) => (typeof value === 'bigint' ? Number(value) : value)),
    ).not.toMatch(new RegExp(`wrong-secret|${shop.secret}`))
  }
})

test('ids begin with the time, are all different, and are found out from others', () => {
  let now = Date.parse('2031-02-03T04:05:06.789Z')
  const next = requestIds(() => now)
  const ids = Array.from({ length: 2_000 }, (_, n) => {
    now += n % 3 === 0 ? 1 : 0
    return next()
  })
  expect(new Set(ids).size).toBe(2_000)
  expect(ids).toEqual([...ids].sort())
  expect(timeOfRequest(ids.at(-1) ?? '')).toEqual(new Date(now))
  expect(timeOfRequest((ids[0] ?? '').toUpperCase())?.getTime()).toBe(Date.parse('2031-02-03T04:05:06.790Z'))
  for (const other of ['', 'x', randomUUID(), `${ids[0]}0`, `${ids[0]}\n`]) {
    expect(timeOfRequest(other)).toBeUndefined()
  }
})

test('an attacker fills neither the log nor the disk: what is left out is counted', async () => {
  await server.owner`truncate stranger_requests`
  const heard: { msg: string; reasons?: Record<string, number> }[] = []
  let counted = 0
  const refusals = new Refusals({
    sql: server.sql,
    log: pino({ level: 'info' }, { write: (line: string) => void heard.push(JSON.parse(line)) }),
    keeps: true,
    count: () => counted++,
    now: () => 0,
  })
  const refused = (over: Partial<RequestEntry>): RequestEntry => ({
    accountId: null,
    keyId: null,
    at: new Date(),
    via: 'dhru',
    action: 'x\u202e\u0000'.repeat(400),
    status: 200,
    outcome: 'invalid_credentials',
    detail: '\u001b[31m',
    orderId: null,
    ip: '198.51.100.1',
    tookUs: 1,
    requestId: randomUUID(),
    ...over,
  })
  for (let n = 0; n < 2_000; n++) refusals.note(refused({}))
  for (let n = 0; n < 2_000; n++) refusals.note(refused({ ip: `2001:db8:${n % 50}:${n}::1`, via: 'rest' }))
  await refusals.stop()
  expect(counted).toBe(4_000)
  expect(heard.filter(({ msg }) => msg === 'a request was refused')).toHaveLength(300)
  expect(heard.at(-1)?.reasons).toEqual({ invalid_credentials: 3_700 })
  const [row] = await server.sql<{ all: number; loud: number; longest: number }[]>`
    select count(*)::int as all, count(*) filter (where ip = '198.51.100.1')::int as loud,
           max(length(action)) as longest from stranger_requests`
  // Of the loud one a minute's number for an address, and of all together one for the process.
  expect(row).toEqual({ all: 600, loud: 60, longest: 500 })

  const sweep = requestJobs({ sql: server.sql, clock: new StillClock(), days: async () => 3_650 })[
    SWEEP_REQUESTS
  ]
  await server.sql`update stranger_requests set id = default`
  await server.owner`alter table stranger_requests alter column id restart with 250000`
  await server.sql`
    insert into stranger_requests (at, via, action, status, outcome, ip, took_us, request_id)
    values (now(), 'http', 'x', 404, 'not_found', '', 0, gen_random_uuid())`
  await sweep?.(null, new AbortController().signal)
  expect(await server.sql`select action from stranger_requests`).toEqual([{ action: 'x' }])
})
