import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Supplier, SupplierTask } from '../../../src/integrations/suppliers/supplier.ts'
import {
  type Heard,
  placedAs,
  refusedWith,
  rowsOf,
  statusOf,
  supplierAt,
  TestPanel,
  workOf,
} from './dhru-panel.ts'

let panel: TestPanel
let supplier: Supplier
/** `now` is in milliseconds since 1970. */
let now: number
const { signal } = new AbortController()
const account = { SUCCESS: [{ AccoutInfo: { credit: '1' } }] }

beforeAll(async () => {
  panel = await new TestPanel().start()
})
afterAll(() => panel.stop())
beforeEach(() => {
  panel.heard.length = 0
  panel.answers = { accountinfo: account }
  panel.headers = {}
  panel.status = 200
  now = Date.now()
})
afterEach(() => supplier.close?.())

const IMEIS = ['490154203237518', '001010000000016', '004401000000014']
const works = (): SupplierTask[] => IMEIS.map((input) => workOf({ input }))
const accepted = (reference: string) => ({ kind: 'accepted', reference })
const unknown = (askable: boolean) => ({ kind: 'unknown', reason: expect.any(String), askable })

/** `acquainted` gives a supplier that has had an answer of the panel. */
async function acquainted(settings: Record<string, unknown> = {}): Promise<void> {
  supplier = supplierAt(panel.url, settings, { now: () => new Date(now) })
  await supplier.account?.(signal)
  panel.heard.length = 0
}
const byImei = (heard: Heard): [key: string, imei: string][] =>
  [...rowsOf(heard)].map(([key, { IMEI = '' }]) => [key, IMEI])
const referenceOf = (imei: string): string => `9${IMEIS.indexOf(imei)}`

/** `SPELLINGS` are ways in which panels write IMEIs. */
const SPELLINGS: ((imei: string) => string)[] = [
  (imei) => imei.replace(/^(..)(.{6})(.{6})(.)$/, '$1-$2-$3-$4'),
  (imei) => ` ${imei.slice(0, 8)} ${imei.slice(8)}`,
  (imei) => imei.slice(0, 14),
]

/** `forms` are the three forms of a reply, each with the second row refused. */
const forms: [name: string, form: (heard: Heard) => object][] = [
  [
    "the vendor's rows",
    (heard) => ({
      ...Object.fromEntries(
        byImei(heard).map(([key, imei]) => [
          key,
          imei === IMEIS[1] ? refusedWith('Invalid IMEI') : placedAs(referenceOf(imei)),
        ]),
      ),
      apiversion: '6.1',
    }),
  ],
  [
    "theme panels' rows",
    (heard) => ({
      SUCCESS: Object.fromEntries(
        byImei(heard).map(([key, imei]) => [
          key,
          imei === IMEIS[1]
            ? { status: 'error', message: 'Invalid IMEI' }
            : { status: 'success', message: 'ok', referenceid: Number(referenceOf(imei)) },
        ]),
      ),
    }),
  ],
  [
    'a list in the order of the rows',
    (heard) => ({
      SUCCESS: byImei(heard).map(([, imei]) =>
        imei === IMEIS[1] ? { ERROR: [{ MESSAGE: 'Invalid IMEI' }] } : { REFERENCEID: referenceOf(imei) },
      ),
    }),
  ],
  [
    'a list in another order that names the IMEIs',
    (heard) => ({
      SUCCESS: byImei(heard)
        .map(([, IMEI]) =>
          IMEI === IMEIS[1]
            ? { IMEI, ERROR: 'Invalid IMEI' }
            : { IMEI, MESSAGE: 'ok', REFERENCEID: referenceOf(IMEI) },
        )
        .toReversed(),
    }),
  ],
  [
    'a list in another order that names the IMEIs with dashes, blanks and without a check digit',
    (heard) => ({
      SUCCESS: byImei(heard)
        .map(([, imei], index) => {
          const IMEI = SPELLINGS[index]?.(imei)
          return imei === IMEIS[1]
            ? { IMEI, ERROR: 'Invalid IMEI' }
            : { IMEI, REFERENCEID: referenceOf(imei) }
        })
        .toReversed(),
    }),
  ],
  [
    "rows and a list, as an imeigate's",
    (heard) => ({
      ...Object.fromEntries(
        byImei(heard).map(([key, imei]) => [
          key,
          imei === IMEIS[1] ? refusedWith('Invalid IMEI') : placedAs(referenceOf(imei)),
        ]),
      ),
      SUCCESS: byImei(heard).map(([ROW]) => ({ ROW, ERROR: [{ MESSAGE: 'not looked at' }] })),
    }),
  ],
]

