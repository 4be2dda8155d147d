import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codesOf, errors } from '../../../src/errors.ts'
import { cekceir } from '../../../src/integrations/suppliers/cekceir/index.ts'
import { http } from '../../../src/integrations/suppliers/http/index.ts'
import type { Supplier, SupplierOutcome } from '../../../src/integrations/suppliers/supplier.ts'
import { refusedWith, rowsOf, supplierAt, TestPanel, workOf } from './dhru-panel.ts'
import { send, supplierOf, TestServer } from './http-server.ts'
import { refusals } from './refusals.ts'

const { signal } = new AbortController()
let panel: TestPanel
let server: TestServer
const open: Supplier[] = []
beforeAll(async () => {
  panel = await new TestPanel().start()
  server = await new TestServer().start()
})
afterAll(async () => {
  await Promise.all(open.map((one) => one.close?.()))
  await panel.stop()
  await server.stop()
})

const dhru = async (settings: Record<string, unknown> = {}): Promise<Supplier> => {
  const supplier = supplierAt(panel.url, settings)
  open.push(supplier)
  // It is a plain panel, which cannot be asked for an order without a number.
  panel.answers = { accountinfo: { SUCCESS: [{ AccoutInfo: { credit: '1' } }] } }
  await supplier.account?.(signal)
  return supplier
}
const placed = async (supplier: Supplier, answer: object, status = 200): Promise<SupplierOutcome> => {
  panel.status = status
  panel.answers = { '*': answer }
  const [outcome] = await supplier.send([workOf()], signal)
  panel.status = 200
  return outcome as SupplierOutcome
}

const unavailable = (why: string) => ({ kind: 'unavailable', why })
const means: Record<string, object> = {
  taken: { kind: 'unknown', unrecognised: expect.any(String) },
  item: { kind: 'refused' },
  duplicate: { kind: 'duplicate' },
  credit: unavailable('credit'),
  login: unavailable('login'),
  ip: unavailable('login'),
  limit: unavailable('busy'),
  busy: unavailable('busy'),
  internal: { kind: 'unknown' },
}
const said = Object.entries(refusals).flatMap(([language, byClass]) =>
  Object.entries(byClass).map(([name, [text = '']]) => [language, name, text] as const),
)

