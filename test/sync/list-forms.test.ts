import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Supplier, SupplierService } from '../../src/integrations/suppliers/supplier.ts'
import { systemClock } from '../../src/lib/time.ts'
import { applySync } from '../../src/sync/sync.ts'
import { supplierAt, TestPanel } from '../integrations/suppliers/dhru-panel.ts'
import { RestClient } from '../support/rest.ts'
import { type DhruJson, imei, type Shop, type TestServer, testServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { Store, wish } from './sync.fixtures.ts'

/** A panel's list as it comes over the wire is imported, and sold on in both protocols: quantities and boxes stay what they were. */

type Quantities = [title: string, said: object, options: number[], min: number, max: number]
const quantities: Quantities[] = [
  ['a list', { QNTOPTIONS: '10,20,50' }, [10, 20, 50], 10, 50],
  ['bounds of none beside a list', { MINQNT: '0', MAXQNT: '0', QNTOPTIONS: '5, 10' }, [5, 10], 5, 10],
  ['other bounds beside a list', { MINQNT: '1', MAXQNT: '500', QNTOPTIONS: '25,100' }, [25, 100], 25, 100],
  ['bars', { QNTOPTIONS: ' 100 | 25 ' }, [25, 100], 25, 100],
  ['semicolons', { QNTOPTIONS: '1;2;3;' }, [1, 2, 3], 1, 3],
  ['slashes', { QNTOPTIONS: '30/60/90' }, [30, 60, 90], 30, 90],
  ['lines', { QNTOPTIONS: '30\r\n60' }, [30, 60], 30, 60],
  ['words behind them', { QNTOPTIONS: '100 credits, 200 credits' }, [100, 200], 100, 200],
  ['one that is there twice', { QNTOPTIONS: '20,10,20' }, [10, 20], 10, 20],
  ['a nought', { QNTOPTIONS: '0,10,40' }, [10, 40], 10, 40],
  ['a JSON list', { QNTOPTIONS: ['50', 10] }, [10, 50], 10, 50],
  ['an object', { QNTOPTIONS: { 0: '7', 1: '14' } }, [7, 14], 7, 14],
  ['one number', { QNTOPTIONS: 25 }, [25], 25, 25],
  ['more than we sell', { QNTOPTIONS: '1000,5000,20000' }, [1000, 5000], 1000, 5000],
  ['a range', { QNTOPTIONS: '5 - 50' }, [], 5, 50],
  ['a range in words', { QNTOPTIONS: '10 to 100' }, [], 10, 100],
  [
    'objects with prices',
    {
      QNTOPTIONS: [
        { qnt: 10, price: '5' },
        { qnt: '20', price: '9' },
      ],
    },
    [10, 20],
    10,
    20,
  ],
  ['prices behind them', { QNTOPTIONS: '10=5.00;20=9.00' }, [10, 20], 10, 20],
  ['prices behind colons', { QNTOPTIONS: '10:5.00,25:9.00' }, [10, 25], 10, 25],
  ['prices in brackets', { QNTOPTIONS: '10 ($5), 30 ($9)' }, [10, 30], 10, 30],
  ['halves', { QNTOPTIONS: '0.5,2,2.5,4' }, [2, 4], 2, 4],
  ['less than nothing', { QNTOPTIONS: '-5,10,40' }, [10, 40], 10, 40],
  ['options of a form', { QNTOPTIONS: '<option value="3">10</option><option>20</option>' }, [10, 20], 10, 20],
  ['digits of Arabic', { QNTOPTIONS: '١٠،٢٥' }, [10, 25], 10, 25],
  ['bounds in digits of Arabic', { MINQNT: '٥', MAXQNT: '٥٠' }, [], 5, 50],
  ['bounds in lists of one', { MINQNT: ['2'], MAXQNT: [10] }, [], 2, 10],
  ['bounds in words', { MINQNT: 'min 2', MAXQNT: '10 pcs' }, [], 2, 10],
  ['a bound that goes on', { MAXQNT: '10+' }, [], 1, 10_000],
  ['true for a quantity', { QNT: true, MAXQNT: false }, [], 1, 10_000],
  [
    'more than can be listed',
    { QNTOPTIONS: Array.from({ length: 300 }, (_, n) => n + 1).join() },
    [],
    1,
    300,
  ],
  ['an empty text', { MAXQNT: '9', QNTOPTIONS: '' }, [], 1, 9],
  ['no list', { MINQNT: '5', MAXQNT: '0' }, [], 5, 10_000],
]

type Box = [customname: string, said: object, name: string, min: number, max: number]
const boxes: Box[] = [
  ['ECID', { customlen: '1', maxlength: '75' }, 'ECID', 1, 75],
  ['Lock Code', { customlen: '1', maxlength: '16' }, 'Lock Code', 1, 16],
  ['SN', { customlen: '10', maxlength: '12' }, 'SN', 10, 12],
  ['Serial Number', { customlen: '0', maxlength: '64' }, 'Serial Number', 1, 64],
  ['EID', { customlen: 32, maxlength: 32 }, 'EID', 32, 32],
  ['MEID', { customlen: '14', maxlength: '18' }, 'MEID', 14, 18],
  ['UDID', { customlen: '', maxlength: '40' }, 'UDID', 1, 40],
  ['Apple ID', { customlen: '6', maxlength: '0' }, 'Apple ID', 6, 255],
  ['<b>Account</b> &amp; PIN', { maxlength: '999' }, 'Account & PIN', 1, 255],
  ['Código de bloqueo', { customlen: '64', maxlength: '16' }, 'Código de bloqueo', 1, 255],
  ['Серийный номер или IMEI', { maxlength: '20' }, 'Серийный номер или IMEI', 1, 20],
  ['序列号', { customlen: '8', maxlength: '14' }, '序列号', 8, 14],
  ['IMEI/SN', { customlen: '10', maxlength: '15' }, 'IMEI/SN', 10, 15],
  ['IMEI ou numéro de série', { maxlength: '20' }, 'IMEI ou numéro de série', 1, 20],
  ['IMEI 或 序列号', { maxlength: '20' }, 'IMEI 或 序列号', 1, 20],
  ['Last 6 digits of IMEI', { customlen: '6', maxlength: '6' }, 'Last 6 digits of IMEI', 6, 6],
  ['ايميل', { maxlength: '60' }, 'ايميل', 1, 60],
  ['IMEI & PIN', { maxlength: '30' }, 'IMEI & PIN', 1, 30],
  ['Without IMEI', { maxlength: '30' }, 'Without IMEI', 1, 30],
]

const imeiNames = [
  ...[
    'IMEI',
    'imei:',
    'I.M.E.I',
    'Your IMEI',
    'IMEI-Nummer',
    "Numéro d'IMEI",
    'Ingrese el IMEI',
    'Digite o IMEI',
  ],
  ...[
    'Masukkan IMEI HP',
    'Nomor IMEI',
    'IMEI Numarası',
    'Введите IMEI',
    'номер IMEI телефона',
    'رقم IMEI',
    '手机IMEI号',
    'Số IMEI',
  ],
  ...['IMEI (15 digits)', '15 digit IMEI', 'IMEI only'],
  ...['I M E I', 'IMEI Nomor', 'Kode IMEI', 'ИМЕИ', 'IMEI устройства', 'رقم الايمي', 'آیمی', '手机串号'],
  ...['Ιmei', 'lMEI', 'N° IMEI', 'IMEI do aparelho', 'Mã IMEI', 'หมายเลข IMEI', 'ไอเอ็มอีไอ', 'आईएमईआई'],
  ...[
    'Dial *#06# IMEI',
    'Bitte IMEI eingeben',
    'Inserisci IMEI',
    'Imei numarası giriniz',
    '<b>IMEI</b>',
    'IMEI del equipo',
  ],
]

const service = (id: number, SERVICENAME: string, more: object) => ({
  ...{ SERVICEID: String(id), SERVICENAME, CREDIT: '1.00', TIME: '', INFO: '', 'Requires.Custom': '' },
  ...more,
})
const imported = [
  ...quantities.map(([title, said], n) =>
    service(100 + n, title, {
      SERVICETYPE: 'SERVER',
      SERVER: '1',
      QNT: '1',
      MINQNT: '0',
      MAXQNT: '0',
      ...said,
    }),
  ),
  ...boxes.map(([customname, said], n) =>
    service(200 + n, `box ${n}`, {
      SERVICETYPE: 'IMEI',
      CUSTOM: { allow: '1', bulk: '1', customname, custominfo: `hint ${n}`, isalpha: '1', ...said },
    }),
  ),
  ...imeiNames.map((customname, n) =>
    service(300 + n, `imei ${n}`, {
      SERVICETYPE: 'IMEI',
      CUSTOM: { allow: '1', customname, customlen: '1', maxlength: '15', isalpha: '1' },
    }),
  ),
  service(400, 'a file', { SERVICETYPE: 'FILE' }),
]

let panel: TestPanel
let server: TestServer
let shop: Shop
let api: RestClient
/** `sold` has our services by their names: as our Dhru list has them, and as an imeigate that buys from us reads that list. */
const sold = new Map<string, { dhru: DhruJson; read: SupplierService | undefined }>()

async function all(supplier: Supplier): Promise<SupplierService[]> {
  const services: SupplierService[] = []
  for await (const one of supplier.services?.(new AbortController().signal) ?? []) services.push(one)
  await supplier.close?.()
  return services
}

let listed: DhruJson

beforeAll(async () => {
  ;[panel, server] = await Promise.all([new TestPanel().start(), testServer({ IMEIGATE_ROLE: 'api' })])
  const SERVICES = Object.fromEntries(imported.map((one) => [one.SERVICEID, one]))
  const LIST = { Mixed: { GROUPNAME: 'Mixed', GROUPTYPE: 'IMEI', SERVICES } }
  panel.answers = { imeiservicelist: { SUCCESS: [{ MESSAGE: 'IMEI Service List', LIST }] } }
  shop = await server.shop({ deposit: '100000' })
  api = new RestClient(server, shop)
  const store = new Store({ sql: server.sql } as ConstructorParameters<typeof Store>[0])
  const upstream = supplierAt(panel.url)
  const report = await applySync(
    server.sql,
    await store.supplier(),
    upstream.services?.(new AbortController().signal) as AsyncIterable<SupplierService>,
    { trigger: 'manual', actor: 'test:ada', clock: systemClock, importing: wish({ percent: '0' }) },
  )
  await upstream.close?.()
  expect(report).toMatchObject({ outcome: 'ok', changes: { imported: imported.length - 1, skipped: [] } })
  expect(report.comparison).toMatchObject({ leftOut: [{ name: 'a file', reason: 'it takes a file' }] })
  // The server hears of them all at once.
  await until('the server has heard of them', async () => {
    const [{ LIST }] = (await server.call(shop, { action: 'imeiservicelist' })).json().SUCCESS
    listed = LIST
    return Object.keys(listed).length > 0
  })
  const settings = { username: shop.securityId }
  const read = await all(supplierAt(`${server.url}/api/dhru`, settings, systemClock, shop.secret))
  for (const { SERVICES: services } of Object.values<DhruJson>(listed)) {
    for (const one of Object.values<DhruJson>(services)) {
      sold.set(one.SERVICENAME, { dhru: one, read: read.find(({ id }) => id === one.SERVICEID) })
    }
  }
})
afterAll(async () => {
  await panel?.stop()
  await server?.stop()
})

const ours = (name: string) => {
  const one = sold.get(name)
  if (!one) throw new Error(`${name} is not sold`)
  return { ...one, id: String(one.dhru.SERVICEID) }
}
const schemaOf = async (id: string): Promise<DhruJson> =>
  (await api.get(`/api/services/${id}`)).body.data.service_type.input_schema

describe('quantities', () => {
  it.each(quantities)('said as %s', async (title, _, options, min, max) => {
    const { dhru, read, id } = ours(title)
    expect(dhru).toMatchObject({ QNT: max > 1 ? 1 : 0, MINQNT: min, MAXQNT: max })
    expect(dhru.QNTOPTIONS).toBe(options.length > 0 ? options.join(',') : undefined)
    expect(read).toMatchObject({ quantityOptions: options, minQuantity: min, maxQuantity: max })
    const { quantity } = (await schemaOf(id)).properties
    expect(quantity).toEqual({
      type: 'integer',
      ...(options.length > 0 ? { enum: options } : { minimum: min, maximum: max }),
      default: min,
    })

    const right = options.at(-1) ?? max
    const wrong = options.length > 0 ? right - 1 || right + 1 : max + 1
    const placed = await server.place(shop, { ID: id, QNT: String(right) })
    expect(placed.SUCCESS, JSON.stringify(placed)).toBeDefined()
    const words =
      options.length > 1
        ? `must be one of ${options.join(', ')}`
        : min === max
          ? `must be ${min}`
          : `must be a whole number from ${min} to ${max}`
    if (!options.includes(wrong)) {
      expect((await server.place(shop, { ID: id, QNT: String(wrong) })).ERROR[0].FULL_DESCRIPTION).toBe(
        `quantity_out_of_range: ${wrong}: the quantity ${words}`,
      )
      const refused = await api.post('/api/order', { code: id, data: { quantity: wrong } })
      expect(refused.status).toBe(422)
      expect(refused.body.code).toBe('QUANTITY_OUT_OF_RANGE_ERROR')
      if (options.length > 0) for (const one of options) expect(refused.body.message).toContain(String(one))
    }
    const unsaid = await api.post('/api/order', { code: id, data: {}, reference: 'no quantity' })
    expect(unsaid.status, unsaid.text).toBe(200)
    expect(unsaid.body.total_price).toBe(min)
  })
})

describe('the box', () => {
  it.each(boxes.map((box, n) => [n, ...box] as const))('%i, called %s', async (n, _, __, name, min, max) => {
    const { dhru, read, id } = ours(`box ${n}`)
    const box = {
      customname: name,
      custominfo: `hint ${n}`,
      customlen: String(min > 1 ? min : 0),
      maxlength: String(max),
    }
    expect(dhru.CUSTOM).toMatchObject({ allow: '1', isalpha: '1', ...box })
    expect(read).toMatchObject({
      kind: 'serial',
      box: { name, hint: `hint ${n}`, minLength: min > 1 ? min : 0, maxLength: max },
    })
    expect((await schemaOf(id)).properties.serials.items).toEqual({
      ...{ type: 'string', title: name, description: `hint ${n}`, minLength: min, maxLength: max },
    })
    expect((await server.place(shop, { ID: id, IMEI: 'A'.repeat(max) })).SUCCESS).toBeDefined()
    const length = min === max ? min : `${min} to ${max}`
    for (const wrong of [min - 1, max + 1].filter((one) => one > 0)) {
      expect((await server.place(shop, { ID: id, IMEI: 'A'.repeat(wrong) })).ERROR[0].MESSAGE).toMatch(
        new RegExp(`^Invalid IMEI: A+(\\.\\.\\.)?: ${name} has ${length} printable characters$`),
      )
      const refused = await api.post('/api/order', { code: id, data: { serials: ['B'.repeat(wrong)] } })
      expect(refused.body.code).toBe('INVALID_IMEI_ERROR')
    }
    expect((await server.place(shop, { ID: id })).ERROR[0].MESSAGE).toBe(
      `IMEI required: ${name} goes in IMEI`,
    )
  })

  it.each(imeiNames.map((name, n) => [name, n] as const))('called %s is for an IMEI', async (_, n) => {
    const { dhru, read, id } = ours(`imei ${n}`)
    expect(dhru.CUSTOM).toMatchObject({ allow: '0', customname: '', maxlength: '15' })
    expect(read?.kind).toBe('imei')
    expect(read).not.toHaveProperty('box')
    expect((await server.place(shop, { ID: id, IMEI: '490154203237519' })).ERROR[0].MESSAGE).toContain(
      'check digit',
    )
    expect((await server.place(shop, { ID: id, IMEI: imei(n) })).SUCCESS).toBeDefined()
  })
})
