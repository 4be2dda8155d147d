import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { readConfig } from '../../../src/config.ts'
import { readOrderWebhook } from '../../../src/integrations/suppliers/cekceir/webhook.ts'
import { readRequest } from '../../../src/protocols/dhru/form.ts'
import { readOrderFields, readOrderIds } from '../../../src/protocols/dhru/order-fields.ts'
import { readParameters } from '../../../src/protocols/dhru/parameters.ts'
import { readForm } from '../../../src/protocols/dhru/read-form.ts'
import { readJson } from '../../../src/protocols/kit/read-json.ts'
import { bodyShapes } from '../../support/bodies.ts'
import { exchange, login, readDhru } from '../../support/dhru.ts'
import { randomNumbers } from '../../support/random.ts'
import { type Shop, type TestServer, testServer } from '../../support/server.ts'
import { least, turnMs } from '../../support/turns.ts'

const { dhruBodyLimit } = readConfig({})
const shapes = (shop: [string, string][]) => bodyShapes(dhruBodyLimit, shop, randomNumbers(inject('seed')))

const STRANGER: [string, string][] = [
  ['username', 'shop'],
  ['apiaccesskey', 'x'],
]

/** ROOM keeps a busy machine from failing the test: bench/bodies.ts measures how long a turn is. Without a limit it takes many times as long. */
const ROOM = 4

describe('a body of the largest size, of any shape', () => {
  it('takes no more than some turns of the loop, for what it costs before its sender is known, and for each step after that', () => {
    const allowed = turnMs() * ROOM
    const slow: string[] = []
    for (const { name, contentType, body: make } of shapes(STRANGER)) {
      const body = make()
      const webhook = () => readOrderWebhook(body, '0'.repeat(64), 'a.b')
      const form = () => {
        const read = readForm(contentType, body)
        readRequest(read)
        return read
      }
      const steps: [step: string, work: () => unknown][] = [['before', form]]
      if (name.startsWith('JSON body')) steps.push(['webhook', webhook])
      if (!form().isCut) {
        const parameters = readParameters(form())
        const rows =
          parameters.ok && parameters.value.kind === 'many'
            ? parameters.value.rows
            : [
                {
                  fields:
                    parameters.ok && parameters.value.kind === 'one' ? parameters.value.fields : undefined,
                },
              ]
        steps.push(['parameters', () => readParameters(form())])
        steps.push(['ids', () => readOrderIds(parameters, form())])
        // Rows have turns of their own.
        steps.push(['a row', () => rows[0]?.fields && readOrderFields(rows[0].fields)])
      }
      for (const [step, work] of steps) {
        const spent = least(work, allowed)
        if (spent > allowed) slow.push(`${name}, ${step}: ${spent.toFixed(1)} of ${allowed.toFixed(1)} ms`)
      }
    }
    expect(slow).toEqual([])
  })
})

describe('a urlencoded body of the largest size', () => {
  it('takes no more of the loop once the code that reads it was compiled', () => {
    const slow: string[] = []
    for (const { name, contentType, body: make } of shapes(STRANGER)) {
      if (!name.startsWith('urlencoded names')) continue
      const body = make()
      // V8 compiles what is called so often, and moves in it what it may.
      for (let times = 0; times < 30; times++) readForm(contentType, body)
      const spent = least(() => readForm(contentType, body), turnMs())
      if (spent > turnMs()) slow.push(`${name}: ${spent.toFixed(1)} ms`)
    }
    expect(slow).toEqual([])
  })
})

describe('before its sender is known', () => {
  it('a body has few charsets looked for, however many it names', () => {
    const made: string[] = []
    const Real = TextDecoder
    vi.stubGlobal(
      'TextDecoder',
      class extends Real {
        constructor(charset?: string) {
          super(charset)
          made.push(charset ?? '')
        }
      },
    )
    onTestFinished(() => void vi.unstubAllGlobals())
    const part = (charset: string) =>
      `--X\r\nContent-Disposition: form-data; name="username"\r\nContent-Type: text/plain; charset=${charset}\r\n\r\n \r\n`
    const charsets = Array.from({ length: 200 }, (_, i) => `windows-${1250 + (i % 9)}`)
    const form = readForm('multipart/form-data; boundary=X', Buffer.from(charsets.map(part).join('')))
    expect(readRequest(form).username).toBe('')
    expect(made).toEqual(['windows-1250', 'windows-1251', 'windows-1252', 'windows-1253'])
  })

  it.each([
    ['urlencoded', 'application/x-www-form-urlencoded', (name: string) => `${name}=${'%41'.repeat(300_000)}`],
    ['JSON', 'application/json', (name: string) => `{"${name}":"${'\\u0041'.repeat(150_000)}"}`],
    [
      'multipart',
      'multipart/form-data; boundary=X',
      (name: string) =>
        `--X\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${'A'.repeat(900_000)}\r\n--X--`,
    ],
  ])('nothing that says who asks for what is decoded beyond any use: %s', (_encoding, type, body) => {
    for (const [field, of] of [
      ['username', 'username'],
      ['apiaccesskey', 'secret'],
      ['action', 'action'],
      ['idempotency_key', 'idempotencyKey'],
    ] as const) {
      const { [of]: value = '' } = readRequest(readForm(type, Buffer.from(body(field))))
      expect(value.length, field).toBe(4096)
    }
  })
})

/** SAMPLE is the part of the shapes that go over the wire, other ones in each run. */
const SAMPLE = 0.1

describe('the endpoint', () => {
  let server: TestServer
  let shop: Shop
  beforeAll(async () => {
    server = await testServer()
    shop = await server.shop()
  })
  afterAll(() => server?.stop())

  it('answers shapes in Dhru, and says which limit was passed, or that the sender is not known', async () => {
    const random = randomNumbers(inject('seed'))
    for (const known of [false, true]) {
      const sender: [string, string][] = known ? login(shop) : STRANGER
      for (const { name, contentType, body } of shapes(sender)) {
        if (random() > SAMPLE) continue
        const reply = await exchange(server.url, { body: body(), headers: { 'content-type': contentType } })
        const { says } = readDhru(reply)
        const said = says.ERROR?.[0].FULL_DESCRIPTION ?? 'rows'
        const expected = known
          ? /^(?:body_too_large: at most 5000 fields|malformed_parameters: .+|payload_required|action_missing|too_many_rows: .+|invalid_credentials|rows)/
          : /^(?:body_too_large: at most 5000 fields|invalid_credentials)/
        expect(said, name).toMatch(expected)
      }
    }
  })
})

describe('a body of the REST API', () => {
  it.each([
    ['values', `[${'1,'.repeat(60_000)}1]`, 'has more than 50000 values'],
    ['names', `{${Array.from({ length: 10_001 }, (_, i) => `"n${i}":1`)}}`, 'has more than 10000 names'],
    ['digits', `{"code":1e${'9'.repeat(2_000_000)}}`, 'has more than 50000 values'],
    ['levels', '['.repeat(1000), 'is nested deeper than 32 levels'],
    ['levels of objects', '{"a":'.repeat(1000), 'is nested deeper than 32 levels'],
  ])('is read to a limit of %s', async (_what, body, message) => {
    await expect(readJson(Buffer.from(body))).rejects.toMatchObject({ faults: [{ message }] })
  })
})
