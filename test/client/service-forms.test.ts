import { describe, expect, it } from 'vitest'
import { readService } from '../../src/client/dhru/service.ts'

const read = (given: Record<string, unknown>, type = 'IMEI') =>
  readService(
    { SERVICEID: '1', SERVICETYPE: type, SERVICENAME: 'x', CREDIT: '1', ...given },
    { name: 'g', type },
  )

const ecid = { allow: '1', customname: 'ECID', custominfo: 'Hex', customlen: '10', maxlength: '16' }
const box = { kind: 'serial', box: { name: 'ECID', hint: 'Hex', minLength: 10, maxLength: 16 } }
const none = { kind: 'imei', box: null }

describe('CUSTOM', () => {
  it.each<[string, unknown, object]>([
    ['an object', ecid, box],
    ['a text of JSON', JSON.stringify(ecid), box],
    ['a text of JSON with blanks before it', ` \n${JSON.stringify(ecid)}`, box],
    ['a text of JSON that was escaped', JSON.stringify(ecid).replaceAll('"', '&quot;'), box],
    ['a list of one', [ecid], box],
    ['a list of one as a text', JSON.stringify([ecid]), box],
    ['numbers', { ...ecid, allow: 1, customlen: 10, maxlength: 16 }, box],
    ['true and decimals', { ...ecid, allow: true, customlen: '10.00', maxlength: 16.0 }, box],
    [
      'names in upper case',
      Object.fromEntries(Object.entries(ecid).map(([k, v]) => [k.toUpperCase(), v])),
      box,
    ],
    ['yes', { ...ecid, allow: 'Yes' }, box],
    ['not allowed', { ...ecid, allow: '0' }, none],
    ['false', { ...ecid, allow: false }, none],
    ['a name of IMEI in a text', JSON.stringify({ ...ecid, customname: 'IMEI Number' }), none],
    ['an empty list', [], none],
    ['an empty text', '', none],
    ['null', null, none],
    ['half of a JSON', '{"allow":"1","customname":"ECID"', none],
    ['a word', 'ECID', none],
    ['a list of lists', [[ecid]], none],
  ])('as %s', (_, CUSTOM, right) => {
    expect(read({ CUSTOM })).toMatchObject(right)
  })
})

describe('quantities', () => {
  it.each<[string, Record<string, unknown>, number[], number, number]>([
    ['thousands with commas', { QNT: 1, MINQNT: '1,000', MAXQNT: '10,000' }, [], 1000, 10_000],
    ['thousands with dots', { QNT: 1, MINQNT: '1', MAXQNT: '2.500' }, [], 1, 2500],
    ['thousands with blanks', { QNT: 1, MINQNT: '1', MAXQNT: '10 000' }, [], 1, 10_000],
    ['decimals', { QNT: 1, MINQNT: '5.00', MAXQNT: '10.0' }, [], 5, 10],
    ['numbers', { QNT: 1, MINQNT: 5, MAXQNT: 10 }, [], 5, 10],
    ['words for no bound', { QNT: 1, MINQNT: '-', MAXQNT: 'unlimited' }, [], 1, Number.POSITIVE_INFINITY],
    ['a half', { QNT: 1, MINQNT: '2.5', MAXQNT: '10' }, [], 1, 10],
    ['less than nothing', { QNT: 1, MINQNT: '-5', MAXQNT: '10' }, [], 1, 10],
    ['more than anybody counts', { QNT: 1, MAXQNT: '99999999999' }, [], 1, Number.POSITIVE_INFINITY],
    ['choices with words', { QNTOPTIONS: '10 credits (2 days), 50 credits (3 days)' }, [10, 50], 10, 50],
    ['choices of thousands', { QNTOPTIONS: '500|1,000|2,000' }, [500, 1000, 2000], 500, 2000],
    ['a list of thousands', { QNTOPTIONS: ['1.000', 500] }, [500, 1000], 500, 1000],
    ['a text of JSON', { QNTOPTIONS: '["10","5"]' }, [5, 10], 5, 10],
    ['an object as a text', { QNTOPTIONS: '{"0":"10","1":"25"}' }, [10, 25], 10, 25],
    ['lines', { QNTOPTIONS: '1\r\n5\r\n10\r\n' }, [1, 5, 10], 1, 10],
    ['blanks', { QNTOPTIONS: '1 5 10' }, [1, 5, 10], 1, 10],
    ['nothing', { QNTOPTIONS: '', QNT: 1, MAXQNT: '3' }, [], 1, 3],
    ['zeros', { QNTOPTIONS: '0,0', QNT: 1, MAXQNT: '3' }, [], 1, 3],
  ])('as %s', (_, given, quantityOptions, minQuantity, maxQuantity) => {
    expect(read(given, 'SERVER')).toMatchObject({ quantityOptions, minQuantity, maxQuantity })
  })
})

