import { describe, expect, it } from 'vitest'
import { readAccount } from '../../src/client/dhru/account.ts'
import { readWhole } from '../../src/client/dhru/answer.ts'
import { readPlaced, readStatus } from '../../src/client/dhru/order.ts'

const PLACED = '{"SUCCESS":[{"MESSAGE":"Order received","REFERENCEID":"321"}],"apiversion":"6.1"}'
const placed = (body: string) => {
  const whole = readWhole(body)
  return whole.kind === 'whole' ? readPlaced(whole.object) : whole
}
const status = (body: string, reference = '321') => {
  const whole = readWhole(body)
  return whole.kind === 'whole' ? readStatus(whole.object, reference) : whole
}
const account = (body: string) => {
  const whole = readWhole(body)
  return whole.kind === 'whole' ? readAccount(whole.object) : whole
}
const unclear = { kind: 'unreadable', why: expect.any(String) }

describe('a body', () => {
  it.each([
    ['alone', PLACED],
    ['behind a byte order mark', `\ufeff${PLACED}`],
    ['behind two of them', `\ufeff\ufeff\r\n ${PLACED}`],
    [
      'behind a warning',
      `<br />\n<b>Warning</b>: mysql_connect() in <b>/a.php</b> on line <b>3</b><br />\n${PLACED}`,
    ],
    ['behind a notice with braces', `Notice: {closure}() in a.php { and } {0}\n${PLACED}`],
    ['before a notice', `${PLACED}\n\nNotice: Undefined index: x in {main} on line 7`],
    ['before a comment of a page', `${PLACED}<!-- 0.03 s -->`],
    ['beside an object that says nothing', `{"debug":{"queries":3}}${PLACED}{}`],
    ['with names in lower case', PLACED.replace('SUCCESS', 'success').replace('REFERENCEID', 'ReferenceId')],
    ['with a number for a number', PLACED.replace('"321"', '321')],
    ['with SUCCESS as one object', PLACED.replace('[', '').replace(']', '')],
    ['with an empty ERROR beside it', PLACED.replace('{"SUCCESS', '{"ERROR":[],"SUCCESS')],
    ['with ERROR 0 beside it', PLACED.replace('{"SUCCESS', '{"ERROR":0,"SUCCESS')],
    [
      'with the number beside SUCCESS',
      '{"SUCCESS":[{"MESSAGE":"ok"}],"REFERENCEID":"321","ID":"7","IMEI":"1"}',
    ],
    ['with ORDERID for REFERENCEID', PLACED.replace('REFERENCEID', 'ORDERID')],
  ])('is read %s', (_words, body) => {
    expect(placed(body)).toEqual({ kind: 'placed', reference: '321' })
  })

  it('loses no digit of a long number', () => {
    const body = '{"SUCCESS":[{"REFERENCEID":12345678901234567890}]}'
    expect(placed(body)).toEqual({ kind: 'placed', reference: '12345678901234567890' })
  })

  it('is never repaired: whatever is cut off its end, nothing is read', () => {
    const bulk = '{"1001":{"SUCCESS":[{"REFERENCEID":"1"}]},"1002":{"SUCCESS":[{"REFERENCEID":"2"}]}}'
    for (const body of [PLACED, bulk, `Warning: x\n${PLACED}`]) {
      const [start] = [body.indexOf('{"')]
      for (let length = 0; length < body.length; length++) {
        const read = readWhole(body.slice(0, length))
        expect(read, `${length} of ${body.length} characters from ${start}`).toEqual(unclear)
      }
    }
  })

  it('is never repaired: whatever is cut off its beginning, nothing is read', () => {
    const bulk = '{"1001":{"SUCCESS":[{"REFERENCEID":"1"}]},"1002":{"SUCCESS":[{"REFERENCEID":"2"}]}}'
    for (const body of [PLACED, bulk]) {
      for (let from = 1; from < body.length; from++) {
        expect(readWhole(body.slice(from)), body.slice(from)).toEqual(unclear)
      }
    }
  })

  it.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['a page', '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>'],
    ['a page that holds JSON', `<html><script>var a = ${PLACED}</script></html>`],
    ['XML', '<?xml version="1.0"?><DHRUFUSION><SUCCESS/></DHRUFUSION>'],
    ['a text', 'OK'],
    ['a number', '321'],
    ['a list', `[${PLACED}]`],
    ['JSON that says nothing', '{"status":"ok"}'],
    ['single quotes', PLACED.replaceAll('"', "'")],
    ['two answers', `${PLACED}${PLACED}`],
    ['an error and an answer', `{"ERROR":[{"MESSAGE":"no"}]}${PLACED}`],
    ['SUCCESS and ERROR', PLACED.replace('{"SUCCESS', '{"ERROR":[{"MESSAGE":"no"}],"SUCCESS')],
    ['SUCCESS and ERROR in a row', '{"SUCCESS":[{"REFERENCEID":"1","ERROR":[{"MESSAGE":"no"}]}]}'],
    ['an ERROR with an order', '{"ERROR":[{"MESSAGE":"no"}],"REFERENCEID":"5"}'],
    ['SUCCESS without a reference', '{"SUCCESS":[{"MESSAGE":"Order received"}]}'],
    ['a reference of 0', PLACED.replace('321', '0')],
    ['a reference of null', PLACED.replace('"321"', 'null')],
    ['two references', '{"SUCCESS":[{"REFERENCEID":"1"},{"REFERENCEID":"2"}]}'],
    ['SUCCESS without rows', '{"SUCCESS":[]}'],
    ['SUCCESS that is true', '{"SUCCESS":true}'],
  ])('of %s is unreadable as the answer to an order', (_words, body) => {
    expect(placed(body)).toEqual(unclear)
  })

  it.each([
    ['an array of objects', '{"ERROR":[{"MESSAGE":"Not now","FULL_DESCRIPTION":"Closed"}]}', 'Not now'],
    ['an object', '{"ERROR":{"MESSAGE":"Not now"}}', 'Not now'],
    ['a text', '{"ERROR":"Not now"}', 'Not now'],
    ['an array of texts', '{"ERROR":["Not now","not here"]}', 'Not now; not here'],
    ['a word for programs', '{"ERROR":[{"MESSAGE":"Error77","FULL_DESCRIPTION":"Not now"}]}', 'Not now'],
    [
      'text with references',
      '{"ERROR":[{"MESSAGE":"Not &lt;now&gt; &amp;amp; &eacute;&#8364;&#x41;"}]}',
      'Not <now> &amp; é€A',
    ],
    ['beside an empty SUCCESS', '{"SUCCESS":[],"ERROR":[{"MESSAGE":"Not now"}]}', 'Not now'],
    ['in its only row', '{"SUCCESS":[{"ERROR":[{"MESSAGE":"Not now"}]}]}', 'Not now'],
    ['without a word', '{"ERROR":[{"CODE":5}]}', 'refused without a word'],
  ])('with ERROR as %s is a refusal', (_how, body, message) => {
    expect(placed(body)).toEqual({
      kind: 'refused',
      refusal: { message, meaning: 'refused', reference: null, isCoded: false, text: expect.any(String) },
      ...(body.includes('SUCCESS":[{') && { row: expect.anything() }),
    })
  })
})

