import { Writable } from 'node:stream'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/lib/time.ts'
import { RestClient } from '../../support/rest.ts'
import { imei, testServer } from '../../support/server.ts'

test('what is streamed is answered once, and nothing is logged of it', async () => {
  const lines: string[] = []
  const kept = new Writable({
    write(line, _encoding, done) {
      lines.push(String(line))
      done()
    },
  })
  const server = await testServer({}, systemClock, pino({ level: 'warn' }, kept))
  try {
    const client = new RestClient(server, await server.shop())
    const code = await server.service()
    const { body } = await client.post('/api/order', { code, data: { imeis: [imei(1), imei(2)] } })
    const month = body.created_at.slice(0, 7)
    for (const format of ['csv', 'pdf', 'json']) {
      expect((await client.get(`/api/statement/${month}?format=${format}`)).status).toBe(200)
    }
    const rows = await client.get(`/api/order/${body.order_id}/items`, { accept: 'application/x-ndjson' })
    expect(rows.text.trim().split('\n')).toHaveLength(2)
    const { securityId, secret } = client.shop ?? {}
    const gone = new AbortController()
    const events = await fetch(`${server.url}/api/order/events`, {
      headers: { authorization: `Bearer ${securityId}.${secret}` },
      signal: gone.signal,
    })
    await events.body?.getReader().read()
    gone.abort()
  } finally {
    await server.stop()
  }
  expect(lines).toEqual([])
})
