import v8 from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Supplier, SupplierService } from '../../../src/integrations/suppliers/supplier.ts'
import { refusedWith, supplierAt, TestPanel } from './dhru-panel.ts'

let panel: TestPanel
let supplier: Supplier
const { signal } = new AbortController()

beforeAll(async () => {
  panel = await new TestPanel().start()
})
afterAll(() => panel.stop())
beforeEach(() => {
  panel.heard.length = 0
  panel.status = 200
  supplier = supplierAt(panel.url)
})
afterEach(() => supplier.close?.())

async function read(): Promise<SupplierService[]> {
  const services: SupplierService[] = []
  for await (const service of supplier.services?.(signal) ?? []) services.push(service)
  return services
}

/** `answer` answers with a text in pieces of so many bytes. */
const answer = (text: string, size = 1 << 20): void => {
  const bytes = Buffer.from(text)
  panel.answers = {
    imeiservicelist: async (_heard, response) => {
      for (let at = 0; at < bytes.length; at += size) {
        await new Promise((written) => response.write(bytes.subarray(at, at + size), written))
      }
      response.end()
    },
  }
}

const service = (id: string, more: object = {}): object => ({
  SERVICEID: id,
  SERVICETYPE: 'IMEI',
  SERVER: '0',
  QNT: 0,
  SERVICENAME: `Service ${id}`,
  CREDIT: '0.77',
  TIME: '1-5 Minutes',
  INFO: '',
  'Requires.Network': 'None',
  ...more,
})
const listOf = (LIST: unknown): object => ({
  SUCCESS: [{ MESSAGE: 'IMEI Service List', LIST }],
  apiversion: '6.1',
})
const group = (name: string, SERVICES: unknown, GROUPTYPE = 'IMEI'): object => ({
  GROUPNAME: name,
  GROUPTYPE,
  SERVICES,
})
const short = ({ id, group, cost }: SupplierService): string => `${id} ${group} ${cost}`

const PLAIN = listOf({
  Apple: group('Apple', { 1: service('1'), 2: service('2', { CREDIT: '1.5' }) }),
  Tools: group('Tools', { 3: service('3') }),
})
const SERVICES = ['1 Apple 770000', '2 Apple 1500000', '3 Tools 770000']

