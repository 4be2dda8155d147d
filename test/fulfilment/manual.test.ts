import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import type { Service } from '../../src/catalogue/service.ts'
import { type AfterRefusal, afterRefusal } from '../../src/fulfilment/people/after-refusal.ts'
import { requestVerify } from '../../src/fulfilment/people/cancel-verify.ts'
import {
  answerManual,
  findManual,
  listManual,
  type ManualAnswer,
  takeManual,
} from '../../src/fulfilment/people/manual.ts'
import { readPasted } from '../../src/fulfilment/people/pasted.ts'
import { listReviews } from '../../src/fulfilment/people/reviews.ts'
import { manual } from '../../src/integrations/suppliers/manual/index.ts'
import type { Supplier, SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { OrderId, SupplierId } from '../../src/lib/ids.ts'
import { brokenPromises, input, newService } from '../orders/orders.fixtures.ts'
import { imei } from '../support/server.ts'
import { SANDBOX } from './fixed-directory.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

const ANN = 'cli:ann'

let shop: Workshop
/** `byHand` is done by people, and what they refuse by the sandbox. */
let byHand: Service
let people: SupplierId
let sandbox: FakeSupplier
let sandboxSays: () => Promise<SupplierOutcome>
beforeEach(async () => {
  shop = await Workshop.open()
  byHand = await newService(shop.sql, { code: 'by-hand', duplicatePolicy: 'allow' })
  people = await shop.addSupplier('Ann and Bob', { service: byHand, position: 0 })
  await shop.sql`update suppliers set kind = 'manual' where id = ${people}`
  sandboxSays = async () => SUCCESS
  sandbox = new FakeSupplier(() => sandboxSays())
  const person = manual.connect(
    { id: people, kind: 'manual', name: '', url: null, currency: 'USD', settings: {}, secrets: {} },
    // A person is in no network and has no clock.
    {} as Parameters<typeof manual.connect>[1],
  )
  shop.workers(
    new Map<SupplierId, Supplier>([
      [people, person],
      [SANDBOX, sandbox],
    ]),
  )
})
afterEach(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

const wallet = () => new LedgerReader(shop.sql).wallet(shop.account)
const ended = (id: OrderId): Promise<void> => until(async () => (await shop.order(id)).finishedAt !== null)
/** `waiting` gives orders of the nth IMEIs, which all wait for a person. */
async function waiting(...numbers: number[]): Promise<OrderId[]> {
  const before = (await listManual(shop.sql)).length
  const ids: OrderId[] = []
  for (const n of numbers) ids.push(await shop.place(n, { service: byHand, items: [input(byHand, imei(n))] }))
  await until(async () => (await listManual(shop.sql)).length === before + numbers.length)
  return ids
}
const answer = async (answers: ManualAnswer[]) => await answerManual(shop.sql, answers, ANN, shop.clock)
const all = async (ids: OrderId[], given: ManualAnswer['answer']): Promise<ManualAnswer[]> =>
  (await Promise.all(ids.map((id) => findManual(shop.sql, id))))
    .flat()
    .map((item) => ({ item, answer: given }))

test('what waits for a person is listed, the oldest first', async () => {
  const [one] = await waiting(1)
  shop.clock.advance(1)
  const [two] = await waiting(2)
  expect(await listManual(shop.sql)).toMatchObject([
    {
      orderId: one,
      position: 1,
      supplier: 'Ann and Bob',
      serviceCode: 'by-hand',
      input: imei(1),
      quantity: 1,
      taken: null,
    },
    { orderId: two },
  ])
  expect(await listManual(shop.sql, { limit: 1 })).toMatchObject([{ orderId: one }])
  const count = async (filter: object) => (await listManual(shop.sql, filter)).length
  expect(await count({ service: 'BY-HAND', supplier: 'ann AND bob' })).toBe(2)
  expect(await count({ service: String(byHand.id), supplier: String(people) })).toBe(2)
  expect(await count({ service: shop.service.code })).toBe(0)
  expect(await count({ supplier: 'sandbox' })).toBe(0)
  expect(sandbox.calls).toEqual([])
})

test('who works on it is seen, also after the item was looked at again', async () => {
  const ids = await waiting(1, 2)
  expect(await takeManual(shop.sql, ids, ANN, shop.clock)).toBe(2)
  const by = 'taken by cli:ann at 2030-01-01T12:00:00.000Z'
  const taken = async () => (await listManual(shop.sql)).map((item) => item.taken)
  expect(await taken()).toEqual([by, by])
  const dueAt = async () => (await shop.order(ids[0] as OrderId)).items[0]?.dueAt?.getTime() ?? 0
  const before = await dueAt()
  shop.clock.advance(before - shop.clock.now().getTime())
  // The lease of the one that asks is shorter than the time until the next question.
  await until(async () => (await dueAt()) > before + 60_000)
  expect(await taken()).toEqual([by, by])
  await answer(await all(ids, { result: 'done' }))
  await expect(takeManual(shop.sql, ids, ANN)).rejects.toMatchObject({ code: 'conflict' })
})

test('a result ends an item with success, whoever looks at it just then', async () => {
  const ids = await waiting(1, 2, 3)
  shop.clock.advance(3_600_000)
  await answer(await all(ids, { result: ' Locked: no\n' }))
  for (const id of ids) {
    expect(await shop.order(id)).toMatchObject({ state: 'success', items: [{ result: 'Locked: no' }] })
  }
  expect(await wallet()).toMatchObject({ available: 999_970n, held: 0n })
  const rows = await shop.sql`select state, detail from attempts`
  expect([...rows]).toEqual(ids.map(() => ({ state: 'succeeded', detail: 'answered by cli:ann' })))
})

test('what a person refuses goes to the next route, or is given back', async () => {
  const [one] = (await waiting(1)) as [OrderId]
  await answer(await all([one], { refusal: 'not for this model' }))
  await ended(one)
  expect(await shop.order(one)).toMatchObject({ state: 'success' })
  expect(sandbox.history).toEqual(['send'])
  await shop.sql`delete from supplier_routes where service_id = ${byHand.id} and supplier_id = ${SANDBOX}`
  const [two] = (await waiting(2)) as [OrderId]
  await answer(await all([two], { refusal: 'not for this model' }))
  await ended(two)
  expect(await shop.order(two)).toMatchObject({ state: 'failed', items: [{ reason: 'not for this model' }] })
  expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
})

describe('what is said of a refusal before it', () => {
  const routeOfSandbox = (change: string) =>
    shop.sql.unsafe(
      `update supplier_routes set ${change} where service_id = ${byHand.id} and supplier_id = ${SANDBOX}`,
    )
  /** `seen` says of each end whether the next supplier was called, whether the order failed, and whether its price is held. */
  const seen = { next: [true, false, false], given_back: [false, true, false], waits: [false, false, true] }
  const cases: [string, AfterRefusal['end'], () => Promise<unknown>][] = [
    ['the next supplier is there', 'next', async () => {}],
    [
      'there is none',
      'given_back',
      () =>
        shop.sql`delete from supplier_routes where service_id = ${byHand.id} and supplier_id = ${SANDBOX}`,
    ],
    ['it does it no more', 'given_back', () => routeOfSandbox('available = false')],
    ['it is off', 'given_back', () => shop.sql`update suppliers set enabled = false where id = ${SANDBOX}`],
    ['it costs too much', 'waits', () => routeOfSandbox('cost = 1000')],
    [
      'it is paused',
      'waits',
      () => shop.sql`
        insert into supplier_health (supplier_id, open, why, opened_at, probe_at)
        values (${SANDBOX}, true, 'person', ${shop.clock.now()}, '2999-01-01')
        on conflict (supplier_id) do update set open = true, why = 'person', opened_at = excluded.opened_at, probe_at = excluded.probe_at`,
    ],
  ]
  it.each(cases)('is what happens where %s', async (_name, end, prepare) => {
    const [id] = (await waiting(1)) as [OrderId]
    await prepare()
    const { name } =
      (await shop.sql<{ name: string }[]>`select name from suppliers where id = ${SANDBOX}`)[0] ?? {}
    expect(await afterRefusal(shop.sql, id, 1, shop.clock)).toEqual({
      end,
      supplier: end === 'next' ? name : null,
    })
    await answer(await all([id], { refusal: 'not for this model' }))
    await shop.idle()
    const [order, { held }] = [await shop.order(id), await wallet()]
    expect([sandbox.calls.length > 0, order.state === 'failed', held > 0n]).toEqual(seen[end])
  })
})

test('many answers are written, or none: not where one of them does not wait for a person', async () => {
  const ids = await waiting(1, 2, 3)
  const answers = await all(ids, { result: 'x' })
  await answer(answers.slice(1, 2))
  await expect(answer(answers)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`order ${ids[1]} item 1 is success, and not with a person`),
  })
  const short = answers.filter((_, index) => index !== 1)
  for (const text of ['', ' \n', 'x'.repeat(20_001)]) {
    const bad = [short[0] as ManualAnswer, { ...(short[1] as ManualAnswer), answer: { result: text } }]
    await expect(answer(bad)).rejects.toMatchObject({ code: 'invalid_input', field: 'result' })
  }
  expect(await listManual(shop.sql)).toHaveLength(2)
  expect(await wallet()).toMatchObject({ held: 20n })
})

