import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { http } from '../../../src/integrations/suppliers/http/index.ts'
import { withText } from '../../../src/integrations/suppliers/http-kit/results.ts'
import type { SupplierOutcome } from '../../../src/integrations/suppliers/supplier.ts'
import { ask, IMEI, OTHER_IMEI, send, supplierOf, TestServer, workOf } from './http-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await new TestServer().start()
})
afterAll(() => server.stop())

/** A row has what a service of this kind answers, and what is right to make of it. */
type Row = [what: string, body: unknown, outcome: object, status?: number, headers?: Record<string, string>]

const success = (result: unknown = expect.anything(), reference: string | null = null) => ({
  kind: 'success',
  result,
  reference,
})
const accepted = (reference: string) => ({ kind: 'accepted', reference })
const refused = { kind: 'refused' }
const duplicate = { kind: 'duplicate' }
const unknown = { kind: 'unknown' }
const asked = { kind: 'unknown', unrecognised: expect.any(String) }
const contradicts = { kind: 'unknown', contradicts: true }
const away = (why: string) => ({ kind: 'unavailable', why })

async function outcomeOf(
  template: unknown,
  [, body, , status = 200, headers = {}]: Row,
  reference: string | null = null,
): Promise<SupplierOutcome> {
  server.answer = () => ({ status, headers, body })
  const supplier = supplierOf(http, {
    url: `${server.url}/api`,
    settings: { template },
    secrets: { key: 'the-key-of-the-shop' },
  })
  const outcome = reference === null ? await send(supplier) : await ask(supplier, workOf({ reference }))
  await supplier.close?.()
  return withText(outcome)
}

/** `page` is what a web server answers where nobody expects it. */
const page = '<!DOCTYPE html><html><head><title>Login</title></head><body>success</body></html>'
const clean = { status: 'success', result: 'Clean' }
const bytes = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding)
/** `cyrillic` writes Russian letters in the single bytes of windows-1251. */
const cyrillic = (text: string): Buffer =>
  Buffer.from([...text].map((one) => (/[а-я]/i.test(one) ? one.charCodeAt(0) - 0x350 : one.charCodeAt(0))))