describe('many orders in one request', () => {
  it('are sent only where the operator wants it, and not before the panel was heard', async () => {
    supplier = supplierAt(panel.url, { bulk: 50 })
    expect(supplier.sendAtOnce).toBe(1)
    await supplier.account?.(signal)
    expect(supplier.sendAtOnce).toBe(50)
    await supplier.close?.()
    await acquainted()
    expect(supplier.sendAtOnce).toBe(1)
  })

  it.each(forms)('are answered one by one by %s', async (_words, form) => {
    await acquainted({ bulk: 50 })
    panel.answers = { placeimeiorderbulk: form }
    expect(await supplier.send(works(), signal)).toEqual([
      accepted('90'),
      { kind: 'refused', reason: 'Invalid IMEI' },
      accepted('92'),
    ])
    expect([...rowsOf(panel.last())]).toEqual(
      IMEIS.map((IMEI, index) => [String(1001 + index), { ID: '77', IMEI }]),
    )
    expect(panel.last().key).toBeUndefined()
  })

  it.each<[string, (heard: Heard) => object, string[]]>([
    ['a row that is not mentioned', () => ({ 1001: placedAs('90') }), ['accepted', 'unknown', 'unknown']],
    [
      'a row that contradicts itself',
      () => ({
        1001: { ...placedAs('90'), ...refusedWith('no') },
        1002: placedAs('91'),
        1003: { SUCCESS: [{ MESSAGE: 'ok' }] },
      }),
      ['unknown', 'accepted', 'unknown'],
    ],
    [
      'rows that the panel numbered by itself',
      () => ({ 0: placedAs('90'), 1: placedAs('91'), 2: placedAs('92') }),
      ['unknown', 'unknown', 'unknown'],
    ],
    [
      'a list with a row too few',
      () => ({ SUCCESS: [{ REFERENCEID: '90' }, { REFERENCEID: '92' }] }),
      ['unknown', 'unknown', 'unknown'],
    ],
    [
      'a list in which a row names the IMEI of another place',
      () => ({
        SUCCESS: [{ REFERENCEID: '90', IMEI: IMEIS[2] }, { REFERENCEID: '91' }, { REFERENCEID: '92' }],
      }),
      ['unknown', 'unknown', 'unknown'],
    ],
    [
      'a list in which a refused row has a number',
      () => ({ SUCCESS: [{ REFERENCEID: '90', ERROR: 'no' }, { REFERENCEID: '91' }, { REFERENCEID: '92' }] }),
      ['unknown', 'accepted', 'accepted'],
    ],
    [
      'rows of theme panels that say neither',
      () => ({
        SUCCESS: { 1001: { status: 'queued' }, 1002: { status: 'success', referenceid: 91 }, 1003: {} },
      }),
      ['unknown', 'accepted', 'unknown'],
    ],
    [
      'SUCCESS and ERROR without rows',
      () => ({ SUCCESS: [1], ERROR: 'no' }),
      ['unknown', 'unknown', 'unknown'],
    ],
    ['an ERROR about one of them', () => refusedWith('Invalid IMEI'), ['unknown', 'unknown', 'unknown']],
    ['CreditprocessError', () => refusedWith('CreditprocessError'), Array(3).fill('unavailable')],
  ])('have no outcome that the answer does not prove: %s', async (_words, answer, kinds) => {
    await acquainted({ bulk: 50 })
    panel.answers = { placeimeiorderbulk: answer }
    const outcomes = await supplier.send(works(), signal)
    expect(outcomes.map(({ kind }) => kind)).toEqual(kinds)
    for (const outcome of outcomes) if (outcome.kind === 'unknown') expect(outcome.askable).toBe(false)
  })

  it('are unknown when the answer is lost', async () => {
    await acquainted({ bulk: 50, refuses_duplicates: true })
    panel.answers = {
      placeimeiorderbulk: (_heard, response) => {
        response.destroy()
      },
    }
    const [first, second] = works() as [SupplierTask, SupplierTask]
    expect(await supplier.send([first, { ...second, input: '' }], signal)).toEqual([
      unknown(true),
      unknown(false),
    ])
  })

  it('are sent one by one where the panel does not know how, and for an hour after that', async () => {
    await acquainted({ bulk: 50 })
    panel.answers = { placeimeiorder: placedAs('5'), placeimeiorderbulk: refusedWith('Invalid Action') }
    expect(await supplier.send(works(), signal)).toEqual(Array(3).fill(accepted('5')))
    expect(panel.actions().toSorted()).toEqual([...Array(3).fill('placeimeiorder'), 'placeimeiorderbulk'])
    expect(supplier.sendAtOnce).toBe(1)
    now += 3_600_001
    expect(supplier.sendAtOnce).toBe(50)
  })
})