test('not what another supplier has, nor what waits to be sent', async () => {
  const elsewhere = await shop.place(1)
  await ended(elsewhere)
  await expect(findManual(shop.sql, elsewhere)).rejects.toMatchObject({ code: 'conflict' })
  const unsent = await shop.place(2, { service: await newService(shop.sql, { supplier: undefined }) })
  const item = { accountId: shop.account, orderId: unsent, position: 1 }
  await expect(answer([{ item, answer: { result: 'x' } }])).rejects.toMatchObject({ code: 'conflict' })
  await expect(answer([{ item: { ...item, position: 2 }, answer: { result: 'x' } }])).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('is gone'),
  })
  await expect(takeManual(shop.sql, [elsewhere, unsent], ANN)).rejects.toMatchObject({ code: 'conflict' })
})

test('of an order those items are answered that still wait', async () => {
  const items = [1, 2, 3].map((n) => input(byHand, imei(n)))
  const id = await shop.place(1, { service: byHand, items })
  await until(async () => (await listManual(shop.sql)).length === 3)
  const [second] = await findManual(shop.sql, id, 2)
  await answer([{ item: second as ManualAnswer['item'], answer: { result: 'two' } }])
  expect((await findManual(shop.sql, id)).map(({ position }) => position)).toEqual([1, 3])
  await expect(findManual(shop.sql, id, 2)).rejects.toMatchObject({ code: 'conflict' })
  await expect(findManual(shop.sql, id, 4)).rejects.toMatchObject({ code: 'not_found' })
  await expect(findManual(shop.sql, 9_999 as OrderId)).rejects.toMatchObject({ code: 'order_not_found' })
  await answer(await all([id], { result: 'the rest' }))
  expect((await shop.order(id)).items.map(({ result }) => result)).toEqual(['the rest', 'two', 'the rest'])
})