describe('a service list', () => {
  it.each<[string, unknown]>([
    ['of objects', PLAIN],
    [
      'of arrays',
      listOf([group('Apple', [service('1'), service('2', { CREDIT: 1.5 })]), group('Tools', [service('3')])]),
    ],
    [
      'whose SUCCESS is one object',
      {
        SUCCESS: {
          LIST: {
            Apple: group('Apple', { 1: service('1'), 2: service('2', { CREDIT: '$1.50' }) }),
            Tools: group('Tools', [service('3')]),
          },
        },
      },
    ],
    [
      'whose groups have no name but their key',
      listOf({
        Apple: { SERVICES: [service('1'), service('2', { CREDIT: '1.5' })] },
        Tools: { SERVICES: [service('3')] },
      }),
    ],
    [
      'whose groups say their name last',
      listOf([
        { SERVICES: [service('1'), service('2', { CREDIT: '1.5' })], GROUPNAME: 'Apple' },
        { SERVICES: [service('3')], GROUPNAME: 'Tools' },
      ]),
    ],
    ['with an empty ERROR', { ...PLAIN, ERROR: [] }],
    [
      'with numbers for ids',
      listOf({
        Apple: group('Apple', { 1: service('', { SERVICEID: 1 }), 2: service('', { CREDIT: '1.5' }) }),
        Tools: group('Tools', { 3: service('', { SERVICEID: null }) }),
      }),
    ],
  ])('%s is read', async (_words, list) => {
    answer(JSON.stringify(list))
    expect((await read()).map(short)).toEqual(SERVICES)
    expect(panel.last()).toMatchObject({ action: 'imeiservicelist', username: 'shop', secret: 'SECRET-KEY' })
  })

  it('is read in pieces of any size, with junk around it', async () => {
    const text = `\ufeff<br />\n<b>Notice</b>: {closure}() é { \n${JSON.stringify(PLAIN)}\n<!-- } {"ERROR":"x"} -->`
    for (const size of [1, 2, 3, 7, 1000]) {
      answer(text, size)
      expect((await read()).map(short)).toEqual(SERVICES)
    }
  })

  it('may be empty', async () => {
    for (const LIST of [{}, []]) {
      answer(JSON.stringify(listOf(LIST)))
      expect(await read()).toEqual([])
    }
  })

  it('is refused wherever it is cut', async () => {
    const text = JSON.stringify(PLAIN)
    for (let length = 0; length < text.length; length += 13) {
      answer(text.slice(0, length))
      await expect(read(), `${length} bytes`).rejects.toThrow(/no JSON|cut short/)
    }
    answer(text.slice(0, -1))
    await expect(read()).rejects.toThrow('cut short')
  })

  it.each([
    ['malformed', JSON.stringify(PLAIN).replace('"Tools":', '"Tools";'), 'malformed'],
    ['a page', '<html><style>a{b:c}</style></html>', 'no JSON'],
    [
      'an ERROR',
      JSON.stringify(refusedWith('Authentication Failed', 'for SECRET-KEY')),
      'refused: Authentication Failed',
    ],
    [
      'an ERROR that quotes our secret',
      JSON.stringify(refusedWith('Not you, SECRET-KEY')),
      'refused: Not you, ***',
    ],
    [
      'a list and an ERROR behind it',
      JSON.stringify({ ...PLAIN, ERROR: [{ MESSAGE: 'Database gone' }] }),
      'refused: Database gone',
    ],
    ['something else', JSON.stringify({ SUCCESS: [{ AccoutInfo: {} }] }), 'no service list'],
    ['a LIST that is a text', JSON.stringify(listOf('none')), 'no service list'],
    ['groups of another kind', JSON.stringify(listOf({ 1: service('1') })), 'have no services'],
  ])('that is %s is refused', async (_words, text, words) => {
    answer(text)
    await expect(read()).rejects.toThrow(words)
  })

  it('is refused when the connection breaks or the server is down', async () => {
    const text = JSON.stringify(PLAIN)
    panel.answers = {
      '*': (_heard, response) => {
        response.writeHead(200, { 'content-length': String(text.length + 1) })
        response.write(text)
        setTimeout(() => response.destroy(), 20)
      },
    }
    await expect(read()).rejects.toThrow('no whole answer')
    panel.answers = { '*': PLAIN }
    panel.status = 502
    await expect(read()).rejects.toThrow('HTTP 502')
  })

  it('with a byte that is no UTF-8 is read all the same', async () => {
    const bytes = Buffer.from(JSON.stringify(PLAIN).replace('Service 1', 'Serv\u0001ce'))
    bytes[bytes.indexOf(1)] = 0xe9
    panel.answers = {
      '*': (_heard, response) => {
        response.end(bytes)
      },
    }
    expect((await read())[0]?.name).toBe('Serv\ufffdce')
  })

  it('is read while it comes in', async () => {
    const first = Promise.withResolvers<void>()
    const [head, tail] = JSON.stringify(PLAIN).split(',"2":') as [string, string]
    panel.answers = {
      '*': async (_heard, response) => {
        response.write(head)
        await first.promise
        response.end(`,"2":${tail}`)
      },
    }
    const ids: string[] = []
    for await (const { id } of supplier.services?.(signal) ?? []) {
      ids.push(id)
      first.resolve()
    }
    expect(ids).toEqual(['1', '2', '3'])
  })

  it('of 20,000 services is never held in memory', async () => {
    v8.setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    panel.answers = {
      '*': async (_heard, response) => {
        response.write('{"SUCCESS":[{"LIST":{"G":{"GROUPNAME":"G","SERVICES":{"0":{"CREDIT":1}')
        for (let id = 1; id <= 20_000; id += 1000) {
          const rows = Array.from({ length: 1000 }, (_, n) => {
            const row = service(String(id + n), { INFO: `${id + n} `.repeat(500) })
            return `,"${id + n}":${JSON.stringify(row)}`
          })
          await new Promise((written) => response.write(rows.join(''), written))
        }
        response.end('}}}}]}')
      },
    }
    let count = 0
    const held: number[] = []
    for await (const _service of supplier.services?.(signal) ?? []) {
      if (++count % 5000 !== 0) continue
      collect()
      held.push(process.memoryUsage().heapUsed)
    }
    expect(count).toBe(20_001)
    // Between the first and the last look, 15,000 services of 3 kB have come in.
    expect((held.at(-1) ?? 0) - (held[0] ?? 0)).toBeLessThan(10_000_000)
  })
})