describe('an instant check', () => {
  it.each<Row>([
    ['a word in capitals', { status: 'SUCCESS', result: 'Clean' }, success('Clean')],
    ['a word with blanks', { status: ' success ', result: 'Clean' }, success('Clean')],
    ['true', { success: true, result: 'Clean' }, success('Clean')],
    ['true as a text', { success: 'True', result: 'Clean' }, success('Clean')],
    ['1', { success: 1, result: 'Clean' }, success('Clean')],
    ['1 as a text', { success: '1', result: 'Clean' }, success('Clean')],
    ['200', { status: 200, result: 'Clean' }, success('Clean')],
    ['200 as a text', { status: '200', response: 'Clean' }, success('Clean')],
    ['done', { status: 'done', object: { brand: 'Apple' } }, success('brand: Apple')],
    ['successful', { status: 'successful', properties: { model: 'X', imei: IMEI } }, success()],
    ['names in capitals', { STATUS: 'Success', RESULT: 'Clean' }, success('Clean')],
    ['names with capitals', { Status: 'Success', Result: 'Clean' }, success('Clean')],
    ['a digit', { status: 'success', result: 7 }, success('7')],
    ['a long number', '{"status":"success","result":12345678901234567890}', success('12345678901234567890')],
    ['a nested result', { status: 'ok', result: { a: { b: 'c' } } }, success('a:\n  b: c')],
    ['a list', { status: 'ok', result: ['Clean', 'Unlocked'] }, success('Clean\nUnlocked')],
    ['a list of rows', { status: 'ok', data: [{ n: 1, v: 'x' }] }, success('n: 1\nv: x')],
    ['JSON in a text', { status: 'ok', result: '{"Model":"X","Lock":"On"}' }, success('Model: X\nLock: On')],
    ['a list in a text', { status: 'ok', result: '["a","b"]' }, success('a\nb')],
    ['HTML', { status: 'ok', result: 'Model: X<br>Lock: <b>On</b>' }, success('Model: X\nLock: On')],
    ['an empty error', { ...clean, error: '' }, success('Clean')],
    ['an error that is null', { ...clean, error: null }, success('Clean')],
    ['an error that is false', { ...clean, error: false }, success('Clean')],
    ['an error that is 0', { ...clean, error: 0 }, success('Clean')],
    ['an error that is 0 as a text', { ...clean, error: '0' }, success('Clean')],
    ['an error that says none', { ...clean, error: 'None' }, success('Clean')],
    ['no errors', { ...clean, errors: [] }, success('Clean')],
    ['a message', { ...clean, message: 'OK' }, success('Clean')],
    ['a second IMEI', { status: 'ok', result: { imei: IMEI, imei2: OTHER_IMEI } }, success()],
    ['our IMEI with blanks', { ...clean, imei: '49 015420 323751 8' }, success('Clean')],
    ['N/A', { status: 'success', result: 'N/A' }, success('N/A')],
    ['no', { status: 'success', result: 'No' }, success('No')],
    ['a status of the phone', { status: 'ok', data: { status: 'Blacklisted', model: 'X' } }, success()],
    ['a claim that was rejected', { status: 'ok', result: { status: 'Rejected', claim: 7 } }, success()],
    [
      'all that a shop of checks says',
      {
        result: 'Model: X<br>Lock: Off',
        imei: IMEI,
        balance: '1.00',
        price: '0.02',
        id: '99',
        status: 'success',
      },
      success('Model: X\nLock: Off'),
    ],
    [
      'all that another one says',
      {
        id: 'x1',
        status: 'successful',
        amount: 0.1,
        deviceId: IMEI,
        properties: { lost: false, model: 'X' },
      },
      success('lost: no\nmodel: X'),
    ],
    [
      'a page of text beside an object',
      { success: true, response: 'Lock: Off', object: { lock: false } },
      success(),
    ],
    ['not blacklisted', { status: 'success', result: 'Not blacklisted' }, success('Not blacklisted')],
  ])('that says success by %s is one: %j', async (...row) => {
    expect(await outcomeOf('instant-get', row)).toMatchObject(row[2])
  })

  it.each<Row>([
    ['null', { status: 'success', result: null }, unknown],
    ['an empty text', { status: 'success', result: '' }, unknown],
    ['blanks', { status: 'success', result: ' \n' }, unknown],
    ['an empty list', { status: 'success', result: [] }, unknown],
    ['an empty object', { status: 'success', result: {} }, unknown],
    ['false', { status: 'success', result: false }, unknown],
    ['a program’s word for nothing', { status: 'success', result: 'null' }, unknown],
    ['another one', { status: 'success', result: 'undefined' }, unknown],
    ['what is not done yet', { success: true, status: 'pending', result: 'Queued' }, unknown],
    ['a result that is not there yet', { status: 'success', result: 'Pending' }, unknown],
    ['a result in process', { status: 'success', result: 'In process' }, unknown],
    ['failure in another name', { status: 'success', success: false, result: 'Clean' }, unknown],
    ['success in another name', { success: true, status: 'error', result: 'Invalid IMEI' }, unknown],
    ['an error beside it', { status: 'success', error: 'Insufficient balance', result: '-' }, unknown],
    ['that there is an error', { status: 'success', error: true, result: 'x' }, unknown],
    ['errors', { status: 'success', errors: ['Invalid IMEI'], result: 'x' }, unknown],
    ['an error as the result', { status: 'success', result: 'Error: Invalid IMEI' }, unknown],
    ['a failure as the result', { status: 'success', result: 'Failed' }, unknown],
    ['an error in the result', { status: 'success', result: { error: 'Invalid IMEI' } }, unknown],
    ['a failure in data', { status: 'success', data: { status: 'error', message: 'Invalid IMEI' } }, unknown],
    ['no success in data', { success: true, data: { success: false, error: 'IMEI not found' } }, unknown],
    ['waiting in data', { success: true, data: { status: 'processing' } }, unknown],
    ['an error within the result', { success: true, result: { status: 'error', message: 'no' } }, unknown],
    ['a failure within the response', { status: 'ok', response: { success: false } }, unknown],
    ['waiting within the result', { status: 'ok', result: { status: 'Processing', id: 5 } }, unknown],
    ['another status of HTTP', clean, unknown, 500],
    ['a redirect', clean, unknown, 302, { location: '/login' }],
    ['an address that has moved', clean, unknown, 308, { location: 'https://new.example/' }],
    ['a page that was not found', clean, unknown, 404],
    ['two statuses', '{"status":"error","status":"success","result":"Clean"}', unknown],
    ['two results', '{"status":"success","result":"Dirty","result":"Clean"}', unknown],
    ['two spellings', '{"status":"success","STATUS":"error","result":"Clean"}', unknown],
    ['two answers', '{"status":"success","result":"a"}{"status":"success","result":"b"}', unknown],
    ['half of it', '{"status":"success","result":"Cle', unknown],
    ['a list around it', [clean], unknown],
    ['other names', { code: 0, msg: 'ok', payload: 'Clean' }, unknown],
    ['XML', '<response><status>success</status><result>Clean</result></response>', unknown],
    ['other quotes', "{'status':'success','result':'Clean'}", unknown],
    ['another phone’s IMEI', { ...clean, imei: OTHER_IMEI }, contradicts],
    ['another phone’s result', { status: 'ok', result: { imei: OTHER_IMEI } }, contradicts],
    ['another phone in a text', { status: 'ok', result: `IMEI: ${OTHER_IMEI}<br>Clean` }, contradicts],
    ['another phone as a number', `{"status":"ok","result":"x","imei":${OTHER_IMEI}}`, contradicts],
  ])('that says success and %s is not believed: %j', async (...row) => {
    expect(await outcomeOf('instant-get', row)).toMatchObject(row[2])
  })

  it.each<Row>([
    ['nothing', '', unknown],
    ['nothing, and means it', '', unknown, 204],
    ['a page', page, unknown],
    ['a page of a firewall', page, unknown, 403, { 'content-type': 'text/html' }],
    ['a gateway’s page', '<h1>502 Bad Gateway</h1>', unknown, 502, { 'content-type': 'text/html' }],
    ['the way to the login', '', unknown, 302, { location: '/login' }],
    ['null', 'null', unknown],
    ['a word', '"ok"', unknown],
    ['a number', '1', unknown],
    ['an empty object', {}, unknown],
    ['an empty list', [], unknown],
    ['only that it was heard', { status: 'success' }, unknown],
    ['that it is under way', { status: 'processing' }, unknown],
    ['too many', { message: 'Too Many Attempts.' }, away('busy'), 429],
  ])('that says %s proves no more: %j', async (...row) => {
    expect(await outcomeOf('instant-get', row)).toMatchObject(row[2])
  })

  it.each<Row>([
    ['the item', { status: 'error', message: 'Invalid IMEI' }, refused],
    ['the item, by another word', { status: 'failed', reason: 'IMEI no encontrado' }, refused],
    ['the item, by false', { success: false, error: 'IMEI not found' }, refused],
    ['the item, by 0', { status: '0', result: 'Invalid IMEI' }, refused],
    ['the item, in capitals', { STATUS: 'ERROR', MESSAGE: 'Invalid IMEI' }, refused],
    ['the item, by an error alone', { error: 'Invalid IMEI' }, refused],
    ['the item, with a status of HTTP', { error: 'Invalid IMEI' }, refused, 400],
    ['the item, in an object', { error: { code: 'E7', message: 'Invalid IMEI' } }, refused, 422],
    ['the item, in a list', { errors: [{ message: 'Invalid IMEI' }] }, refused, 400],
    [
      'the item, by its field',
      { message: 'The given data was invalid.', errors: { imei: ['The imei is invalid.'] } },
      refused,
      422,
    ],
    [
      'the item, in the words of a framework',
      { statusCode: 400, message: ['imei must be a number'], error: 'Bad Request' },
      refused,
      400,
    ],
    [
      'the item, as a problem',
      { title: 'Bad Request', status: 400, detail: 'IMEI is invalid' },
      refused,
      400,
    ],
    ['the item, by an error of its field', { status: 'error', error: { imei: ['invalid'] } }, refused],
    ['the item, described', { error: 'bad_input', error_description: 'IMEI is not valid' }, refused, 400],
    ['an order that it has, by HTTP', { message: 'Duplicate order', id: 5 }, duplicate, 409],
    ['the credit', { status: 'error', message: 'Insufficient credit' }, away('credit')],
    ['the credit, by an error alone', { error: 'Not enough balance' }, away('credit')],
    ['the credit, by HTTP', { message: 'Payment Required' }, away('credit'), 402],
    ['the credit, in Indonesian', { status: false, message: 'Saldo tidak cukup' }, away('credit')],
    ['the credit, in Russian', { status: false, message: 'Недостаточно средств' }, away('credit')],
    ['the credit, in Arabic', { status: false, message: 'الرصيد غير كاف' }, away('credit')],
    ['the credit, in Turkish', { status: false, message: 'Yetersiz bakiye' }, away('credit')],
    ['the credit, in Vietnamese', { status: false, message: 'Không đủ số dư' }, away('credit')],
    ['the credit, in Chinese', { status: false, message: '余额不足' }, away('credit')],
    ['the key', { status: false, error: 'Wrong API key' }, away('login')],
    ['the key, by HTTP', { message: 'Unauthenticated.' }, away('login'), 401],
    ['the key, by a detail', { detail: 'Invalid token.' }, away('login'), 401],
    ['the account', { message: 'Forbidden' }, away('login'), 403],
    ['the address', { status: 'error', message: 'IP not allowed' }, away('login')],
    ['its own time', { status: 'error', message: 'Under maintenance' }, away('busy')],
    ['our haste', { status: 'error', message: 'Too many requests' }, away('busy')],
    ['an order that it has', { status: 'error', message: 'IMEI already in process' }, duplicate],
    ['itself', { status: 'error', message: 'Internal server error' }, unknown],
    ['nothing', { status: 'error' }, asked],
    ['what nobody knows', { status: 'error', message: 'Code zwölf' }, asked],
    ['what nobody knows, by HTTP', { message: 'Code zwölf' }, asked, 422],
    ['a page that is not there', { detail: 'Not found.' }, unknown, 404],
    ['the item, with a broken server', { status: 'error', message: 'Invalid IMEI' }, unknown, 500],
    ['another phone', { status: 'error', message: `IMEI: ${OTHER_IMEI} is invalid` }, contradicts],
  ])('that refuses for the sake of %s is understood: %j', async (...row) => {
    expect(await outcomeOf('instant-get', row)).toMatchObject(row[2])
    expect(await outcomeOf('instant-post', row)).toMatchObject(row[2])
  })

  it.each<Row>([
    ['behind a byte order mark', `\ufeff${JSON.stringify(clean)}`, success('Clean')],
    ['behind two of them', `\ufeff\ufeff${JSON.stringify(clean)}`, success('Clean')],
    ['as a page', JSON.stringify(clean), success('Clean'), 200, { 'content-type': 'text/html' }],
    ['without a type', JSON.stringify(clean), success('Clean'), 200, { 'content-type': '' }],
    ['behind blank lines', `\r\n\r\n${JSON.stringify(clean)}\n`, success('Clean')],
    [
      'behind a warning of PHP',
      `<br />\n<b>Notice</b>: Undefined index: x in <b>/a.php</b> on line <b>3</b><br />\n${JSON.stringify(clean)}`,
      success('Clean'),
    ],
    ['before a comment', `${JSON.stringify(clean)}<!-- 0.02 s -->`, success('Clean')],
    [
      'in Latin letters of one byte',
      bytes('{"status":"success","result":"Bloqueado en España"}', 'latin1'),
      success('Bloqueado en España'),
      200,
      { 'content-type': 'application/json; charset=ISO-8859-1' },
    ],
    [
      'in Latin letters of one byte, without a word',
      bytes('{"status":"success","result":"Bloqueado en España"}', 'latin1'),
      success('Bloqueado en España'),
    ],
    [
      'in Russian letters of one byte',
      cyrillic('{"status":"error","message":"Недостаточно средств"}'),
      away('credit'),
      200,
      { 'content-type': 'application/json;charset="windows-1251"' },
    ],
    [
      'in a charset that nobody knows',
      JSON.stringify(clean),
      success('Clean'),
      200,
      { 'content-type': 'application/json; charset=utf8mb4' },
    ],
    ['in UTF-16', bytes(`\ufeff${JSON.stringify(clean)}`, 'utf16le'), success('Clean')],
    ['packed', gzipSync(JSON.stringify(clean)), success('Clean'), 200, { 'content-encoding': 'gzip' }],
    ['in escapes', '{"status":"success","result":"\\u0411\\u043b\\u043e\\u043a"}', success('Блок')],
  ])('that comes %s is read', async (...row) => {
    expect(await outcomeOf('instant-get', row)).toMatchObject(row[2])
  })

  it.each<Row>([
    [
      'a result',
      { status: 'success', result: 'https://x/?key=the-key-of-the-shop' },
      success('https://x/?key=***'),
    ],
    [
      'a reason',
      { status: 'error', message: 'Invalid IMEI &key=the-key-of-the-shop' },
      { reason: 'Invalid IMEI &key=***' },
    ],
  ])('that repeats our key in %s tells it to nobody', async (...row) => {
    expect(await outcomeOf('instant-get', row)).toMatchObject(row[2])
  })
})

