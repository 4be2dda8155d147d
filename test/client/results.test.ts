import { describe, expect, it } from 'vitest'
import { readWhole } from '../../src/client/dhru/answer.ts'
import { readPlaced, readStatus } from '../../src/client/dhru/order.ts'
import { plainText } from '../../src/client/dhru/plain-text.ts'
import { readRows } from '../../src/client/dhru/rows.ts'
import { stateOf } from '../../src/client/dhru/status-words.ts'

const read = <T>(body: string, reader: (object: never) => T) => {
  const whole = readWhole(body)
  return whole.kind === 'whole' ? reader(whole.object as never) : whole
}
const status = (fields: object) =>
  read(JSON.stringify({ SUCCESS: [fields] }), (object) => readStatus(object, '321'))
const unclear = { kind: 'unreadable', why: expect.any(String) }

describe('a value as text', () => {
  it.each<[unknown, string]>([
    [{ Model: 'iPhone', Lock: 'On' }, 'Model: iPhone\nLock: On'],
    [
      { Model: 'iPhone', Carrier: { Name: 'Claro', Country: 'BR' } },
      'Model: iPhone\nCarrier:\n  Name: Claro\n  Country: BR',
    ],
    [{ a: { b: { c: 1 } } }, 'a:\n  b:\n    c: 1'],
    [['one', 'two', 3], 'one\ntwo\n3'],
    [{ Codes: ['111', '222'] }, 'Codes:\n  111\n  222'],
    [{ Codes: ['111'] }, 'Codes: 111'],
    [
      [
        { Network: 'A', Status: 'ON' },
        { Network: 'B', Status: 'OFF' },
      ],
      'Network: A, Status: ON\nNetwork: B, Status: OFF',
    ],
    [[{ Network: 'A', Status: 'ON' }], 'Network: A\nStatus: ON'],
    [12345678, '12345678'],
    [0, '0'],
    [true, 'yes'],
    [{ Locked: false, Note: null, Empty: '', None: [], Nothing: {} }, 'Locked: no'],
    [{ Модель: 'Айфон', Блок: 'Да' }, 'Модель: Айфон\nБлок: Да'],
    [{ 型号: 'iPhone', 锁: '开' }, '型号: iPhone\n锁: 开'],
    [null, ''],
    ['  text ', 'text'],
  ])('%j', (value, text) => expect(plainText(value)).toBe(text))
})

describe('a result and a comment', () => {
  it.each<[object, string]>([
    [{ CODE: { Model: 'iPhone', Lock: 'On' }, COMMENTS: '' }, 'Model: iPhone\nLock: On'],
    [{ CODE: '12345678', COMMENTS: 'Please enter code slowly' }, '12345678\nPlease enter code slowly'],
    [{ CODE: '12345678', COMMENTS: ' 12345678 ' }, '12345678'],
    [{ CODE: 'Unlocked', COMMENTS: 'UNLOCKED' }, 'Unlocked'],
    [{ CODE: 'Success', COMMENTS: 'Model: X' }, 'Model: X'],
    [{ CODE: 'Model: X', COMMENTS: 'Completed' }, 'Model: X'],
    [{ CODE: 'A\nB', COMMENTS: 'b' }, 'A\nB'],
    [{ CODE: 8, COMMENTS: 'ingrese despacio' }, '8\ningrese despacio'],
    [{ CODE: '', COMMENTS: 'solo comentario' }, 'solo comentario'],
    [{ CODE: ['11', '22'], COMMENTS: 'dua kode' }, '11\n22\ndua kode'],
    [{ CODE: '{"Model":"iPhone","SIM":{"Lock":"On"}}', COMMENTS: '' }, 'Model: iPhone\nSIM:\n  Lock: On'],
    [{ CODE: '[see note]', COMMENTS: '' }, '[see note]'],
    [{ CODE: '12345678', MESSAGE: 'Order found' }, '12345678'],
    [{ CODE: 'A &amp; B', COMMENTS: '' }, 'A & B'],
  ])('%j', (fields, text) => {
    expect(status({ STATUS: '4', ...fields })).toMatchObject({ state: 'done', text })
  })

  it('reach the reseller of a rejected order, too', () => {
    expect(status({ STATUS: '3', CODE: 'Not found', COMMENTS: 'wrong model' })).toMatchObject({
      state: 'rejected',
      text: 'Not found\nwrong model',
    })
  })
})

