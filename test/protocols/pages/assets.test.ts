import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { exchange } from '../../support/dhru.ts'
import { BUILT, buildIfOld } from '../../web/build.fixtures.ts'
import { OperatorOffice } from '../operator/office.fixtures.ts'

/** The files of the web application, as bytes over HTTP. */
let office: OperatorOffice
let script: string
beforeAll(async () => {
  await buildIfOld()
  office = await OperatorOffice.open()
  script = readdirSync(join(BUILT, 'assets')).find((name) => /^console-.+\.js$/.test(name)) ?? ''
})
afterAll(() => office.stop())

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  exchange(office.server.url, { method, path, headers })

it('a file is sent as it was built, compressed as it is asked for, and kept for good', async () => {
  const plain = await get(`/assets/${script}`)
  expect(plain.status).toBe(200)
  expect(plain.headers['content-type']).toMatch(/^application\/javascript/)
  expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  for (const [encoding, read] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const) {
    const packed = await get(`/assets/${script}`, { 'accept-encoding': encoding })
    expect(packed.headers['content-encoding']).toBe(encoding)
    expect(packed.headers['content-type']).toBe(plain.headers['content-type'])
    expect(packed.headers['cache-control']).toBe(plain.headers['cache-control'])
    expect(packed.headers['vary']).toMatch(/accept-encoding/i)
    expect(read(packed.bytes).equals(plain.bytes)).toBe(true)
  }
  const known = await get(`/assets/${script}`, { 'if-none-match': String(plain.headers['etag']) })
  expect([known.status, known.bytes.length]).toEqual([304, 0])
  const head = await get(`/assets/${script}`, {}, 'HEAD')
  expect([head.status, head.headers['content-length'], head.bytes.length]).toEqual([
    ...[200, String(plain.bytes.length), 0],
  ])
})

it.each([
  '/assets/',
  '/assets/nothing-ABCDEFGH.js',
  '/assets/..%2fconsole.html',
  '/assets/%2e%2e/console.html',
  '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
  '/assets/constructor',
  '/assets/%00',
])('%s is no file', async (path) => {
  expect((await get(path)).status).toBe(404)
})