describe('an instant check in text', () => {
  it.each<Row>([
    ['lines', `Model: iPhone\nIMEI: ${IMEI}\nLock: Off`, success()],
    ['lines of Windows', `Model: iPhone\r\nIMEI: ${IMEI}\r\n`, success()],
    ['lines of HTML', `Model: iPhone<br>IMEI: ${IMEI}<br>`, success(`Model: iPhone\nIMEI: ${IMEI}`)],
    ['lines of its own in Russian', `Модель: iPhone\nIMEI: ${IMEI}`, success()],
    ['a status that is fine', `Status: Clean\nIMEI: ${IMEI}`, success()],
    ['a lock that is off', `Lock: No\nIMEI: ${IMEI}`, success()],
    ['another phone', `Model: iPhone\nIMEI: ${OTHER_IMEI}`, unknown],
    ['nothing', '', unknown],
    ['a page', page, unknown],
    ['no phone', 'Model: iPhone\nLock: Off', unknown],
    ['JSON', `{\n  "status": "error",\n  "imei": "${IMEI}"\n}`, unknown],
    ['a failure in a line', `Status: Error\nMessage: Invalid IMEI ${IMEI}`, unknown],
    ['a failure in Indonesian', `Status: Gagal\nIMEI: ${IMEI}`, unknown],
    ['a failure in HTML', `IMEI: ${IMEI}<br>Result: <b>Failed</b><br>`, unknown],
    ['waiting in a line', `IMEI: ${IMEI}\nStatus: Pending`, unknown],
    ['waiting', `Please wait: processing\nIMEI: ${IMEI}`, unknown],
    ['a warning of PHP', `Warning: x in /a.php on line 3\nNotice: no ${IMEI} in /b.php: line 4`, unknown],
    ['a broken program', `Fatal error: Uncaught x\nStack trace: check(${IMEI})`, unknown],
    ['an error of the item', 'ERROR: Invalid IMEI', refused],
    ['an error of the item, in a word', 'Invalid IMEI', refused],
    ['an error of the credit', 'Error - insufficient credit', away('credit')],
    ['no credit', 'Insufficient balance', away('credit')],
    ['a wrong key', 'Wrong API key', away('login')],
    ['too much', 'Too many requests', away('busy')],
    ['no information', `No information found: x\nIMEI: ${IMEI}`, unknown],
    ['an error that nobody knows', 'ERROR 77', asked],
  ])('that says %s is understood: %j', async (...row) => {
    expect(await outcomeOf('instant-get-text', row)).toMatchObject(row[2])
  })
})