describe('a status in words', () => {
  it.each([
    [
      'done',
      'Success',
      'COMPLETED',
      'Completado',
      'Éxito',
      'Concluído',
      'SELESAI',
      'berhasil',
      'Выполнен',
      'Завершён',
    ],
    [
      'done',
      'مكتمل',
      'تم بنجاح',
      'Tamamlandı',
      'BAŞARILI',
      'Terminé',
      'Succès',
      'Hoàn thành',
      '已完成',
      '成功',
    ],
    [
      'rejected',
      'Rejected',
      'CANCELLED',
      'canceled',
      'Not Available',
      'Rechazado',
      'Recusado',
      'Ditolak',
      'GAGAL',
    ],
    [
      'rejected',
      'Отклонён',
      'отменен',
      'مرفوض',
      'ملغي',
      'Reddedildi',
      'İPTAL EDİLDİ',
      'Refusé',
      'Từ chối',
      '已拒绝',
    ],
    [
      'open',
      'In Process',
      'in_progress',
      'Pending',
      'Waiting...',
      'En proceso',
      'Pendente',
      'Sedang diproses',
    ],
    [
      'open',
      'В обработке',
      'قيد التنفيذ',
      'Beklemede',
      'İşleniyor',
      'En cours',
      'Đang xử lý',
      '处理中',
      'New',
    ],
  ])('%s', (state, ...words) => {
    for (const word of words) expect([word, stateOf(word)]).toEqual([word, state])
  })

  it.each(['', '2', '5', 'ON', 'Clean', 'Error', 'toString', '40', 'Unlock pending approval of nobody'])(
    'is not %j',
    (word) => expect(stateOf(word)).toBeUndefined(),
  )

  it('is that of the order, and not of the question', () => {
    expect(status({ STATUS: 'Success', CODE: 'C40', COMMENTS: '' })).toMatchObject({
      state: 'done',
      text: 'C40',
    })
    expect(status({ STATUS: 'success', CODE: '', MESSAGE: 'ok' })).toMatchObject({ state: 'unknown' })
    expect(status({ STATUS: 'success', ORDER_STATUS: 'Pending' })).toMatchObject({ state: 'open' })
    expect(status({ STATUS: 'Completed', CODE: '' })).toMatchObject({ state: 'done' })
    expect(status({ STATUS: 'error', MESSAGE: 'no such order' })).toMatchObject({ state: 'unknown' })
  })
})

