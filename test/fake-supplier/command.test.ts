import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { cleanUp, FakeProcess } from './fake-process.ts'
import { dhru, imeiOf, say, Wire } from './wire.ts'

afterAll(cleanUp)

describe('imeigate fake-supplier', () => {
  it('says where it is, how to add it, and what goes wrong; a signal stops it while clients wait', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const fake = new FakeProcess()
      const url = await fake.url()
      const waiting = new Wire(url, dhru('placeimeiorder', { ID: '101', IMEI: imeiOf('00100216', 1) }))
      await expect
        .poll(async () => (await say(url, dhru('getimeiorder', { ID: '1001' }))).SUCCESS)
        .toBeDefined()
      expect(await fake.stop(signal)).toEqual({ code: 0, signal: null })
      expect(await waiting.reply()).toBeUndefined()
      expect(fake.stdout).toContain(
        `echo fake | imeigate supplier add --kind dhru --name fake --url ${url} --username fake --apiaccesskey -\n`,
      )
      expect(fake.stdout).toContain('OUTBOUND_ALLOW=127.0.0.0/8')
      expect(fake.stdout).toContain('IMEI not found')
      expect(fake.stdout).toMatch(/Stopped\.\n$/)
    }
  })

  it('says one JSON value with --json, and never the key', async () => {
    const fake = new FakeProcess('--apiaccesskey', 'very-secret', '--json')
    const url = await fake.url()
    await fake.stop()
    expect(JSON.parse(fake.stdout)).toEqual({ url, log: null, bought: 0 })
    const welcoming = new FakeProcess('--apiaccesskey', 'very-secret')
    await welcoming.url()
    await welcoming.stop()
    expect(welcoming.stdout).not.toContain('very-secret')
  })

  it.each([
    [['--services', '0'], 'services'],
    [['--port', '70000'], 'port'],
    [['--balance', 'much'], 'balance'],
    [['--bulk-shape', 'round'], 'bulk_shape'],
    [['--webhook', 'http://127.0.0.1:1/'], 'apiaccesskey'],
    [['--webhook', 'nowhere', '--apiaccesskey', 'x'], 'webhook'],
  ])('refuses %o and names the option', async (options, field) => {
    const fake = new FakeProcess(...options, '--json')
    expect(await fake.ended).toEqual({ code: 1, signal: null })
    const [, json = ''] = fake.stderr.trimEnd().split('\n')
    expect(JSON.parse(json).error).toMatchObject({ code: 'invalid_input', field })
  })

  it('says so when the port is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const fake = new FakeProcess('--port', String(port))
    expect((await fake.ended).code).toBe(1)
    expect(fake.stderr).toContain(`EADDRINUSE`)
    await new Promise((resolve) => other.close(resolve))
  })
})
