import type { IncomingMessage } from 'node:http'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { noteSighting, ProxyWatch, recentSightings } from '../../src/app/proxy-watch.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { temporaryFolder } from '../support/process.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { WAIT } from '../support/until.ts'

const said: { level: number; msg: string }[] = []
const log = pino({ level: 'warn' }, { write: (line: string) => void said.push(JSON.parse(line)) })

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await testDatabase()
  server = await testServer({}, undefined, log)
})
afterAll(async () => {
  await server?.stop()
  await database?.drop()
})

/** `seen` gives what is said of requests, each from a peer, with headers, for a path. */
function seen(proxies: string[], ...requests: [peer: string, headers?: object, url?: string][]): string[] {
  said.length = 0
  const watch = new ProxyWatch(proxies, log, () => {})
  for (const [remoteAddress, headers = {}, url = '/api/dhru'] of requests) {
    watch.look({ headers, url, socket: { remoteAddress } } as unknown as IncomingMessage)
  }
  return said.map(({ msg }) => msg)
}

const XFF = { 'x-forwarded-for': '203.0.113.7' }
const PRIVATE = /^requests come through a reverse proxy at (\S+) .* set TRUST_PROXY=\1$/
const PUBLIC =
  /^a request came from (\S+) with X-Forwarded-For, .* set TRUST_PROXY=\1; if not, somebody made it up/
const BESIDE = /^a request came from (\S+), which is none of TRUST_PROXY: .*add it there/

test.each<[string, string[], Parameters<typeof seen>[1], RegExp | undefined]>([
  ['nobody is trusted, and nothing is forwarded', [], ['203.0.113.9'], undefined],
  ['a proxy on this machine', [], ['127.0.0.1', XFF], PRIVATE],
  ['a proxy on this machine, by IPv6', [], ['::1', XFF], PRIVATE],
  ['one on this machine, as a socket of both families says it', [], ['::ffff:127.0.0.1', XFF], PRIVATE],
  ['a proxy in a private network', [], ['10.4.0.2', XFF], PRIVATE],
  ['one in a private network of IPv6', [], ['fd00::5', XFF], PRIVATE],
  ['the standard header', [], ['172.17.0.1', { forwarded: 'for=203.0.113.7' }], PRIVATE],
  ['a hook through a proxy', [], ['192.168.1.4', XFF, '/hooks/suppliers/7'], PRIVATE],
  ['an empty header', [], ['192.168.1.4', { 'x-forwarded-for': '' }], PRIVATE],
  ['somebody on the internet, who may have made it up', [], ['8.8.4.4', XFF], PUBLIC],
  ['somebody on the internet by IPv6', [], ['2a00:1450::1', XFF], PUBLIC],
  ['the proxy that is trusted', ['127.0.0.1'], ['127.0.0.1', XFF], undefined],
  ['one of the networks that are trusted', ['10.0.0.0/8'], ['::ffff:10.4.0.2', XFF], undefined],
  ['another proxy', ['127.0.0.1'], ['10.4.0.2', XFF], BESIDE],
  ['a second proxy on this machine', ['10.4.0.2'], ['127.0.0.1', XFF], BESIDE],
  ['somebody past the proxy', ['127.0.0.1'], ['8.8.4.4'], BESIDE],
  ['a hook past the proxy', ['127.0.0.1'], ['8.8.4.4', {}, '/hooks/deposits/card'], BESIDE],
  ['a program on this machine', ['10.4.0.2'], ['127.0.0.1'], undefined],
  ['a probe from inside', ['10.4.0.2'], ['10.9.9.9', {}, '/readyz'], undefined],
])('%s', (_what, proxies, request, sentence) => {
  const lines = seen(proxies, request, request)
  expect(lines).toEqual(sentence ? [expect.stringMatching(sentence)] : [])
})

test('a server says it once, and notes it for doctor', async () => {
  said.length = 0
  for (const path of ['/healthz', '/hooks/suppliers/1', '/api/dhru']) {
    await fetch(`${server.url}${path}`, { method: path === '/healthz' ? 'GET' : 'POST', headers: XFF })
  }
  expect(said.filter(({ msg }) => PRIVATE.test(msg))).toHaveLength(1)
  const [row] = await vi.waitFor(async () => {
    const rows = await server.sql<{ peer: string }[]>`select sighting, peer from proxy_sightings`
    expect(rows).toHaveLength(1)
    return rows
  }, WAIT)
  expect(row).toEqual({ sighting: 'unbelieved', peer: expect.stringContaining('127.0.0.1') })
})

test('doctor warns for a day, unless the settings fit by now', async () => {
  const { sql } = database
  const doctor = async (settings: Record<string, string> = {}) => {
    const all = { ...settingsFor(database.address), IMEIGATE_DATA: temporaryFolder(), ...settings }
    const { checks } = (await imeigate(['doctor', '--json'], all)).json()
    return checks.find(({ name }: { name: string }) => name === 'proxy')
  }
  expect(await doctor()).toMatchObject({ status: 'ok' })
  const now = new Date()
  await noteSighting(sql, 'unbelieved', '10.4.0.2', new Date(now.getTime() - 1000))
  await noteSighting(sql, 'unbelieved', '10.4.0.3', now)
  expect(await doctor()).toMatchObject({
    status: 'warn',
    detail: expect.stringContaining('set TRUST_PROXY=10.4.0.3'),
  })
  expect(await doctor({ TRUST_PROXY: '10.4.0.3' })).toMatchObject({ status: 'ok' })
  await noteSighting(sql, 'beside', '8.8.4.4', now)
  expect(await doctor({ TRUST_PROXY: '10.4.0.3' })).toMatchObject({ detail: expect.stringMatching(BESIDE) })
  expect(await recentSightings(sql, ['8.8.0.0/16'], now)).toEqual([])
  expect(await recentSightings(sql, [], new Date(now.getTime() + 25 * 3_600_000))).toEqual([])
})