test('of two people who answer the same item one does it', async () => {
  const ids = await waiting(1)
  const [given] = (await all(ids, { result: 'x' })) as [ManualAnswer]
  const done = await Promise.allSettled([answer([given]), answer([{ ...given, answer: { result: 'y' } }])])
  expect(done.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  await ended(ids[0] as OrderId)
  expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
})

test('a pasted list is read line by line, whatever stands between an IMEI and its result', async () => {
  const ids = await waiting(1, 2, 3, 4, 5)
  const text = [
    `${imei(1)}\tLocked: no, clean`,
    `  ${imei(2)} : Model X; 128GB  `,
    '',
    `${imei(3)},clean`,
    `${imei(4)}; https://example.com/a?b=c`,
    `${imei(5)}   clean\r`,
  ].join('\n')
  const { answers, faults } = await readPasted(shop.sql, text)
  expect(faults).toEqual([])
  await answer(answers)
  const results = await Promise.all(ids.map(async (id) => (await shop.order(id)).items[0]?.result))
  expect(results).toEqual([
    'Locked: no, clean',
    'Model X; 128GB',
    'clean',
    'https://example.com/a?b=c',
    'clean',
  ])
})

test('a pasted line that fits nothing, is there twice or has no result is named', async () => {
  await waiting(1, 2)
  const text = `${imei(1)} clean\n${imei(9)} clean\n${imei(2)}\n\n${imei(1)} dirty\nhello\n`
  const { answers, faults } = await readPasted(shop.sql, text)
  expect(answers).toMatchObject([{ answer: { result: 'clean' }, item: { position: 1 } }])
  expect(faults).toMatchObject([
    { path: [2], message: `nothing waits for ${imei(9)}` },
    {
      path: [3],
      message: `is not of the form: IMEI, order number or reference, and the result: "${imei(2)}"`,
    },
    { path: [5], message: `${imei(1)} is there twice` },
    { path: [6], message: 'is not of the form: IMEI, order number or reference, and the result: "hello"' },
  ])
})

describe('a line of a sheet', () => {
  const spaced = (n: number) => imei(n).replace(/^(\d\d)(\d{6})(\d{6})(\d)$/, '$1 $2 $3 $4')
  const lines: [text: string, result: string][] = [
    [`1) ${imei(1)}: Unlocked`, 'Unlocked'],
    [`12. ${imei(1)} - Código 12345678`, 'Código 12345678'],
    [`#3 ${imei(1)} => done`, 'done'],
    [`- ${imei(1)} — Model: X`, 'Model: X'],
    [`• ${imei(1)} -> ok`, 'ok'],
    [`"${imei(1)}";"Model: X; Lock: ""On"""`, 'Model: X; Lock: "On"'],
    [`1;${imei(1)};Selesai`, 'Selesai'],
    [`1\t${imei(1)}\tГотово`, 'Готово'],
    [`IMEI;Result\n${imei(1)};تم`, 'تم'],
    [`\ufeffIMEI\tResult\r\n'${imei(1)}\tdone\r\n`, 'done'],
    [`${spaced(1)} | 完成`, '完成'],
    [`\u200e${imei(1)}\u202c: hecho`, 'hecho'],
    [`${imei(1)},"Model: X\nLock: On"`, 'Model: X\nLock: On'],
    [`${imei(1)} = 12"5 inches`, '12"5 inches'],
    [`${imei(1)}-Clean`, 'Clean'],
    [`IMEI: ${imei(1)} Clean`, 'Clean'],
    [`\u2705 ${imei(1)} Clean`, 'Clean'],
    [`[12/11/2026, 10:03] Bob: ${imei(1)} Clean`, 'Clean'],
    [`="${imei(1)}"\tClean`, 'Clean'],
    [`| ${imei(1)} | Clean |`, 'Clean'],
    [`|1|${imei(1)}|Clean|`, 'Clean'],
    [`${imei(1)}.0\tClean`, 'Clean'],
    [`${imei(1).replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit)))} Clean`, 'Clean'],
    [`${imei(1)}\uff1aClean`, 'Clean'],
    [`${imei(1)}\uff0cClean`, 'Clean'],
    [`sep=;\n${imei(1)};Clean`, 'Clean'],
    [`Nr\tIMEI\tStatus\n1\t${imei(1)}\tClean`, 'Clean'],
    [`${imei(1)}(Clean)`, '(Clean)'],
    [`01- ${imei(1)} Clean`, 'Clean'],
    [`1 - ${imei(1)} - Clean`, 'Clean'],
  ]
  it('without its result is told, and never passed over', async () => {
    await waiting(1)
    for (const text of [
      imei(1),
      `IMEI: ${imei(1)}`,
      `NOT FOUND ${imei(1)}`,
      `Bob says ${imei(1)} is clean`,
    ]) {
      const { answers, faults } = await readPasted(shop.sql, text)
      expect([answers, faults.length], text).toEqual([[], 1])
    }
  })

  it('is read as it was copied', async () => {
    await waiting(1)
    for (const [text, result] of lines) {
      const { answers, faults } = await readPasted(shop.sql, text)
      expect(faults, text).toEqual([])
      expect(answers, text).toMatchObject([{ item: { input: imei(1) }, answer: { result } }])
    }
  })

  it('may hold a refusal', async () => {
    const ids = await waiting(1, 2, 3, 4, 5, 6, 7)
    const text = [
      `${imei(1)} NOT FOUND`,
      `2) ${imei(2)}: not found - other carrier`,
      `${imei(3)};No encontrado`,
      `${imei(4)}\tnot founded in 1999: clean`,
      `${imei(5)} Model: NOT FOUND`,
      `${imei(6)} \u274c NOT FOUND`,
      `${imei(7)}: **not found**`,
    ].join('\n')
    const { answers, faults } = await readPasted(shop.sql, text, { refused: ['NOT FOUND', 'no encontrado'] })
    expect(faults).toEqual([])
    expect(answers.map(({ line, answer: given }) => [line, Object.keys(given)[0]])).toEqual([
      [1, 'refusal'],
      [2, 'refusal'],
      [3, 'refusal'],
      [4, 'result'],
      [5, 'result'],
      [6, 'refusal'],
      [7, 'refusal'],
    ])
    await answer(answers)
    const [first] =
      await shop.sql`select state, detail from attempts where order_id = ${ids[0] as OrderId} and number = 1`
    expect(first).toMatchObject({ state: 'refused', detail: 'NOT FOUND' })
    expect(await shop.order(ids[3] as OrderId)).toMatchObject({ state: 'success' })
  })
})

test('a pasted result is for every item of that input, but not of several services', async () => {
  await waiting(1, 1)
  const other = await newService(shop.sql, { supplier: undefined })
  await shop.sql`insert into supplier_routes (service_id, supplier_id) values (${other.id}, ${people})`
  const elsewhere = await shop.place(1, { service: other, items: [input(other, imei(1))] })
  await until(async () => (await listManual(shop.sql)).length === 3)
  const paste = (filter: object) => readPasted(shop.sql, `${imei(1)} clean`, filter)
  expect(await paste({})).toMatchObject({
    answers: [],
    faults: [{ path: [1], message: `${imei(1)} waits for several services: name one with --service` }],
  })
  expect((await paste({ service: 'by-hand' })).answers).toHaveLength(2)
  const { answers } = await paste({ service: other.code })
  expect(answers).toMatchObject([{ item: { orderId: elsewhere } }])
  await answer(answers)
  expect((await paste({})).answers).toHaveLength(2)
})

describe('a line without an IMEI', () => {
  /** `place` has an order of a service that asks for no IMEI wait for a person, once for each of its notes. */
  async function place(service: Service, reference: string | null, ...notes: string[]): Promise<OrderId> {
    const items = notes.map((NOTES) => ({ ...input(service, ''), fields: { NOTES }, canonical: NOTES }))
    const before = (await listManual(shop.sql)).length
    const id = await shop.place(1, { service, items })
    await until(async () => (await listManual(shop.sql)).length === before + notes.length)
    await shop.sql`update orders set reference = ${reference} where id = ${id}`
    return id
  }
  let firmware: Service
  beforeEach(async () => {
    firmware = await newService(shop.sql, { code: 'firmware', kind: 'server', supplier: undefined })
    await shop.sql`insert into supplier_routes (service_id, supplier_id) values (${firmware.id}, ${people})`
  })
  const read = async (...lines: string[]) => {
    const { answers, faults } = await readPasted(shop.sql, lines.join('\n'), { refused: ['not possible'] })
    return {
      answers: answers.map(({ line, by, item, answer: given }) => [
        line,
        by,
        `${item.orderId}/${item.position}`,
        Object.values(given)[0],
      ]),
      faults: faults.map(({ path, message, verdict }) => [path[0], verdict, message]),
    }
  }

  it('names its order by number or reference, and is charged once', async () => {
    const one = await place(firmware, 'cart-25853', 'a')
    const two = await place(firmware, null, 'b')
    const three = await place(firmware, 'Job 7, red', 'c', 'd')
    expect(
      await read(
        'Order\tResult',
        'CART-25853 done code 1234',
        `#${two} - not possible`,
        `${three}/2\tdone: 1234567890123456`,
        `2) Order ${three}/1: patched`,
      ),
    ).toEqual({
      answers: [
        [2, 'reference', `${one}/1`, 'done code 1234'],
        [3, 'order', `${two}/1`, 'not possible'],
        [4, 'order', `${three}/2`, 'done: 1234567890123456'],
        [5, 'order', `${three}/1`, 'patched'],
      ],
      faults: [],
    })
    const { answers } = await readPasted(shop.sql, `${one}\tdone\ncart-25853\tdone again`)
    await answer(answers)
    expect(await shop.order(one)).toMatchObject({ state: 'success', items: [{ result: 'done' }] })
    expect(await read(`${one} done`, 'cart-25853 done', '999999 done')).toEqual({
      answers: [],
      faults: [
        [1, 'answered_before', `${one} was answered before, in order ${one}`],
        [2, 'answered_before', `cart-25853 was answered before, in order ${one}`],
        [3, 'no_fit', 'nothing waits for 999999'],
      ],
    })
    expect(await wallet()).toMatchObject({ available: 999_960n, held: 30n })
  })

  it('that may be of several items, or names another IMEI, does nothing', async () => {
    const one = await place(firmware, 'same', 'a')
    const two = await place(firmware, 'same', 'b')
    const pair = await place(firmware, String(one), 'c', 'd')
    const [phone] = (await waiting(1)) as [OrderId]
    await shop.sql`update orders set reference = ${imei(9)} where id = ${phone}`
    expect(
      await read(
        'same done',
        `${pair} done`,
        `${one} done`,
        `${two}; ${pair}; done`,
        `${phone}\t${imei(2)}\tClean`,
        `${imei(9)} Clean`,
      ),
    ).toEqual({
      answers: [],
      faults: [
        [1, 'ambiguous', `same is the reference of several items: write one of ${one}/1, ${two}/1`],
        [2, 'ambiguous', `order ${pair} has several items that wait: write one of ${pair}/1, ${pair}/2`],
        [
          3,
          'ambiguous',
          `${one} is an order number, and the reference of order ${pair}: write one of ${one}/1, ${pair}/1`,
        ],
        [4, 'ambiguous', `names several orders: ${two}, ${pair}`],
        [5, 'ambiguous', `order ${phone} is for ${imei(1)}, and not for ${imei(2)}`],
        [6, 'ambiguous', `order ${phone} is for ${imei(1)}, and not for ${imei(9)}`],
      ],
    })
    expect(
      await read(`${one}/1 done`, `${two}/1 done`, `${phone} Clean`, `${imei(1)} dirty`, `${two} x`),
    ).toEqual({
      answers: [
        [1, 'order', `${one}/1`, 'done'],
        [2, 'order', `${two}/1`, 'done'],
        [3, 'order', `${phone}/1`, 'Clean'],
      ],
      faults: [
        [4, 'twice', `${imei(1)} is there twice`],
        [5, 'twice', `${two} is there twice`],
      ],
    })
  })

  it('is never for a stranger’s order, whatever stands in its first cell', async () => {
    const put = async (value: string, reference: string | null): Promise<OrderId> => {
      const id = await place(firmware, reference, `${value} ${reference}`)
      await shop.sql`update items set input = ${value} where order_id = ${id}`
      return id
    }
    const done = await put('C02XG2JHJGH5', null)
    const { answers } = await readPasted(shop.sql, 'C02XG2JHJGH5 iCloud OFF')
    await answer(answers)
    const twelve = await put('F2LX111AAAA1', '12')
    const labelled = await put('F2LX222AAAA2', 'SERIAL')
    const named = await put('F2LX333AAAA3', 'cart-3')
    const bare = await place(firmware, 'cart-4', 'a')
    expect(
      await read(
        '12\tC02XG2JHJGH5 iCloud OFF',
        'Serial C02YY2JHJGH6 iCloud OFF',
        '12 iCloud OFF',
        `${twelve}\tC02ZZ2JHJGH7\tiCloud OFF`,
        `${named}/1 SN: C02ZZ2JHJGH8 iCloud OFF`,
        'cart-3 c02zz2jhjgh9 iCloud OFF',
        `${bare}\tC02ZZ2JHJGHA iCloud OFF`,
        `7\t${bare}\tdone`,
      ),
    ).toEqual({
      answers: [],
      faults: [
        [1, 'answered_before', `C02XG2JHJGH5 was answered before, in order ${done}`],
        [2, 'no_fit', 'nothing waits for Serial'],
        [3, 'no_fit', 'nothing waits for 12'],
        [4, 'ambiguous', `order ${twelve} is for F2LX111AAAA1, and not for C02ZZ2JHJGH7`],
        [5, 'ambiguous', `order ${named} is for F2LX333AAAA3, and not for C02ZZ2JHJGH8`],
        [6, 'ambiguous', `order ${named} is for F2LX333AAAA3, and not for c02zz2jhjgh9`],
        [
          7,
          'ambiguous',
          `order ${bare} is for no IMEI or serial number, as C02ZZ2JHJGHA may be: write ${bare}/1 in place of ${bare} if it is the result`,
        ],
        [8, 'no_fit', 'nothing waits for 7'],
      ],
    })
    expect(
      await read(
        `1\tF2LX111AAAA1\tC02XG2JHJGH5 replaced`,
        `2) ${labelled} iCloud OFF`,
        'cart-3 12345678',
        `${bare}/1 AB12CD34EF56 for a year`,
        `SN ${labelled} iCloud OFF`,
      ),
    ).toEqual({
      answers: [
        [1, 'input', `${twelve}/1`, 'C02XG2JHJGH5 replaced'],
        [2, 'order', `${labelled}/1`, 'iCloud OFF'],
        [3, 'reference', `${named}/1`, '12345678'],
        [4, 'order', `${bare}/1`, 'AB12CD34EF56 for a year'],
      ],
      faults: [[5, 'no_fit', 'nothing waits for SN']],
    })
    expect((await read(`${bare} AB12CD34EF56`)).faults).toEqual([])
  })
})

describe('what a person has done after refusing it', () => {
  const routeCosts = (cost: bigint | null) =>
    shop.sql`update supplier_routes set cost = ${cost} where service_id = ${byHand.id} and supplier_id = ${SANDBOX}`
  /** `refused` gives an order that a person refused, and that waits for the next supplier, which costs too much. */
  async function refused(n: number): Promise<OrderId> {
    await routeCosts(1_000n)
    const [id] = (await waiting(n)) as [OrderId]
    await answer(await all([id], { refusal: 'not today' }))
    await until(async () => (await listReviews(shop.sql, { order: id })).length === 1)
    return id
  }
  const attemptsOf = async (id: OrderId) => [
    ...(await shop.sql`select state from attempts where order_id = ${id} order by number`).map(
      ({ state }) => state,
    ),
  ]

  it.each(['order', 'sheet'])('ends an item that waits for the next supplier, by its %s', async (by) => {
    const id = await refused(1)
    const pasted = await readPasted(shop.sql, `${imei(1)} Unlocked`, { refused: ['not today'] })
    expect(pasted.faults).toEqual([])
    const shown = await answer(by === 'sheet' ? pasted.answers : await all([id], { result: 'Unlocked' }))
    expect(shown).toBe(0)
    expect(await shop.order(id)).toMatchObject({ state: 'success', items: [{ result: 'Unlocked' }] })
    expect(await attemptsOf(id)).toEqual(['succeeded'])
    await routeCosts(null)
    await shop.idle()
    expect(sandbox.calls).toEqual([])
    expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
  })

  it('is shown where the next supplier has it, and the item is not given back when that one refuses', async () => {
    const gate = Promise.withResolvers<SupplierOutcome>()
    sandboxSays = () => gate.promise
    const id = await refused(1)
    await routeCosts(null)
    shop.clock.advance(60_000)
    await until(() => sandbox.underWay === 1)
    const { answers } = await readPasted(shop.sql, `${imei(1)}\tUnlocked`)
    expect(await answer(answers)).toBe(1)
    const changed = async () =>
      (await listReviews(shop.sql, { order: id })).filter((one) => one.kind === 'changed')
    expect(await changed()).toMatchObject([
      { attempt: 1, supplier: 'Ann and Bob', detail: 'cli:ann answers now: "Unlocked"; it had been refused' },
    ])
    gate.resolve(REFUSED)
    await until(async () => (await shop.order(id)).items[0]?.state === 'pending')
    shop.clock.advance(60_000)
    await shop.idle()
    expect(await shop.order(id)).toMatchObject({ state: 'processing', items: [{ state: 'pending' }] })
    // Said again, it ends the item that waits by now.
    expect(await answer((await readPasted(shop.sql, `${imei(1)}\tUnlocked`)).answers)).toBe(0)
    expect(await changed()).toEqual([])
    expect(await shop.order(id)).toMatchObject({ state: 'success', items: [{ result: 'Unlocked' }] })
    expect(await attemptsOf(id)).toEqual(['succeeded', 'refused'])
  })

  it('is no second refusal', async () => {
    const id = await refused(1)
    const text = `${imei(1)} not today`
    expect((await readPasted(shop.sql, text, { refused: ['not today'] })).faults).toMatchObject([
      { path: [1], message: `nothing waits for ${imei(1)}` },
    ])
    await expect(answer(await all([id], { refusal: 'no' }))).rejects.toMatchObject({ code: 'conflict' })
  })
})

test('what a person answered is verified by a person', async () => {
  const ids = await waiting(1)
  await answer(await all(ids, { result: 'clean' }))
  const [orderId] = ids as [OrderId]
  await requestVerify(shop.sql, { accountId: shop.account, orderId }, 'acme', shop.clock)
  await shop.idle()
  expect(await listReviews(shop.sql, { all: true })).toMatchObject([{ kind: 'verify', resolution: null }])
})