describe('a service of a list', () => {
  const one = async (more: object, type = 'IMEI'): Promise<SupplierService> => {
    answer(JSON.stringify(listOf({ G: group('G', { 7: service('7', more) }, type) })))
    return (await read())[0] as SupplierService
  }

  it('has its texts decoded once', async () => {
    const more = { SERVICENAME: ' A &amp;amp; B ', TIME: '1 &ndash; 5', INFO: '5 &lt; 6' }
    expect(await one(more)).toMatchObject({ name: 'A &amp; B', deliveryTime: '1 – 5', description: '5 < 6' })
    expect(await one({ INFO: '<b>5 &lt; 6</b>' })).toMatchObject({ description: '<b>5 &lt; 6</b>' })
  })

  it.each([
    [{}, 'IMEI', 'imei'],
    [{ CUSTOM: { allow: '1' } }, 'IMEI', 'serial'],
    [{ CUSTOM: { allow: 0 } }, 'IMEI', 'imei'],
    [{ SERVICETYPE: 'SERVER', CUSTOM: { allow: '1' } }, 'IMEI', 'server'],
    [{ SERVICETYPE: '', SERVER: '1' }, 'IMEI', 'server'],
    [{ SERVICETYPE: '' }, 'SERVER', 'server'],
  ])('%j in a group of type %s is of kind %s', async (more, type, kind) => {
    expect((await one(more, type)).kind).toBe(kind)
  })

  it.each([
    [{}, 'IMEI', 'IMEI'],
    [{ SERVICETYPE: 'server' }, 'IMEI', 'SERVER'],
    [{ SERVICETYPE: 'REMOTE' }, 'SERVER', 'REMOTE'],
    [{ SERVICETYPE: '' }, 'Remote', 'REMOTE'],
    [{ SERVICETYPE: '', SERVER: 1 }, '', 'SERVER'],
    [{ SERVICETYPE: 'other' }, '', 'IMEI'],
  ])('%j in a group of type %s is of type %s', async (more, group, type) => {
    expect((await one(more, group)).type).toBe(type)
  })

  it('of one id in two groups is two services', async () => {
    const [server, imei] = [{ SERVICETYPE: 'SERVER', CREDIT: '85.50' }, { CREDIT: '7.99' }]
    const groups = [
      group('Tools', { 654: service('654', server) }, 'SERVER'),
      group('Unlock', { 654: service('654', imei) }),
    ]
    answer(JSON.stringify(listOf({ Tools: groups[0], Unlock: groups[1] })))
    expect(await read()).toMatchObject([
      { id: '654', type: 'SERVER', cost: 85_500_000n },
      { id: '654', type: 'IMEI', cost: 7_990_000n },
    ])
  })

  it.each([
    ['0.77', 770_000n],
    ['0.0000001', 1n],
    ['1.0000000', 1_000_000n],
    ['1,016.4100009', 1_016_410_001n],
    [0.1, 100_000n],
    ['0', 0n],
    ['<b>$5.00</b>', 5_000_000n],
    ['<span class="p5">5.00</span> <br>', 5_000_000n],
  ])('that costs %j costs so many micros, rounded up', async (CREDIT, cost) => {
    expect((await one({ CREDIT })).cost).toBe(cost)
  })

  it.each([
    ['', 'it has no price'],
    [null, 'it has no price'],
    ['free', 'its price cannot be read: free'],
    ['-1', 'its price cannot be read: -1'],
    ['15k', 'its price cannot be read: 15k'],
    ['<s>10</s> 5', 'its price cannot be read: 10</s> 5'],
    ['<font color="#f00">€5</font>', "its price is in another currency than the supplier's USD: €5"],
    ['15.000 đ', "its price is in another currency than the supplier's USD: 15.000 đ"],
    ['99999999999999999', 'its price cannot be read: 99999999999999999'],
  ])('whose price is %j is left out, with the reason: %s', async (CREDIT, leftOut) => {
    expect(await one({ CREDIT })).toMatchObject({ leftOut })
  })

  it('has quantities from its least to its most', async () => {
    expect(await one({ MINQNT: 5, MAXQNT: '50' })).toMatchObject({ minQuantity: 5, maxQuantity: 50 })
    expect(await one({ MINQNT: 0, MAXQNT: '' })).toMatchObject({ minQuantity: 1, maxQuantity: 1 })
  })

  it.each([
    [{ QNT: '1', MINQNT: '0', MAXQNT: '0' }, 1, Number.POSITIVE_INFINITY],
    [{ QNT: 1, MINQNT: 0, MAXQNT: 0 }, 1, Number.POSITIVE_INFINITY],
    [{ QNT: '1', MINQNT: '5', MAXQNT: '0' }, 5, Number.POSITIVE_INFINITY],
    [{ QNT: '0', MINQNT: '5', MAXQNT: '' }, 5, Number.POSITIVE_INFINITY],
    [{ QNT: '1', MINQNT: '', MAXQNT: '20000' }, 1, 20_000],
    [{ QNT: '1', MINQNT: '1', MAXQNT: '20000' }, 1, 20_000],
    [{ QNT: '0', MINQNT: '0', MAXQNT: '0' }, 1, 1],
    [{ QNT: '1', MINQNT: '9', MAXQNT: '3' }, 9, 9],
    [{ QNT: '1', MINQNT: '0', MAXQNT: '0', QNTOPTIONS: '10,20,50' }, 10, 50],
    [{ QNT: '1', QNTOPTIONS: ' 100 | 25 ' }, 25, 100],
    [{ QNT: '1', MAXQNT: '7', QNTOPTIONS: '' }, 1, 7],
    [{ QNT: '1', MAXQNT: '-1' }, 1, Number.POSITIVE_INFINITY],
  ])('with %j is sold from %i to %d', async (more, minQuantity, maxQuantity) => {
    expect(await one({ SERVICETYPE: 'SERVER', ...more })).toMatchObject({ minQuantity, maxQuantity })
  })

  it.each([
    ['IMEI', 'imei'],
    ['imei', 'imei'],
    ['I.M.E.I.', 'imei'],
    [' Imei Number: ', 'imei'],
    ['IMEI No.', 'imei'],
    ['Número de IMEI', 'imei'],
    ['Nomor IMEI', 'imei'],
    ['Enter your IMEI', 'imei'],
    ['IMEI 1', 'imei'],
    ['ＩＭＥＩ', 'imei'],
    ['IMEI/SN', 'serial'],
    ['IMEI or Serial', 'serial'],
    ['ECID', 'serial'],
    ['Lock Code', 'serial'],
    ['SN', 'serial'],
    ['', 'serial'],
  ])('whose box is called %j is of kind %s', async (customname, kind) => {
    expect((await one({ CUSTOM: { allow: '1', customname } })).kind).toBe(kind)
  })

  it.each([
    [{ SERVICETYPE: 'FILE' }, 'IMEI'],
    [{ SERVICETYPE: 'file' }, 'SERVER'],
    [{ SERVICETYPE: '' }, 'File'],
  ])('that takes a file says so: %j in a group of type %s', async (more, group) => {
    expect(await one(more, group)).toMatchObject({ type: 'FILE', leftOut: 'it takes a file' })
  })

  it.each([
    ['SERVER', 'Small,Large', 'its quantities cannot be read: Small,Large'],
    ['REMOTE', ['Gold', 'Silver'], 'its quantities cannot be read: ["Gold","Silver"]'],
    ['SERVER', '0.5', 'its quantities cannot be read: 0.5'],
    ['SERVER', 'unlimited', undefined],
    ['IMEI', 'Small,Large', undefined],
  ])(
    'of type %s with the choices %j is left out with the reason %s',
    async (SERVICETYPE, QNTOPTIONS, reason) => {
      const { leftOut } = await one({ SERVICETYPE, QNT: 1, QNTOPTIONS })
      expect(leftOut).toBe(reason)
    },
  )

  it.each(['654:SERVER', '654:REMOTE', '654:IMEI'])(
    'whose own id is %s is left out, since the panel would be asked for another one',
    async (SERVICEID) => {
      expect(await one({ SERVICEID })).toMatchObject({ leftOut: expect.stringContaining('ends with a type') })
      expect((await one({ SERVICEID: SERVICEID.toLowerCase() })).leftOut).toBeUndefined()
    },
  )

  it('has the fields that it needs, and its own', async () => {
    const { fields } = await one({
      'Requires.Mobile': 'Required',
      'Requires.PIN': 'required',
      'Requires.Custom': [
        {
          type: 'serviceimei',
          fieldname: 'Email Address',
          fieldtype: 'text',
          description: '',
          required: 'on',
        },
        {
          fieldname: 'Region',
          fieldtype: 'dropdown',
          description: 'Which &amp; where',
          required: '',
          fieldoptions: 'EU, US,,EU',
        },
        { fieldname: '', fieldtype: 'text' },
      ],
    })
    expect(fields).toEqual([
      { name: 'MODELID', label: 'Model', type: 'text', required: true, options: [] },
      { name: 'PIN', label: 'PIN', type: 'text', required: true, options: [] },
      { name: 'Email Address', label: 'Email Address', type: 'text', required: true, options: [] },
      { name: 'Region', label: 'Which & where', type: 'dropdown', required: false, options: ['EU', 'US'] },
    ])
  })
})