describe('choices among which there is no quantity', () => {
  it.each([
    'Small,Large',
    'Basic|Pro|Ultimate',
    'Pequeño;Grande',
    'Kecil, Besar',
    'Маленький;Большой',
    '小,大',
    'صغير،كبير',
    'one;two;three',
    '0.5',
    '-5',
    '<option>Gold</option><option>Silver</option>',
  ])('are said: %s', (text) => {
    expect(read({ QNT: 1, QNTOPTIONS: text }, 'SERVER').quantityUnread).not.toBe('')
    expect(read({ QNT: 1, MINQNT: '1', MAXQNT: '5', QNTOPTIONS: text }, 'SERVER').quantityUnread).not.toBe('')
  })

  it.each([['Small', 'Large'], { 0: 'Monthly', 1: 'Yearly' }, [{ name: 'Gold' }], '["Gold"]'])(
    'are said: %j',
    (given) => expect(read({ QNT: 1, QNTOPTIONS: given }, 'SERVER').quantityUnread).not.toBe(''),
  )

  it.each([
    '',
    ' ',
    '0',
    '0,0',
    '-',
    '[]',
    '{}',
    '-,-',
    'unlimited',
    'Any',
    'N/A',
    'null',
    'false',
    'on',
    'ilimitado',
  ])('are not meant by %j', (text) =>
    expect(read({ QNT: 1, QNTOPTIONS: text }, 'SERVER').quantityUnread).toBe(''),
  )

  it.each([null, false, true, 0, [], {}, '10,20', '5 - 50', 'Small 10, Large 20'])(
    'are not meant by %j',
    (given) => expect(read({ QNT: 1, QNTOPTIONS: given }, 'SERVER').quantityUnread).toBe(''),
  )
})

describe('fields', () => {
  const email = { fieldname: 'Email', fieldtype: 'text', required: 'on' }
  const one = [{ name: 'Email', type: 'text', required: true }]
  const choice = (fieldoptions: unknown) => [{ fieldname: 'Land', fieldtype: 'dropdown', fieldoptions }]
  const chosen = [{ name: 'Land', type: 'dropdown', options: ['US', 'UK'] }]
  it.each<[string, unknown, object[]]>([
    ['a list', [email], one],
    ['an object by number', { 1: email }, one],
    ['the one by itself', email, one],
    ['a text of JSON', JSON.stringify([email]), one],
    ['a text of JSON of the one', JSON.stringify(email), one],
    ['a text of JSON that was escaped', JSON.stringify([email]).replaceAll('"', '&quot;'), one],
    ['one that true says is required', [{ ...email, required: true }], one],
    ['one that a number says is required', [{ ...email, required: 1 }], one],
    ['options with commas', choice('US, UK,'), chosen],
    ['options in lines', choice('US\r\nUK\r\n'), chosen],
    ['options with bars', choice('US|UK'), chosen],
    ['a list of options', choice(['US', 'UK']), chosen],
    ['an object of options', choice({ a: 'US', b: 'UK' }), chosen],
    ['options as a text of JSON', choice('["US","UK"]'), chosen],
    ['a word', 'None', []],
    ['half of a JSON', '[{"fieldname":"Email"', []],
    ['one without a name', [{ fieldtype: 'text' }], []],
  ])('as %s', (_, given, right) => {
    const fields = read({ 'Requires.Custom': given })?.fields
    expect(fields).toMatchObject(right)
    expect(fields).toHaveLength(right.length)
  })

  it.each([
    ['Required', true],
    ['required', true],
    ['1', true],
    [1, true],
    [true, true],
    ['None', false],
    ['Optional', false],
    ['0', false],
    ['', false],
    [null, false],
  ])('Requires.Network %j: needed is %j', (word, needed) => {
    const fields = read({ 'Requires.Network': word })?.fields.map(({ name }) => name)
    expect(fields).toEqual(needed ? ['NETWORK'] : [])
  })
})