describe('many orders at another imeigate', () => {
  beforeEach(() => {
    panel.headers = { 'x-imeigate': '1' }
  })

  it('are sent in one request by themselves, unless the operator says otherwise', async () => {
    await acquainted()
    expect(supplier.sendAtOnce).toBe(100)
    await supplier.close?.()
    await acquainted({ bulk: 1 })
    expect(supplier.sendAtOnce).toBe(1)
  })

  it('have the same keys there as alone', async () => {
    await acquainted()
    panel.answers = {
      placeimeiorderbulk: forms[0]?.[1] as (heard: Heard) => object,
      placeimeiorder: placedAs('5'),
    }
    const sent = works()
    await supplier.send(sent, signal)
    const { key } = panel.last()
    const shares = [...rowsOf(panel.last()).keys()].map((row) => `${key}#${row}`)
    panel.heard.length = 0
    for (const work of sent) await supplier.send([work], signal)
    expect(panel.heard.map((heard) => heard.key)).toEqual(shares)
  })

  it('are sent one by one when it takes fewer rows', async () => {
    await acquainted()
    panel.answers = {
      placeimeiorderbulk: refusedWith('Too many rows: 3 rows, at most 2', 'too_many_rows: 3 rows, at most 2'),
      placeimeiorder: placedAs('5'),
    }
    expect(await supplier.send(works(), signal)).toEqual(Array(3).fill(accepted('5')))
    expect(supplier.sendAtOnce).toBe(1)
  })
})