describe("an order's status", () => {
  const answer = (fields: object): string => JSON.stringify({ SUCCESS: [{ ...fields }], apiversion: '6.1' })

  it.each([
    [0, 'open'],
    ['0', 'open'],
    [1, 'open'],
    [' 1 ', 'open'],
    [3, 'rejected'],
    ['3', 'rejected'],
    [4, 'done'],
    ['4', 'done'],
    [2, 'unknown'],
    ['5', 'unknown'],
    ['completed', 'done'],
    ['hmm', 'unknown'],
    ['', 'unknown'],
    [null, 'unknown'],
  ])('%j is %s', (STATUS, state) => {
    expect(status(answer({ STATUS, CODE: 'x' }))).toMatchObject({ kind: 'status', state })
  })

  it.each([
    ['CODE and COMMENTS', { CODE: 'Clean&lt;br&gt;Unlocked', COMMENTS: 'no' }, 'Clean<br>Unlocked\nno'],
    ['COMMENTS where CODE is a label', { CODE: 'completed', COMMENTS: 'Clean' }, 'Clean'],
    ['COMMENTS where CODE is empty', { CODE: '', COMMENTS: 'Clean' }, 'Clean'],
    ['MESSAGE where both are', { CODE: 'Success', COMMENTS: null, MESSAGE: 'Clean' }, 'Clean'],
    ['RESULT', { CODE: 'Available', RESULT: 'Clean', MESSAGE: 'Order completed' }, 'Clean'],
    [
      'the last label where there is nothing else',
      { CODE: 'done', MESSAGE: 'Order completed' },
      'Order completed',
    ],
    ['nothing where there is nothing', {}, ''],
  ])('done has its result in %s', (_words, fields, text) => {
    expect(status(answer({ STATUS: '4', ...fields }))).toMatchObject({ state: 'done', text })
  })

  it.each([
    ['CODE', { CODE: 'Not found', MESSAGE: 'x' }, 'Not found'],
    [
      'COMMENTS',
      { CODE: 'cancelled', COMMENTS: 'Wrong network', MESSAGE: 'Order cancelled' },
      'Wrong network',
    ],
    ['a label at least', { CODE: 'rejected' }, 'rejected'],
  ])('rejected has its reason in %s', (_words, fields, text) => {
    expect(status(answer({ STATUS: 3, ...fields }))).toMatchObject({ state: 'rejected', text })
  })

  it('is no answer when it is about another order, about two or about none', () => {
    expect(status(answer({ STATUS: '4', CODE: 'x', REFERENCEID: 321 }))).toMatchObject({ state: 'done' })
    expect(status(answer({ STATUS: '4', CODE: 'x', REFERENCEID: '322' }))).toEqual({
      ...unclear,
      contradicts: true,
    })
    expect(status('{"SUCCESS":[{"STATUS":4},{"STATUS":4}]}')).toEqual(unclear)
    expect(status('{"SUCCESS":[]}')).toEqual(unclear)
  })
})

