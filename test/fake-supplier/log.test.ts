import { appendFileSync, writeFileSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { cleanUp, FakeProcess, logPath, readLines } from './fake-process.ts'
import { bytesOf, control, dhru, exchange, imeiOf, rest, say, Wire } from './wire.ts'

afterAll(cleanUp)

const CONNECTIONS = 16
const KILL_AFTER = 400

const order = (imei: string, key?: string): string =>
  dhru('placeimeiorder', { ID: '101', IMEI: imei }, key === undefined ? {} : { idempotency_key: key })

/** `orderUntilKilled` orders until the connections break, and gives the order that each acknowledged IMEI got. */
async function orderUntilKilled(fake: FakeProcess, url: string): Promise<Map<string, string>> {
  const acknowledged = new Map<string, string>()
  let serial = 0
  const one = async (): Promise<void> => {
    for (;;) {
      const imei = imeiOf('35000000', serial++)
      const reply = await new Wire(url, order(imei)).reply()
      if (!reply) return
      acknowledged.set(imei, JSON.parse(reply.body).SUCCESS[0].REFERENCEID)
      if (acknowledged.size === KILL_AFTER) fake.child.kill('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, one))
  await fake.ended
  return acknowledged
}

it('has every purchase that was acknowledged before a SIGKILL, and the next start goes on with them', async () => {
  const log = logPath()
  const killed = new FakeProcess('--log', log, '--json')
  const acknowledged = await orderUntilKilled(killed, await killed.url())
  const lines = readLines(log)
  const bought = new Map(lines.map(({ input, order: id }) => [input, String(id)]))
  expect(lines.every(({ what }) => what === 'bought')).toBe(true)
  expect(acknowledged.size).toBeGreaterThanOrEqual(KILL_AFTER)
  for (const [imei, id] of acknowledged) expect(bought.get(imei)).toBe(id)
  // No number twice.
  expect(new Set(bought.values()).size).toBe(lines.length)

  const next = new FakeProcess('--log', log, '--finish-ms', '0', '--json')
  const url = await next.url()
  expect(JSON.parse(next.stdout)).toMatchObject({ url, log, bought: lines.length })
  for (const [imei, id] of [...acknowledged].slice(-20)) {
    const { SUCCESS } = await say(url, dhru('getimeiorder', { ID: id }))
    expect(SUCCESS[0]).toMatchObject({ STATUS: '4', IMEI: imei, CODE: expect.stringContaining(imei) })
  }
  const { SUCCESS } = await say(url, order(imeiOf('35000001', 1)))
  expect(Number(SUCCESS[0].REFERENCEID)).toBe(Math.max(...[...bought.values()].map(Number)) + 1)
})

it('carries answers, changes, keys, duplicates, what was ignored and the balance over a restart', async () => {
  const log = logPath()
  const options = [
    '--log',
    log,
    '--finish-ms',
    '0',
    '--balance',
    '10',
    '--idempotency',
    '--refuse-duplicates',
  ]
  const first = new FakeProcess(...options, '--json')
  let url = await first.url()
  const placed = async (imei: string, key?: string): Promise<string> =>
    (await say(url, order(imei, key))).SUCCESS[0].REFERENCEID
  const statusOf = async (id: string): Promise<string> =>
    (await say(url, dhru('getimeiorder', { ID: id }))).SUCCESS[0].STATUS
  const [plain, keyed, fickle] = [imeiOf('35000000', 1), imeiOf('35000000', 2), imeiOf('00100212', 1)]
  const ids = [await placed(plain), await placed(keyed, 'a-key'), await placed(fickle)] as const
  const ignored = imeiOf('00100221', 1)
  await new Wire(url, order(ignored, 'lost-key')).ended
  expect(await statusOf(ids[2])).toBe('4')
  expect(
    await say(
      url,
      rest('POST', '/api/order', {
        code: '102',
        data: { imeis: [imeiOf('00100202', 1), imeiOf('35000000', 3)] },
      }),
    ),
  ).toMatchObject({ order_id: 1004, status: 'partial' })
  const before = await control(url)
  expect(before).toMatchObject({ bought: 4, balance: '6.4275' })
  await first.stop('SIGKILL')

  const second = new FakeProcess(...options, '--json')
  url = await second.url()
  expect(await control(url)).toEqual({ ...before, requests: {} })
  // Told before as done, it changes its mind, and the money comes back.
  expect(await statusOf(ids[2])).toBe('3')
  expect(await control(url)).toMatchObject({ balance: '7.2275' })
  expect(await placed(keyed, 'a-key')).toBe(ids[1])
  expect((await say(url, order(keyed, 'another'))).ERROR[0].MESSAGE).toBe('ValidationError123')
  expect((await say(url, order(plain))).ERROR[0].MESSAGE).toBe('ValidationError123')
  expect(await placed(ignored, 'lost-key')).toBe('1005')
  expect(await say(url, rest('GET', '/api/order/1004'))).toMatchObject({ status: 'partial', total: 2 })
  const changes = readLines(log).filter(({ what }) => what === 'changed')
  expect(changes).toEqual([
    { at: expect.any(String), what: 'changed', order: Number(ids[2]), input: fickle, to: 'rejected' },
  ])
})

it('says of every line when, what, for whom and by which way', async () => {
  const log = logPath()
  const fake = new FakeProcess('--log', log, '--finish-ms', '0', '--json')
  const url = await fake.url()
  const imeis = [1, 2, 3].map((n) => imeiOf('35000000', n))
  await say(url, order(imeis[0] as string, 'dhru-key'))
  await say(
    url,
    rest(
      'POST',
      '/api/order',
      { code: 'fake-101', data: { imeis: [imeis[1]] } },
      { 'idempotency-key': 'rest-key' },
    ),
  )
  await say(url, bytesOf('GET', `/check?service=101&imei=${imeis[2]}&key=k`))
  await say(url, order('001002020000012'))
  await say(url, dhru('getimeiorder', { ID: '1001' }))
  await fake.stop()
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  const bought = { at, what: 'bought', service: '101', price: '0.80', quantity: 1 }
  expect(readLines(log)).toEqual([
    { ...bought, order: 1001, input: imeis[0], key: 'dhru-key', via: 'dhru' },
    { ...bought, order: 1002, input: imeis[1], key: 'rest-key', via: 'rest' },
    { at, what: 'delivered', order: 1002, input: imeis[1] },
    { ...bought, order: 1003, input: imeis[2], key: null, via: 'http' },
    { at, what: 'delivered', order: 1003, input: imeis[2] },
    {
      at,
      what: 'refused',
      order: null,
      service: '101',
      input: '001002020000012',
      key: null,
      via: 'dhru',
      reason: 'imei',
    },
    { at, what: 'asked', order: '1001', via: 'dhru' },
    { at, what: 'delivered', order: 1001, input: imeis[0] },
  ])
})

it('leaves status requests out when told so, and secrets always', async () => {
  const log = logPath()
  const fake = new FakeProcess('--log', log, '--no-log-asked', '--apiaccesskey', 'very-secret', '--json')
  const url = await fake.url()
  const login = { apiaccesskey: 'very-secret' }
  await say(url, dhru('placeimeiorder', { ID: '101', IMEI: imeiOf('35000000', 1) }, login))
  await say(url, dhru('getimeiorder', { ID: '1001' }, login))
  await exchange(url, bytesOf('GET', `/check?service=101&imei=${imeiOf('35000000', 2)}&key=very-secret`))
  await fake.stop()
  expect(readLines(log).map(({ what }) => what)).toEqual(['bought', 'bought', 'delivered'])
  expect(JSON.stringify(readLines(log)) + fake.stdout + fake.stderr).not.toContain('very-secret')
})

it('loses the half line of a crashed machine, which nobody was told of, and refuses what is no log', async () => {
  const log = logPath()
  const line = (n: number): string =>
    `{"at":"2031-01-01T00:00:00.000Z","what":"bought","order":${n},"service":"101","input":"${imeiOf('35000000', n)}","key":null,"via":"dhru","price":"0.80","quantity":1}\n`
  writeFileSync(log, `${line(1)}${line(2).slice(0, 50)}`)
  const fake = new FakeProcess('--log', log, '--json')
  expect((await say(await fake.url(), order(imeiOf('35000000', 9)))).SUCCESS[0].REFERENCEID).toBe('1001')
  await fake.stop()
  expect(readLines(log).map(({ order: id }) => id)).toEqual([1, 1001])
  appendFileSync(log, `no JSON\n${line(3)}`)
  const refused = new FakeProcess('--log', log)
  expect((await refused.ended).code).toBe(1)
  expect(refused.stderr).toContain(`line 3 of ${log} is no JSON`)
})