describe('many orders asked about in one request', () => {
  const numbered = (): SupplierTask[] =>
    ['90', '91', '92'].map((reference, index) => workOf({ reference, input: IMEIS[index] as string }))
  const outcomes = [
    { kind: 'success', result: 'Clean', reference: '90' },
    { kind: 'refused', reason: 'Wrong network' },
    { kind: 'accepted', reference: '92' },
  ]
  const rows: Record<string, object> = {
    90: { STATUS: '4', CODE: 'Clean' },
    91: { STATUS: 3, CODE: 'Wrong network' },
    92: { STATUS: '1', CODE: '' },
  }
  const singly = ({ orderid = '' }: Heard): object => ({ SUCCESS: [rows[orderid]] })

  it.each<[string, (heard: Heard) => object]>([
    [
      "the vendor's rows",
      (heard) =>
        Object.fromEntries([...rowsOf(heard)].map(([key, { ID = '' }]) => [key, { SUCCESS: [rows[ID]] }])),
    ],
    [
      'rows under SUCCESS',
      (heard) => ({
        SUCCESS: Object.fromEntries([...rowsOf(heard)].map(([key, { ID = '' }]) => [key, rows[ID]])),
      }),
    ],
    [
      'a list that names the orders',
      () => ({ SUCCESS: ['92', '90', '91'].map((REFERENCEID) => ({ ...rows[REFERENCEID], REFERENCEID })) }),
    ],
    ['a list in the same order', () => ({ SUCCESS: ['90', '91', '92'].map((id) => rows[id]) })],
    [
      'a list in another order that names the IMEIs in other spellings',
      () => ({
        SUCCESS: ['90', '91', '92']
          .map((id, index) => ({ ...rows[id], IMEI: SPELLINGS[index]?.(IMEIS[index] as string) }))
          .toReversed(),
      }),
    ],
  ])('are answered by %s', async (_words, form) => {
    await acquainted()
    panel.answers = { getimeiorderbulk: form, getimeiorder: singly }
    expect(supplier.askAtOnce).toBe(100)
    expect(await supplier.ask(numbered(), signal)).toEqual(outcomes)
    expect(panel.actions()).toEqual(['getimeiorderbulk'])
  })

  it('are never taken for one another', async () => {
    await acquainted({ bulk_status: 'on' })
    panel.answers = {
      getimeiorderbulk: {
        1001: statusOf(4, { CODE: 'x', REFERENCEID: '91' }),
        1002: statusOf(4, { CODE: 'y' }),
      },
    }
    expect(await supplier.ask(numbered(), signal)).toEqual([
      { ...unknown(true), contradicts: true },
      { kind: 'success', result: 'y', reference: '91' },
      unknown(true),
    ])
  })

  it('are asked about one by one where the answer does not mention them', async () => {
    await acquainted()
    panel.answers = { getimeiorderbulk: { 1001: { SUCCESS: [rows['90']] } }, getimeiorder: singly }
    expect(await supplier.ask(numbered(), signal)).toEqual(outcomes)
    expect(panel.actions().filter((action) => action === 'getimeiorder')).toHaveLength(2)
  })

  it('are asked about one by one where the panel does not know how, and for an hour after that', async () => {
    await acquainted()
    panel.answers = { getimeiorderbulk: refusedWith('Invalid Action'), getimeiorder: singly }
    expect(await supplier.ask(numbered(), signal)).toEqual(outcomes)
    expect(supplier.askAtOnce).toBe(1)
    now += 3_600_001
    expect(supplier.askAtOnce).toBe(100)
  })

  it('stay open, and are asked about one by one from then on, where the panel breaks over it', async () => {
    await acquainted()
    panel.status = 500
    panel.answers = { '*': '' }
    expect(await supplier.ask(numbered(), signal)).toEqual(Array(3).fill(unknown(true)))
    expect(panel.actions()).toEqual(['getimeiorderbulk'])
    expect(supplier.askAtOnce).toBe(1)
  })

  it('say together that the panel does not know us', async () => {
    await acquainted()
    panel.answers = { '*': refusedWith('Authentication Failed') }
    const login = { kind: 'unavailable', why: 'login', reason: 'Authentication Failed' }
    expect(await supplier.ask(numbered(), signal)).toEqual(Array(3).fill(login))
    expect(supplier.askAtOnce).toBe(100)
  })

  it('may be some with a number and some without', async () => {
    await acquainted({ bulk_status: 'off', refuses_duplicates: true })
    panel.answers = { accountinfo: account, getimeiorder: singly, placeimeiorder: placedAs('93') }
    const [first, second] = numbered() as [SupplierTask, SupplierTask]
    expect(await supplier.ask([first, workOf(), second], signal)).toEqual([
      outcomes[0],
      accepted('93'),
      outcomes[1],
    ])
  })
})