describe('an account', () => {
  const said = { kind: 'account', credit: '1016.41', currency: 'USD', username: 'us', mail: 'a@b.c' }
  const info = { credit: '$1,016.41', creditraw: '1016.41', mail: 'a@b.c', currency: 'usd', username: 'us' }

  it.each([
    ['misspelt', { message: 'x', AccoutInfo: info }],
    ['spelt right', { MESSAGE: 'x', AccountInfo: info }],
    ['in both', { AccoutInfo: info, AccountInfo: info }],
    [
      'in another case',
      { ACCOUTINFO: { CREDITRAW: 1016.41, MAIL: 'a@b.c', CURRENCY: 'USD', USERNAME: 'us' } },
    ],
    ['without a raw credit', { AccoutInfo: { ...info, creditraw: '' } }],
    ['in the row itself', info],
  ])('%s is read', (_words, row) => {
    expect(account(JSON.stringify({ SUCCESS: [row] }))).toEqual(said)
  })

  it('says nothing where the panel says nothing that can be read', () => {
    expect(account('{"SUCCESS":[{"AccoutInfo":{"credit":"unlimited","currency":"Credits"}}]}')).toEqual({
      kind: 'account',
      credit: null,
      currency: null,
      username: null,
      mail: null,
    })
    expect(account('{"SUCCESS":[{"message":"hello"}]}')).toEqual(unclear)
  })
})