describe('an answer in XML, though JSON was asked for', () => {
  const placed = (body: string) => read(body, (object) => readPlaced(object))
  const row = '<MESSAGE>Order received</MESSAGE><REFERENCEID>50001</REFERENCEID>'
  it.each([
    [`<?xml version="1.0"?><DHRUFUSION><SUCCESS><RESULT>${row}</RESULT></SUCCESS></DHRUFUSION>`],
    [
      `\ufeff\n<?xml version="1.0" encoding="UTF-8"?>\n<DHRUFUSION>\n <SUCCESS>\n  <RESULT>${row}</RESULT>\n </SUCCESS>\n <apiversion>6.1</apiversion></DHRUFUSION>\n`,
    ],
    [`<DHRUFUSION><SUCCESS>${row}</SUCCESS></DHRUFUSION>`],
    [`<SUCCESS><RESULT>${row}</RESULT></SUCCESS>`],
    [`<response><success><item>${row.toLowerCase()}</item></success></response>`],
    [
      `<DHRUFUSION><SUCCESS><RESULT><MESSAGE><![CDATA[Order <b>received</b>]]></MESSAGE><REFERENCEID>50001</REFERENCEID></RESULT></SUCCESS></DHRUFUSION>`,
    ],
    [`<DHRUFUSION><!-- 3 ms --><ERROR/><SUCCESS><RESULT>${row}</RESULT></SUCCESS></DHRUFUSION>`],
    [`<DHRUFUSION version="2"><SUCCESS><RESULT>${row}</RESULT></SUCCESS></DHRUFUSION><!-- end -->`],
  ])('is read: %s', (body) => expect(placed(body)).toEqual({ kind: 'placed', reference: '50001' }))

  it('may be a refusal, or a status', () => {
    const refused =
      '<DHRUFUSION><ERROR><RESULT><MESSAGE>Invalid &amp; wrong</MESSAGE></RESULT></ERROR></DHRUFUSION>'
    expect(placed(refused)).toMatchObject({ kind: 'refused', refusal: { message: 'Invalid & wrong' } })
    const done =
      '<DHRUFUSION><SUCCESS><RESULT><STATUS>4</STATUS><CODE><Model>iPhone</Model><Lock>On</Lock></CODE></RESULT></SUCCESS></DHRUFUSION>'
    expect(read(done, (object) => readStatus(object, '1'))).toMatchObject({
      state: 'done',
      text: 'Model: iPhone\nLock: On',
    })
  })

  it.each([
    '<html><body>Success</body></html>',
    '<?xml version="1.0"?><!DOCTYPE html><html></html>',
    '<?xml version="1.0"?><DHRUFUSION><note>hello</note></DHRUFUSION>',
    '<DHRUFUSION><SUCCESS><A>1</B></SUCCESS></DHRUFUSION>',
    '<DHRUFUSION><SUCCESS></SUCCESS></DHRUFUSION>trailing',
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><DHRUFUSION><SUCCESS><REFERENCEID>&a;</REFERENCEID></SUCCESS></DHRUFUSION>',
  ])('is not read: %s', (body) => expect(placed(body)).toEqual(unclear))

  it('is never repaired: whatever is cut off its end, nothing is read', () => {
    const body = `<?xml version="1.0"?><DHRUFUSION><SUCCESS><RESULT>${row}</RESULT></SUCCESS></DHRUFUSION>`
    for (let length = 0; length < body.length; length++) {
      expect(placed(body.slice(0, length)), `${length} characters`).toEqual(unclear)
    }
  })
})

describe('flat rows of a bulk answer', () => {
  const rows = (body: string, requested: { key: string; reference?: string }[]) =>
    read(body, (object) => {
      const answers = readRows(object, requested)
      if (!(answers instanceof Map)) return answers
      return Object.fromEntries(
        [...answers].map(([key, row]) => {
          const reference = requested.find((one) => one.key === key)?.reference
          return [key, reference === undefined ? readPlaced(row) : readStatus(row, reference)]
        }),
      )
    })

  it('are read by their status and number', () => {
    const body =
      '{"7":{"status":"success","message":"Order received","referenceid":"7001"},"8":{"status":"error","message":"Invalid IMEI"},"9":{"status":"success","message":"ok"},"apiversion":"1.0"}'
    expect(rows(body, [{ key: '7' }, { key: '8' }, { key: '9' }, { key: '10' }])).toMatchObject({
      7: { kind: 'placed', reference: '7001' },
      8: { kind: 'refused', refusal: { message: 'Invalid IMEI' } },
      9: unclear,
    })
  })

  it('say of orders what became of them', () => {
    const body =
      '{"7":{"status":"4","code":"C40","referenceid":"70"},"8":{"STATUS":"In Process"},"9":{"status":"Rejected","comments":"not found"}}'
    const requested = [
      { key: '7', reference: '70' },
      { key: '8', reference: '80' },
      { key: '9', reference: '90' },
    ]
    expect(rows(body, requested)).toMatchObject({
      7: { state: 'done', text: 'C40' },
      8: { state: 'open' },
      9: { state: 'rejected', text: 'not found' },
    })
  })

  it('with a verdict that nobody knows prove nothing', () => {
    expect(rows('{"7":{"status":"queued?","message":"x"}}', [{ key: '7' }])).toMatchObject({ 7: unclear })
    expect(rows('{"7":{"status":"error","message":"x","referenceid":"5"}}', [{ key: '7' }])).toMatchObject({
      7: unclear,
    })
  })
})