describe('a refusal', () => {
  it.each(said)('in %s of class %s means the same from a Dhru panel: %j', async (_language, name, text) => {
    const supplier = await dhru()
    expect(await placed(supplier, refusedWith(text))).toMatchObject(means[name] as object)
    expect(await placed(supplier, refusedWith(text), 400)).toMatchObject(means[name] as object)
    expect(await placed(supplier, refusedWith('Error', text))).toMatchObject(means[name] as object)
  })

  it.each(said)('in %s of class %s means the same from a REST API: %j', async (_language, name, text) => {
    const supplier = supplierOf(cekceir, {
      url: server.url,
      settings: {},
      secrets: { api_key: 'id7.very-secret' },
    })
    open.push(supplier)
    for (const status of [400, 422]) {
      server.says({ error: true, code: 'ORDER_ERROR', message: text }, status)
      expect(await send(supplier)).toMatchObject(means[name] as object)
    }
  })

  it.each(said)(
    'in %s of class %s means the same behind a shipped template: %j',
    async (_language, name, text) => {
      const supplier = supplierOf(http, {
        url: server.url,
        settings: { template: 'instant-get' },
        secrets: { key: 'the-key' },
      })
      open.push(supplier)
      server.says({ status: 'error', message: text })
      expect(await send(supplier)).toMatchObject(means[name] as object)
    },
  )

  it('behind a template of one’s own is what its rule says, unless the words speak against it', async () => {
    const template = {
      name: 'own',
      request: { method: 'GET', url: '{url}' },
      answer: {
        format: 'json',
        success: [{ path: 'ok', equals: true }],
        refused: [{ path: 'ok', equals: false }],
        result: 'result',
        reason: 'why',
      },
    }
    const supplier = supplierOf(http, { url: server.url, settings: { template } })
    open.push(supplier)
    for (const [why, outcome] of [
      ['Kode 77', { kind: 'refused' }],
      ['Saldo insuficiente', unavailable('credit')],
      ['Error interno del servidor', { kind: 'unknown' }],
    ] as const) {
      server.says({ ok: false, why })
      expect(await send(supplier)).toMatchObject(outcome)
    }
  })

  it.each([
    ['Call to a member function getUserId() on null', { kind: 'unknown' }],
    ['Deadlock found when trying to get lock; try restarting transaction', { kind: 'unknown' }],
    ['Command Not Found', unavailable('login')],
    ['Overdue limit exceeded', unavailable('credit')],
    ['Kode 77: hubungi sales', { kind: 'unknown', unrecognised: 'kode hubungi sales' }],
  ])('that says %j', async (text, outcome) => {
    expect(await placed(await dhru(), refusedWith(text))).toMatchObject(outcome)
  })

  it('of a duplicate says so in FULL_DESCRIPTION', async () => {
    const answer = refusedWith(
      'ValidationError123',
      ',This IMEI is already available or pending in your Account',
    )
    expect(await placed(await dhru(), answer)).toMatchObject({ kind: 'duplicate' })
  })

  it('in words that nobody knows is one of the item where the operator wants no questions', async () => {
    const supplier = await dhru({ unrecognised: 'refuse' })
    expect(await placed(supplier, refusedWith('Kode 77: hubungi sales'))).toMatchObject({ kind: 'refused' })
    expect(await placed(supplier, refusedWith('Error interno del servidor'))).toMatchObject({
      kind: 'unknown',
    })
    expect(await placed(supplier, refusedWith('IMEI not found, order accepted'))).toMatchObject({
      kind: 'unknown',
    })
  })

  it('is judged by the operator’s own words first', async () => {
    const supplier = await dhru({ words: { 'hubungi sales': 'credit', 'invalid imei': 'busy' } })
    expect(await placed(supplier, refusedWith('Kode 77: hubungi sales'))).toMatchObject(unavailable('credit'))
    expect(await placed(supplier, refusedWith('Invalid IMEI'))).toMatchObject(unavailable('busy'))
  })

  it.each(codesOf('dhru'))('of another imeigate is known by its code: %s', async (code) => {
    const supplier = await dhru()
    const { message } = errors[code]
    const outcome = await placed(supplier, refusedWith(message, `${code}: hubungi sales`))
    expect(outcome).not.toHaveProperty('unrecognised')
    if (code === 'internal_error') expect(outcome).toMatchObject({ kind: 'unknown' })
    else expect(outcome.kind).not.toBe('unknown')
  })

  it('of one row of many is judged as that of one order', async () => {
    const supplier = await dhru({ bulk: 10 })
    const texts = [
      'Saldo tidak cukup',
      'IMEI tidak valid',
      'Kode 77: hubungi sales',
      'Kesalahan internal server',
    ]
    panel.answers = {
      placeimeiorderbulk: (heard) =>
        Object.fromEntries(
          [...rowsOf(heard as never).keys()].map((key, index) => [key, refusedWith(texts[index] ?? '')]),
        ),
    }
    const outcomes = await supplier.send(
      texts.map((_text, index) => workOf({ input: `35371108102401${index}` })),
      signal,
    )
    expect(outcomes).toMatchObject([
      unavailable('credit'),
      { kind: 'refused' },
      { kind: 'unknown', unrecognised: 'kode hubungi sales' },
      { kind: 'unknown' },
    ])
  })

  it('to tell of an order says nothing of it, but of the supplier', async () => {
    const supplier = await dhru()
    const ask = async (text: string): Promise<unknown> => {
      panel.answers = { '*': refusedWith(text) }
      return (await supplier.ask([workOf({ reference: '321' })], signal))[0]
    }
    expect(await ask('Usuario o contraseña incorrectos')).toMatchObject(unavailable('login'))
    expect(await ask('IMEI inválido')).toMatchObject({ kind: 'unknown' })
    expect(await ask('Kode 77')).toEqual({ kind: 'unknown', reason: 'Kode 77', askable: true })
  })
})
