import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isSameInput } from '../../../src/client/index.ts'
import { cekceir } from '../../../src/integrations/suppliers/cekceir/index.ts'
import { http } from '../../../src/integrations/suppliers/http/index.ts'
import { contradictionIn } from '../../../src/integrations/suppliers/http-kit/evidence.ts'
import type { ExactJson } from '../../../src/integrations/suppliers/http-kit/json.ts'
import type { Supplier, SupplierOutcome } from '../../../src/integrations/suppliers/supplier.ts'
import { workOf as dhruTask, rowsOf, useBulkPanel } from './dhru-panel.ts'
import { ask, send, supplierOf, TestServer, workOf } from './http-server.ts'

const OURS = '353711081024017'
const THEIRS = '490154203237518'
const { signal } = new AbortController()
const shown = (...words: string[]) => ({
  kind: 'unknown',
  contradicts: true,
  reason: expect.stringMatching(new RegExp(words.join('.*'))),
})

describe('an answer that names', () => {
  const about: [name: string, said: ExactJson, input: string, theirs: string | undefined][] = [
    ['another IMEI', { imei: THEIRS }, OURS, THEIRS],
    ['another IMEI deep inside', { data: { device: { IMEI: THEIRS, model: 'X' } } }, OURS, THEIRS],
    ['another IMEI in a list', { imeis: [THEIRS] }, OURS, THEIRS],
    ['another IMEI as a name', { [THEIRS]: { status: 'ok' } }, OURS, THEIRS],
    ['another IMEI with dashes', { imei_number: '49-015420-323751-8' }, OURS, '49-015420-323751-8'],
    ['another IMEI in a text', 'Model: A<br>IMEI: 490154203237518<br>Lock: ON', OURS, THEIRS],
    ['another IMEI in a text with blanks', 'IMEI No: 49 015420 323751 8', OURS, '49 015420 323751 8'],
    ['another serial number', { serial_number: 'C02ZX1Y2' }, 'F2LXK123', 'C02ZX1Y2'],
    ['another serial number in a text', 'Serial Number: C02ZX1Y2, Model: B', 'F2LXK123', 'C02ZX1Y2'],
    ['another serial number in the place of an IMEI', { imei: 'C02ZX1Y2' }, 'F2LXK123', 'C02ZX1Y2'],
    ['ours', { imei: OURS }, OURS, undefined],
    ['ours without its check digit', { imei: OURS.slice(0, 14) }, OURS, undefined],
    ['ours with a software version', 'IMEISV / IMEI: 3537110810240123', OURS, undefined],
    ['ours as the second IMEI', `IMEI: ${THEIRS}\nIMEI2: 1, IMEI: ${OURS}`, OURS, undefined],
    ['ours as the second IMEI of the text', `IMEI: ${THEIRS}<br>IMEI 2: ${OURS}`, OURS, undefined],
    ['ours beside another', { imei: THEIRS, imei1: OURS }, OURS, undefined],
    ['only the second IMEI', `IMEI2: ${THEIRS}`, OURS, undefined],
    ['the serial number of a phone that was asked about by IMEI', { serial: 'C02ZX1Y2' }, OURS, undefined],
    ['the IMEI of a phone that was asked about by serial number', { imei: THEIRS }, 'F2LXK123', undefined],
    ['our serial number in lower case', { sn: 'f2lxk123' }, 'F2LXK123', undefined],
    ['a masked IMEI', { imei: '49015420****518' }, OURS, undefined],
    ['no IMEI', { imei: 'N/A', serial: '' }, OURS, undefined],
    ['an IMEI that is no phone’s', { imei: '0' }, OURS, undefined],
    ['a number without a label', `order ${THEIRS}`, OURS, undefined],
    ...[
      `IMEI\uff1a ${THEIRS}`,
      `IMEI - ${THEIRS}, Model X`,
      `IMEI/SN: ${THEIRS}`,
      `IMEI/MEID: ${THEIRS}`,
      `IMEI is ${THEIRS}`,
      `IMEI N\u00ba: ${THEIRS}`,
      `IMEI \u043d\u043e\u043c\u0435\u0440: ${THEIRS}`,
      `\u0418\u041c\u0415\u0418: ${THEIRS}`,
      `IMEI \u53f7\u7801\uff1a${THEIRS}`,
      `N\u00famero de IMEI: ${THEIRS}`,
      `IMEI kamu: ${THEIRS}`,
      `IMEI consultado: ${THEIRS}`,
      `IMEI [${THEIRS}]`,
      `IMEI => ${THEIRS}`,
      `imei="${THEIRS}"`,
      `{"imei":"${THEIRS}","model":"X"}`,
      `IMEI:\u200b${THEIRS}`,
      `<tr><td>IMEI</td><td>${THEIRS}</td></tr>`,
      `IMEI (1): ${THEIRS}`,
    ].map((text): [string, ExactJson, string, string] => [`another IMEI: ${text}`, text, OURS, THEIRS]),
    ['another IMEI with dots', 'IMEI Number - 49.015420.323751.8', OURS, '49.015420.323751.8'],
    [
      'another IMEI in Arabic digits',
      'IMEI: \u0664\u0669\u0660\u0661\u0665\u0664\u0662\u0660\u0663\u0662\u0663\u0667\u0665\u0661\u0668',
      OURS,
      THEIRS,
    ],
    ['another IMEI as a float', { imei: '4.90154203237518e+14' }, OURS, THEIRS],
    ['another IMEI of the device', { deviceImei: THEIRS }, OURS, THEIRS],
    ['another IMEI as what was asked', { input: THEIRS }, OURS, THEIRS],
    ['a number of whatever kind as what was asked', { input: '490154203237519' }, OURS, undefined],
    ['a code of 15 digits', `NCK: ${THEIRS}`, OURS, undefined],
    ['a code behind words about the IMEI', 'IMEI unlock code: 490154203237519', OURS, undefined],
    ['a second IMEI in words', `Second IMEI: ${THEIRS}`, OURS, undefined],
    ['a second IMEI in Indonesian', `Kedua IMEI: ${THEIRS}`, OURS, undefined],
    ['ours as the second in a list', { imei1: THEIRS, imei2: OURS }, OURS, undefined],
    [
      'ours in Arabic digits',
      { imei: '\u0663\u0665\u0663\u0667\u0661\u0661\u0660\u0668\u0661\u0660\u0662\u0664\u0660\u0661\u0667' },
      OURS,
      undefined,
    ],
    ...[
      'N\u00famero de serie: C02ZX1Y2',
      'N\u00famero de s\u00e9rie: C02ZX1Y2',
      'Num\u00e9ro de s\u00e9rie : C02ZX1Y2',
      'Nomor Seri: C02ZX1Y2',
      'Seri No: C02ZX1Y2',
      '\u0421\u0435\u0440\u0438\u0439\u043d\u044b\u0439 \u043d\u043e\u043c\u0435\u0440: C02ZX1Y2',
      '\u5e8f\u5217\u53f7\uff1aC02ZX1Y2',
      'S\u1ed1 s\u00ea-ri: C02ZX1Y2',
      '\u0627\u0644\u0631\u0642\u0645 \u0627\u0644\u062a\u0633\u0644\u0633\u0644\u064a: C02ZX1Y2',
      'Serial Number - C02ZX1Y2',
    ].map((text): [string, ExactJson, string, string] => [
      `another serial number: ${text}`,
      text,
      'F2LXK123',
      'C02ZX1Y2',
    ]),
    ['no serial number', 'Serial: Not found', 'F2LXK123', undefined],
  ]
  it.each(about)('%s', (_name, said, input, theirs) => {
    const found = contradictionIn(said, input)
    if (theirs === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(new RegExp(`asked about .*${input}.*answered about .*${theirs}`))
  })

  it('what was asked about in the same breath contradicts nothing', () => {
    expect(contradictionIn({ imei: THEIRS }, OURS, [OURS, THEIRS])).toBeUndefined()
  })
})

it.each([
  ['490154203237518', '49-015420-323751-8', true],
  ['490154203237518', '4901 5420 3237 51', true],
  ['490154203237518', '490154203237528', false],
  ['AB-12 CD', 'ab12cd', true],
  ['AB12CD', 'AB12CE', false],
  ['Привет-1', 'привет 1', true],
  ['Привет 1', 'Пока 1', false],
  ['***', '---', false],
  ['', 'x', false],
])('the input %j in the spelling %j is the same: %j', (one, other, same) => {
  expect(isSameInput(one, other)).toBe(same)
})

describe('a Dhru panel', () => {
  const used = useBulkPanel()
  const { panel } = used
  const task = (over: object = {}) => dhruTask({ input: OURS, ...over })
  const placed = async (row: object): Promise<SupplierOutcome> => {
    panel.answers = { placeimeiorder: row }
    return (await used.supplier.send([task()], signal))[0] as SupplierOutcome
  }
  const asked = async (answer: object): Promise<SupplierOutcome> => {
    panel.answers = { getimeiorder: answer }
    return (await used.supplier.ask([task({ reference: '321' })], signal))[0] as SupplierOutcome
  }

  it.each([
    ['beside SUCCESS', { IMEI: THEIRS, SUCCESS: [{ REFERENCEID: 5 }] }],
    ['in its row', { SUCCESS: [{ REFERENCEID: 5, imei: THEIRS }] }],
    ['in a refusal', { ERROR: [{ MESSAGE: 'Invalid IMEI', IMEI: THEIRS }] }],
    ['under another name', { SUCCESS: [{ REFERENCEID: 5, 'IMEI/SN': THEIRS }] }],
    ['under a third name', { SUCCESS: [{ REFERENCEID: 5, 'IMEI No': THEIRS }] }],
    ['as a number', { SUCCESS: [{ REFERENCEID: 5, imei: Number(THEIRS) }] }],
    ['in HTML', { SUCCESS: [{ REFERENCEID: 5, IMEI: `<b>${THEIRS}</b>` }] }],
    ['in an object', { SUCCESS: [{ REFERENCEID: 5, DEVICE: { IMEI: THEIRS } }] }],
    ['in a list', { SUCCESS: [{ REFERENCEID: 5, IMEIS: [THEIRS] }] }],
    ['as a name', { SUCCESS: [{ REFERENCEID: 5, [THEIRS]: 'ok' }] }],
    ['in its message', { SUCCESS: [{ REFERENCEID: 5, MESSAGE: `Order received for IMEI ${THEIRS}` }] }],
    ['in the words of a refusal', { ERROR: [{ MESSAGE: `IMEI ${THEIRS} is invalid` }] }],
    [
      'in the words of a duplicate',
      { ERROR: [{ MESSAGE: `Duplicate order for IMEI ${THEIRS}, order 5512` }] },
    ],
  ])(
    'that takes an order for another IMEI, %s, has taken nothing that we know of',
    async (_where, answer) => {
      expect(await placed(answer)).toMatchObject(shown(OURS, THEIRS))
    },
  )

  it.each([
    ['another IMEI', { SUCCESS: [{ STATUS: 4, CODE: 'x', IMEI: THEIRS }] }, [OURS, THEIRS]],
    ['another IMEI, rejected', { SUCCESS: [{ STATUS: 3, CODE: 'x', IMEI: THEIRS }] }, [OURS, THEIRS]],
    ['another IMEI, open', { SUCCESS: [{ STATUS: 1, IMEI: THEIRS }] }, [OURS, THEIRS]],
    ['another order', { SUCCESS: [{ STATUS: 4, CODE: 'x', ORDERID: 999 }] }, ['321', '999']],
    ['another ID', { ID: 999, SUCCESS: [{ STATUS: 4, CODE: 'x' }] }, ['321', '999']],
  ])('that answers about %s has not answered', async (_what, answer, both) => {
    expect(await asked(answer)).toMatchObject(shown(...both))
  })

  it.each([
    { ID: '321', SUCCESS: [{ STATUS: 4, CODE: 'x', IMEI: OURS }] },
    { SUCCESS: [{ STATUS: 4, CODE: 'x', IMEI: OURS.slice(0, 14), SN: 'C02ZX1Y2' }] },
    { SUCCESS: [{ STATUS: 4, CODE: 'x', IMEI: '' }] },
  ])('that names ours, or nothing, has answered: %j', async (answer) => {
    expect(await asked(answer)).toMatchObject({ kind: 'success', result: 'x' })
  })

  const inputs = [OURS, '356938035643809']
  const many = (reference?: string[]) =>
    inputs.map((input, index) => task({ input, reference: reference?.[index] ?? null }))

  it('is not believed about one row of many either', async () => {
    panel.answers = {
      placeimeiorderbulk: (heard) =>
        Object.fromEntries(
          [...rowsOf(heard as never)].map(([key, { IMEI }], index) => [
            key,
            { SUCCESS: [{ REFERENCEID: 70 + index, IMEI: index === 1 ? THEIRS : IMEI }] },
          ]),
        ),
    }
    expect(await used.supplier.send(many(), signal)).toMatchObject([
      { kind: 'accepted', reference: '70' },
      shown(inputs[1] as string, THEIRS),
    ])
  })

  it('is not believed about one entry of a list either', async () => {
    panel.answers = {
      placeimeiorderbulk: {
        SUCCESS: [
          { IMEI: OURS, REFERENCEID: 70 },
          { IMEI: THEIRS, REFERENCEID: 71 },
        ],
      },
    }
    expect(await used.supplier.send(many(), signal)).toMatchObject([
      { kind: 'accepted', reference: '70' },
      shown(inputs[1] as string, THEIRS),
    ])
  })

  it('is not believed about one status of many either', async () => {
    panel.answers = {
      getimeiorderbulk: (heard) =>
        Object.fromEntries(
          [...rowsOf(heard as never)].map(([key, { ID }], index) => [
            key,
            { SUCCESS: [{ STATUS: 4, CODE: `result ${ID}`, IMEI: index === 0 ? THEIRS : inputs[1] }] },
          ]),
        ),
    }
    expect(await used.supplier.ask(many(['8', '9']), signal)).toMatchObject([
      shown(OURS, THEIRS),
      { kind: 'success', result: 'result 9' },
    ])
  })
})

describe('another server', () => {
  let server: TestServer
  const open: Supplier[] = []
  beforeAll(async () => {
    server = await new TestServer().start()
  })
  afterAll(async () => {
    await Promise.all(open.map((one) => one.close?.()))
    await server.stop()
  })
  const opened = (supplier: Supplier): Supplier => {
    open.push(supplier)
    return supplier
  }
  const rest = () =>
    opened(supplierOf(cekceir, { url: server.url, settings: {}, secrets: { api_key: 'id7.very-secret' } }))
  const api = (template: unknown) =>
    opened(supplierOf(http, { url: server.url, settings: { template }, secrets: { key: 'the-key' } }))
  const order = (over: object) => ({ order_id: 17, status: 'success', total: 1, ...over })

  it.each([
    ['its result', order({ result: { imei: THEIRS, lock: 'off' } })],
    ['a row of its result', order({ result: [{ imei: THEIRS, result: 'off' }] })],
    ['the text of its result', order({ result: [{ result: `IMEI: ${THEIRS}` }] })],
    ['the order itself', order({ imeis: [THEIRS], result: 'off' })],
    ['what it took', order({ status: 'pending', data: { imeis: [THEIRS] } })],
    ['what failed', order({ status: 'failed', input: { imei: THEIRS }, error_message: 'Not found' })],
  ])('with the REST API is not believed where %s is of another IMEI', async (_where, answer) => {
    server.says(answer)
    const task = workOf({ input: OURS, reference: '17' })
    expect(await ask(rest(), task)).toMatchObject(shown(OURS, THEIRS))
    expect(await send(rest(), { ...task, reference: null })).toMatchObject(shown(OURS, THEIRS))
  })

  it('with the REST API that answers about another order has not answered', async () => {
    server.says(order({ order_id: 18, result: 'off' }))
    expect(await ask(rest(), workOf({ input: OURS, reference: '17' }))).toMatchObject(shown('17', '18'))
  })

  it('with the REST API is believed about each of many items', async () => {
    const rows = [OURS, THEIRS].map((imei) => ({ imei, status: 'success', result: `of ${imei}` }))
    server.says(order({ total: 2, result: rows }))
    const tasks = [OURS, THEIRS].map((input) => workOf({ input, reference: '17' }))
    expect(await rest().ask(tasks, signal)).toMatchObject([
      { result: `of ${OURS}` },
      { result: `of ${THEIRS}` },
    ])
    server.says(
      order({ total: 2, result: [rows[1], { ...rows[0], imei: '356938035643809', result: 'off' }] }),
    )
    expect(await rest().ask(tasks, signal)).toMatchObject([
      shown(OURS, '356938035643809'),
      { result: `of ${THEIRS}` },
    ])
  })

  it.each([
    ['instant-get', { status: 'success', imei: THEIRS, result: 'Clean' }],
    ['instant-post', { status: 'success', data: { imei: THEIRS, result: 'Clean' } }],
    ['instant-get', { status: 'error', imei: THEIRS, message: 'Invalid IMEI' }],
    ['order-poll', { status: 'pending', id: 5, imei: THEIRS }],
  ])('behind the template %s is not believed about another IMEI: %j', async (template, answer) => {
    server.says(answer)
    expect(await send(api(template), workOf({ input: OURS }))).toMatchObject(shown(OURS, THEIRS))
  })

  it('behind a template that is asked about one order and answers about another has not answered', async () => {
    server.says({ id: 6, status: 'success', result: 'Clean' })
    const task = workOf({ input: OURS, reference: '5' })
    expect(await ask(api('order-poll'), task)).toMatchObject(shown('5', '6'))
  })

  it('behind a template of one’s own is read where that says what an answer is about', async () => {
    const template = {
      name: 'own',
      request: { method: 'GET', url: '{url}' },
      answer: {
        format: 'text',
        success: [{ path: '$text', contains: 'ok' }],
        result: 'whole',
        about: { matches: 'for (\\d+)', group: 1 },
      },
    }
    server.says(`ok for ${THEIRS}`)
    expect(await send(api(template), workOf({ input: OURS }))).toMatchObject(shown(OURS, THEIRS))
    server.says(`ok for ${OURS}`)
    expect(await send(api(template), workOf({ input: OURS }))).toMatchObject({ kind: 'success' })
  })
})