describe('an order by number', () => {
  it.each<Row>([
    ['a number', { status: 'pending', id: 5 }, accepted('5')],
    ['a text', { status: 'accepted', order_id: 'A-77' }, accepted('A-77')],
    ['a long number', '{"status":"queued","id":12345678901234567890}', accepted('12345678901234567890')],
    ['a number in data', { success: true, data: { id: 5 } }, accepted('5')],
    ['a number in data that waits', { success: true, data: { id: 5, status: 'pending' } }, accepted('5')],
    ['a number with success', { status: 'success', id: 5, result: null }, accepted('5')],
    ['a number in capitals', { Status: 'Pending', Order_ID: 5 }, accepted('5')],
    ['a number, and HTTP says the rest', { id: 'b1f0' }, accepted('b1f0'), 201],
    ['a number that is to be done', { order_id: 9 }, accepted('9'), 202],
    ['its result', { status: 'success', id: 5, result: 'Clean' }, success('Clean', '5')],
    ['no number', { status: 'pending' }, unknown],
    ['0', { status: 'pending', id: 0 }, unknown],
    ['null', { status: 'pending', id: null }, unknown],
    ['null as a text', { status: 'pending', id: 'null' }, unknown],
    ['undefined', { status: 'pending', id: 'undefined' }, unknown],
    ['-1', { status: 'pending', id: -1 }, unknown],
    ['true', { status: 'pending', id: true }, unknown],
    ['an object', { status: 'pending', id: { $oid: '65' } }, unknown],
    ['a number without a word', { id: 5 }, unknown],
    ['a number and an error', { id: 5, error: 'Insufficient balance' }, unknown, 201],
    ['another phone', { status: 'pending', id: 5, imei: OTHER_IMEI }, contradicts],
    ['two numbers', '{"status":"pending","id":5,"id":6}', unknown],
    ['a refusal', { status: 'error', message: 'Invalid IMEI', id: null }, refused],
    [
      'a refusal in data',
      { success: true, data: { id: 5, status: 'rejected', message: 'Invalid IMEI' } },
      refused,
    ],
    ['its front page', page, unknown, 200],
    ['nothing, and where to look', '', unknown, 202, { location: '/orders/5' }],
  ])('that is answered by %s is understood: %j', async (...row) => {
    expect(await outcomeOf('order-poll', row)).toMatchObject(row[2])
  })

  it.each<Row>([
    ['waits', { status: 'pending' }, accepted('5')],
    ['waits under its number', { status: 'In Progress', id: 5 }, accepted('5')],
    ['waits in data', { success: true, data: { id: 5, status: 'pending' } }, accepted('5')],
    [
      'waits, and says so as a result',
      { success: true, data: { id: 5, status: 'pending', result: 'Processing' } },
      accepted('5'),
    ],
    ['is done', { status: 'success', result: 'Clean' }, success('Clean', '5')],
    [
      'is done in data',
      { success: true, data: { id: 5, status: 'completed', result: 'Clean' } },
      success('Clean', '5'),
    ],
    [
      'is done in data alone',
      { data: { id: '5', status: 'Completed', result: { code: '123' } } },
      success('code: 123', '5'),
    ],
    [
      'is done, without a state of its own',
      { success: true, data: { result: 'Clean' } },
      success('Clean', '5'),
    ],
    [
      'is done, and the question had a number, too',
      { id: 'req_77', order_id: 5, status: 'success', result: 'Clean' },
      success('Clean', '5'),
    ],
    ['is done, without a result', { status: 'success' }, unknown],
    ['is another one', { status: 'pending', id: 6 }, contradicts],
    ['is another one, done', { status: 'success', result: 'Clean', order_id: 6 }, contradicts],
    ['is another phone’s', { status: 'success', result: `IMEI: ${OTHER_IMEI}` }, contradicts],
    ['has failed', { status: 'failed' }, refused],
    ['has failed, and why', { status: 'rejected', reason: 'IMEI not found' }, refused],
    [
      'has failed in data',
      { success: true, data: { id: 5, status: 'rejected', result: 'IMEI not found' } },
      refused,
    ],
    ['was cancelled', { status: 'Cancelled' }, refused],
    ['has failed inside', { status: 'failed', message: 'Internal server error' }, unknown],
    ['is not known', { status: 'error', message: 'Order not found' }, unknown],
    ['is not there', { status: 'error', message: 'Not found' }, unknown],
    ['is not there by HTTP', { message: 'Not found' }, unknown, 404],
    ['has an odd number', { status: 'error', message: 'Invalid order id' }, unknown],
    ['does not exist', { success: false, message: 'Order does not exist' }, unknown],
    ['may not be seen', { message: 'Unauthenticated.' }, away('login'), 401],
    ['is shown in a list', [{ id: 5, status: 'success', result: 'Clean' }], unknown],
    ['is shown as a page', page, unknown],
    ['has moved', '', unknown, 301, { location: '/v2/orders/5' }],
    ['is not shown', '', unknown],
    ['breaks the server', { status: 'failed', message: 'Invalid IMEI' }, unknown, 500],
    ['is asked about too often', '', away('busy'), 429],
    ['says two things', { status: 'success', success: false, result: 'Clean' }, unknown],
    ['says two things in data', { status: 'failed', data: { status: 'success', result: 'x' } }, unknown],
  ])('that %s is understood when it is asked about: %j', async (...row) => {
    expect(await outcomeOf('order-poll', row, '5')).toMatchObject(row[2])
  })
})
