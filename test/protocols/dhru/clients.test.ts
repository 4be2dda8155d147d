import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkDigit } from '../../../src/lib/imei.ts'
import { RestClient } from '../../support/rest.ts'
import { type DhruJson, imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

/** These are requests as real clients send them, and what they mean by them. */
let server: TestServer
let shop: Shop
let n = 0

beforeAll(async () => {
  server = await testServer()
  shop = await server.shop({ deposit: '10000' })
  await server.service({ code: 'bl', duplicatePolicy: 'allow' })
  await server.service({ code: 'sn', kind: 'serial', duplicatePolicy: 'allow' })
  const field = (name: string, label: string, required = true) => ({
    name,
    label,
    type: 'text' as const,
    required,
    options: [] as string[],
  })
  await server.service({
    code: 'ecid',
    kind: 'serial',
    duplicatePolicy: 'allow',
    inputName: 'Device ECID',
    minInputLength: 10,
    maxInputLength: 16,
  })
  await server.service({ code: 'mail', kind: 'server', fields: [field('EMAIL', 'Account e-mail')] })
  await server.service({
    code: 'two',
    kind: 'server',
    fields: [field('USER_NAME', 'User name'), field('NOTE', 'Note to us', false)],
  })
  await server.service({
    code: 'named',
    kind: 'server',
    fields: [
      field('IMEI', 'IMEI'),
      field('LINK', 'Link'),
      field('ID', 'Apple ID', false),
      field('SERIAL', 'Serial', false),
    ],
  })
  await server.service({ code: 'noted', duplicatePolicy: 'allow', fields: [field('NOTE', 'Note', false)] })
  await server.service({ code: 'plain', kind: 'server' })
  const network = {
    ...field('NETWORK', 'Network'),
    type: 'dropdown' as const,
    options: ['AT&T', 'Beta Télécom'],
  }
  await server.service({ code: 'net', duplicatePolicy: 'allow', fields: [network] })
})
afterAll(() => server?.stop())

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const order = async (fields: Record<string, string>, of = shop): Promise<DhruJson> =>
  (await server.call(of, { action: 'placeimeiorder', ...fields })).json()

/** `placed` gives what was kept of the order: its input and fields. */
async function placed(fields: Record<string, string>): Promise<{ input: string; fields: unknown }> {
  const says = await order(fields)
  expect(says.ERROR, JSON.stringify(fields)).toBeUndefined()
  const [item] = await server.sql<{ input: string; fields: unknown }[]>`
    select input, fields from items where order_id = ${says.SUCCESS[0].REFERENCEID}`
  return item as { input: string; fields: unknown }
}

describe('the service of an order', () => {
  it.each([
    'ID',
    'id',
    'SERVICEID',
    'ServiceId',
    'SERVICE_ID',
    'service_id',
    'SERVICE',
    'SERVICE_CODE',
    'ID_SERVICE',
    'tool_id',
    'PRODUCTID',
  ])('is found in %s', async (name) => {
    const number = imei(++n)
    expect(await placed({ parameters: JSON.stringify({ [name]: 'bl', IMEI: number }) })).toMatchObject({
      input: number,
    })
    expect(await placed({ [name]: 'bl', IMEI: number })).toMatchObject({ input: number })
  })
})

describe('an order of which a status is asked', () => {
  it.each(['ID', 'ORDERID', 'ORDER_ID', 'orderid', 'REFERENCEID', 'reference_id'])(
    'is found in %s',
    async (name) => {
      const { REFERENCEID } = (await order({ ID: 'bl', IMEI: imei(++n) })).SUCCESS[0]
      const parameters = JSON.stringify({ [name]: REFERENCEID })
      const says = (await server.call(shop, { action: 'getimeiorder', parameters })).json()
      expect(says.SUCCESS[0]).toMatchObject({ REFERENCEID })
    },
  )
})

describe('a value without a name', () => {
  it.each([
    ['a bare customfield', { ID: 'mail', 'parameters[customfield]': 'someone@example.com' }],
    ['a bare CUSTOM_FIELD', { ID: 'mail', CUSTOM_FIELD: ' someone@example.com ' }],
    ['the box of the IMEI', { ID: 'mail', IMEI: 'someone@example.com' }],
    ['a bare customfield in JSON', { parameters: '{"ID":"mail","CUSTOMFIELD":"someone@example.com"}' }],
    [
      'a bare customfield in XML',
      { parameters: '<PARAMETERS><ID>mail</ID><CUSTOMFIELD>someone@example.com</CUSTOMFIELD></PARAMETERS>' },
    ],
  ] as [string, Record<string, string>][])('in %s is that of the only field', async (_where, fields) => {
    const bracketed = 'parameters[customfield]' in fields ? { 'parameters[ID]': 'mail', ...fields } : fields
    expect(await placed(bracketed)).toEqual({ input: '', fields: { EMAIL: 'someone@example.com' } })
  })

  it('is that of the only field that is required', async () => {
    expect(await placed({ ID: 'two', CUSTOMFIELD: 'ali' })).toMatchObject({ fields: { USER_NAME: 'ali' } })
    expect(await placed({ ID: 'two', IMEI: 'ali', NOTE: 'soon' })).toMatchObject({
      fields: { USER_NAME: 'ali', NOTE: 'soon' },
    })
  })

  it.each(['"someone@example.com"', Buffer.from('"someone@example.com"').toString('base64')])(
    'may be a text in JSON: %s',
    async (CUSTOMFIELD) => {
      expect(await placed({ ID: 'mail', CUSTOMFIELD })).toMatchObject({
        fields: { EMAIL: 'someone@example.com' },
      })
    },
  )

  it.each([
    ['in base64', { CUSTOMFIELD: Buffer.from('someone@example.com').toString('base64') }],
    ['in base64 without padding', { CUSTOMFIELD: Buffer.from('someone.1@example.com').toString('base64') }],
    ['behind the name', { CUSTOMFIELD: 'EMAIL=someone@example.com' }],
    ['behind the name, encoded', { CUSTOMFIELD: 'EMAIL=someone%40example.com' }],
    ['behind the label on a line', { CUSTOMFIELD: '\r\nAccount e-mail: someone@example.com\r\n' }],
    ['behind the label', { CUSTOMFIELD: 'Account e-mail: someone@example.com' }],
    ['in brackets', { 'customfield[E-mail]': 'someone@example.com' }],
    ['in brackets without a name', { 'customfield[]': 'someone@example.com' }],
    ['in brackets with a number', { 'customfield[0]': 'someone@example.com' }],
    ['in a list', { CUSTOMFIELD: '["someone@example.com"]' }],
    ['in a list of objects', { CUSTOMFIELD: '[{"E-mail":"someone@example.com"}]' }],
    [
      'in a list as services announce their fields',
      { CUSTOMFIELD: '[{"fieldname":"EMAIL","value":"someone@example.com"}]' },
    ],
    ['in base64 of base64', { CUSTOMFIELD: base64(base64('{"EMAIL":"someone@example.com"}')) }],
    ['in XML', { CUSTOMFIELD: '<FIELDS><EMAIL>someone@example.com</EMAIL></FIELDS>' }],
    ['between marks of a chat', { EMAIL: '\u200esomeone@example.com\u202c' }],
    ['between marks in the box of the IMEI', { IMEI: '\ufeffsomeone@example.com\u200f' }],
    ['in brackets of another name', { 'CUSTOM[email]': 'someone@example.com' }],
    ['in JSON that is a text', { CUSTOMFIELD: JSON.stringify('{"EMAIL":"someone@example.com"}') }],
  ] as [string, Record<string, string>][])('or with one may stand %s', async (_how, fields) => {
    const { fields: kept } = await placed({ ID: 'mail', ...fields })
    expect(kept).toEqual({ EMAIL: expect.stringMatching(/^someone(\.1)?@example\.com$/) })
  })

  it.each(['password', 'ABCDEFGH1234', 'AAAA', 'https://x.example/?EMAIL=1', 'Note: soon', '====', 'gA=='])(
    'stays what it is: %s',
    async (CUSTOMFIELD) => {
      expect(await placed({ ID: 'mail', CUSTOMFIELD })).toMatchObject({ fields: { EMAIL: CUSTOMFIELD } })
    },
  )

  it('goes before what stands in the box of the IMEI only because there is one', async () => {
    const number = imei(++n)
    for (const IMEI of [number, '0']) {
      expect(await placed({ ID: 'mail', IMEI, CUSTOMFIELD: `${n}@example.com` })).toMatchObject({
        fields: { EMAIL: `${n}@example.com` },
      })
      n++
    }
  })

  it.each([
    ['lines', 'User name: ali\nNote to us: soon'],
    ['lines with names', 'user_name = ali\r\n\r\nNOTE=soon\r\n'],
    ['a form', 'USER_NAME=ali&Note=soon'],
  ])('may be several with their names: %s', async (_how, CUSTOMFIELD) => {
    expect(await placed({ ID: 'two', CUSTOMFIELD })).toMatchObject({
      fields: { USER_NAME: 'ali', NOTE: 'soon' },
    })
    expect(await placed({ ID: 'two', CUSTOMFIELD, Note: 'later' })).toMatchObject({
      fields: { USER_NAME: 'ali', NOTE: 'later' },
    })
  })

  it.each([
    ['User name: ali\nNote: this & that', { USER_NAME: 'ali', NOTE: 'this & that' }],
    ['USER_NAME=a&b\r\nNOTE=c&d=e', { USER_NAME: 'a&b', NOTE: 'c&d=e' }],
    ['user_name: R&D', { USER_NAME: 'R&D' }],
    ['Note: &&\nUser-Name: x&', { USER_NAME: 'x&', NOTE: '&&' }],
  ])('may have an & in its values: %j', async (CUSTOMFIELD, fields) => {
    expect(await placed({ ID: 'two', CUSTOMFIELD })).toMatchObject({ fields })
  })

  it('beside one that has a name goes where the other does not', async () => {
    expect(await placed({ ID: 'two', IMEI: 'ali', CUSTOMFIELD: 'Note: soon' })).toMatchObject({
      fields: { USER_NAME: 'ali', NOTE: 'soon' },
    })
  })

  it('never takes the place of one that has a name', async () => {
    const fields = { ID: 'mail', EMAIL: 'named@example.com', CUSTOMFIELD: 'other@example.com' }
    expect(await placed(fields)).toMatchObject({ fields: { EMAIL: 'named@example.com' } })
  })

  it('is the IMEI where the only field may be left out', async () => {
    const number = imei(++n)
    expect(await placed({ ID: 'noted', CUSTOMFIELD: number })).toMatchObject({ input: number })
    expect(await placed({ ID: 'noted', IMEI: number, CUSTOMFIELD: 'soon' })).toEqual({
      input: number,
      fields: { NOTE: 'soon' },
    })
  })

  it('is the IMEI where the service has no field', async () => {
    const number = imei(++n)
    expect(await placed({ ID: 'bl', CUSTOMFIELD: number })).toEqual({ input: number, fields: null })
  })
})

describe('what a service calls its own box', () => {
  it.each([
    ['IMEI', { IMEI: '00112233445566' }],
    ['its name', { 'Device ECID': '00112233445566' }],
    ['its name in another spelling', { device_ecid: '00112233445566' }],
    ['its name in CUSTOMFIELD', { CUSTOMFIELD: '{"DEVICE ECID:":"00112233445566"}' }],
    ['its name beside a serial number', { 'device-ecid': '00112233445566', SN: 'C39' }],
    ['SN', { SN: '00112233445566' }],
    ['nothing', { CUSTOMFIELD: '00112233445566' }],
  ] as [string, Record<string, string>][])('is found under %s', async (_name, fields) => {
    expect(await placed({ ID: 'ecid', ...fields })).toMatchObject({ input: '00112233445566' })
  })
})

describe('rows in XML', () => {
  it('are all placed, each under its own id', async () => {
    const [one, two] = [imei(++n), imei(++n)]
    const row = (id: string, number: string) => `<ORDER id="${id}"><ID>bl</ID><IMEI>${number}</IMEI></ORDER>`
    const parameters = `<PARAMETERS>${row('A-1', one)}${row('A-2', two)}</PARAMETERS>`
    const says = (await server.call(shop, { action: 'placeimeiorderbulk', parameters })).json()
    expect(says).toMatchObject({ 'A-1': { SUCCESS: [{}] }, 'A-2': { SUCCESS: [{}] } })
    expect(says.SUCCESS.map(({ IMEI }: DhruJson) => IMEI)).toEqual([one, two])
    expect((await order({ parameters })).ERROR[0].FULL_DESCRIPTION).toMatch(
      /^malformed_parameters: one order/,
    )
  })
})

describe('the quantity 0, which the lists of panels have for what has no quantity,', () => {
  it.each(['0', '00', ' 0 '])('is none: %j', async (QNT) => {
    const panel = await server.shop({ dialect: 'panel' })
    expect((await order({ ID: 'bl', IMEI: imei(++n), QNT }, panel)).SUCCESS).toHaveLength(1)
    expect((await order({ ID: 'plain', QNT }, panel)).SUCCESS).toHaveLength(1)
  })
})

describe('a field', () => {
  it.each([
    'EMAIL',
    'email',
    'E-Mail',
    'e_mail',
    'Account e-mail',
    'ACCOUNT E-MAIL:',
    'account_email',
    ' Account  e‑mail ',
  ])('is found under its name or its label, however that is written: %j', async (name) => {
    const custom = JSON.stringify({ [name]: 'a@example.com' })
    for (const CUSTOMFIELD of [custom, Buffer.from(custom).toString('base64')]) {
      expect(await placed({ ID: 'mail', CUSTOMFIELD })).toMatchObject({ fields: { EMAIL: 'a@example.com' } })
    }
    expect(await placed({ ID: 'mail', [name]: 'a@example.com' })).toMatchObject({
      fields: { EMAIL: 'a@example.com' },
    })
  })

  it('that is called IMEI, ID or SERIAL keeps its own name', async () => {
    const fields = { IMEI: 'anything', LINK: 'https://x.example', ID: 'me@icloud.example', SERIAL: 'C39' }
    const custom = Buffer.from(JSON.stringify(fields)).toString('base64')
    expect(await placed({ parameters: JSON.stringify({ ID: 'named', CUSTOMFIELD: custom }) })).toEqual({
      input: '',
      fields,
    })
    const { ID: _, ...flat } = fields
    expect(await placed({ parameters: JSON.stringify({ ID: 'named', ...flat }) })).toEqual({
      input: '',
      fields: flat,
    })
  })
})

describe('an option', () => {
  it.each([
    ['AT&T', 'AT&T'],
    ['at&t', 'AT&T'],
    [' BETA  TÉLÉCOM ', 'Beta Télécom'],
    ['beta\u00a0te\u0301le\u0301com', 'Beta Télécom'],
    ['Ｂｅｔａ Télécom', 'Beta Télécom'],
    ['AT&amp;T', 'AT&T'],
    ['at&#38;t', 'AT&T'],
    ['Beta T&eacute;l&#233;com', 'Beta Télécom'],
  ])('is taken in any case and with any blanks: %j', async (NETWORK, option) => {
    expect(await placed({ ID: 'net', IMEI: imei(++n), NETWORK })).toMatchObject({
      fields: { NETWORK: option },
    })
  })
  it.each(['Beta', 'Gamma', '1'])('is no other one: %s', async (NETWORK) => {
    const says = await order({ ID: 'net', IMEI: imei(++n), NETWORK })
    expect(says.ERROR[0].FULL_DESCRIPTION).toBe(
      `invalid_field: NETWORK: ${NETWORK} is not one of AT&T, Beta Télécom`,
    )
  })
})

describe('parameters that are a form of their own', () => {
  it.each([
    ['encoded', (number: string) => `ID=bl&IMEI=${number}`],
    [
      'with marks and other fields',
      (number: string) => `service_id=bl&imei=${grouped('-')(number)}&QNT=&NOTE=a%26b`,
    ],
    ['in another order', (number: string) => `IMEI=${number}&ID=bl`],
    ['as an HTML page escapes it', (number: string) => `ID=bl&amp;IMEI=${number}`],
  ])('are read: %s', async (_how, parameters) => {
    const number = imei(++n)
    expect(await placed({ parameters: parameters(number) })).toMatchObject({ input: number })
  })
})

describe('parameters that were escaped once more', () => {
  const xml = (number: string) => `<PARAMETERS><ID>bl</ID><IMEI>${number}</IMEI></PARAMETERS>`
  const json = (number: string) => JSON.stringify({ ID: 'bl', IMEI: number })
  it.each([
    [
      'XML with named entities',
      (number: string) => xml(number).replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    ],
    ['XML with numbers', (number: string) => xml(number).replaceAll('<', '&#60;').replaceAll('>', '&#x3E;')],
    ['XML in percent signs', (number: string) => encodeURIComponent(xml(number))],
    ['JSON with named entities', (number: string) => json(number).replaceAll('"', '&quot;')],
    ['JSON with numbers', (number: string) => json(number).replaceAll('"', '&#34;')],
    ['JSON in percent signs', (number: string) => encodeURIComponent(json(number))],
    ['JSON with slashes', (number: string) => json(number).replaceAll('"', '\\"')],
    ['JSON as a text in JSON', (number: string) => JSON.stringify(json(number))],
    ['XML as a text in JSON', (number: string) => JSON.stringify(xml(number))],
    [
      'base64 of JSON as a text in JSON',
      (number: string) => Buffer.from(JSON.stringify(json(number))).toString('base64'),
    ],
    ['rows of JSON with entities', (number: string) => `[${json(number)}]`.replaceAll('"', '&quot;')],
  ])('are read: %s', async (_words, parameters) => {
    const number = imei(++n)
    expect(await placed({ parameters: parameters(number) })).toMatchObject({ input: number })
  })
})

describe('XML that was escaped and then not encoded for the form', () => {
  it.each([
    ['&lt;', '&gt;'],
    ['&LT;', '&GT;'],
    ['&#60;', '&#62;'],
    ['&#x3c;', '&#x3E;'],
  ])('is read: %s', async (open, close) => {
    const number = imei(++n)
    const xml = `<PARAMETERS><ID>bl</ID><IMEI>${number}</IMEI></PARAMETERS>`
    const escaped = xml.replaceAll('<', open).replaceAll('>', close)
    const { securityId, secret } = shop
    const credentials = `username=${securityId}&apiaccesskey=${secret}`
    const reply = await server.send(
      `${credentials}&action=placeimeiorder&parameters=${escaped}&requestformat=JSON`,
      {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    )
    expect(reply.json()).toMatchObject({ IMEI: number })
  })
})

const digitsOf = (zero: number) => (text: string) =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))
const grouped = (mark: string) => (text: string) =>
  text.replace(/^(..)(.{6})(.{6})(.)$/, `$1${mark}$2${mark}$3${mark}$4`)

describe('an IMEI', () => {
  const written: [how: string, write: (text: string) => string][] = [
    ['with dashes', grouped('-')],
    ['with long dashes', grouped('\u2013')],
    ['with the minus sign', grouped('\u2212')],
    ['with the dash that does not break', grouped('\u2011')],
    ['with blanks', grouped(' ')],
    ['with blanks that do not break', grouped('\u00a0')],
    ['with narrow blanks', grouped('\u202f')],
    ['with slashes', grouped('/')],
    ['with colons', grouped(':')],
    ['with middle dots', grouped('\u00b7')],
    ['before a comma', (text: string) => `${text},`],
    ['before a semicolon', (text: string) => `${text} ;`],
    ['in brackets', (text: string) => `(${text})`],
    ['in square brackets', (text: string) => `[${text}]`],
    ['behind its name', (text: string) => `IMEI: ${text}`],
    ['behind its name without a blank', (text: string) => `imei${text}`],
    ['behind its name, in Persian digits', (text: string) => `IMEI: ${digitsOf(0x06f0)(text)}`],
    ['with dots', grouped('.')],
    ['with tabs and line ends', (text) => `\t${text}\r\n`],
    ['behind a mark of texts from right to left', (text) => `\u200f${text}`],
    ['between marks of a chat', (text) => `\u200e${text}\u202c`],
    ['between isolates', (text) => `\u2068${text}\u2069`],
    ['with an Arabic letter mark', (text) => `\u061c${text}`],
    ['with blanks of no width', (text) => [...text].join('\u200b')],
    ['behind a byte order mark', (text) => `\ufeff${text}`],
    ['behind the quote of a spreadsheet', (text) => `'${text}`],
    ['in Arabic digits', digitsOf(0x660)],
    ['in Persian digits', digitsOf(0x6f0)],
    ['in Indian digits', digitsOf(0x966)],
    ['in digits of full width', digitsOf(0xff10)],
    [
      'in Persian digits with marks and dashes',
      (text) => `\u202b${grouped('-')(digitsOf(0x6f0)(text))}\u202c`,
    ],
  ]
  it.each(written)('is taken %s, over Dhru and REST', async (_how, write) => {
    const [one, two] = [imei(++n), imei(++n)]
    expect(await placed({ ID: 'bl', IMEI: write(one) })).toEqual({ input: one, fields: null })
    const rest = await new RestClient(server, shop).post('/api/order', {
      code: 'bl',
      data: { imeis: [write(two)] },
    })
    expect(rest.status, rest.text).toBe(200)
    const [item] = await server.sql<
      { input: string }[]
    >`select input from items where order_id = ${rest.body.order_id}`
    expect(item?.input).toBe(two)
  })

  const first = '49015420323751'
  it.each([
    ['000000000000000', 'no device has it'],
    ['0000-0000-0000-000', 'no device has it'],
    ['٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠', 'no device has it'],
    [first, `this has 14: with its check digit it is ${first}${checkDigit(first)}`],
    [`${first}01`, `this has 16: if it is an IMEISV, the IMEI is ${first}8`],
    [`${first}9`, 'the check digit should be 8'],
    [`${first}8123`, 'this has 18'],
    ['4.90154E+14', 'a spreadsheet has rounded it'],
    ['490154203237518x', '15 digits and nothing else'],
  ])('that is %s is refused over Dhru and REST: %s', async (text, why) => {
    const says = await order({ ID: 'bl', IMEI: text })
    expect(says.ERROR[0].FULL_DESCRIPTION).toMatch(/^invalid_imei: /)
    expect(says.ERROR[0].FULL_DESCRIPTION).toContain(why)
    const rest = await new RestClient(server, shop).post('/api/order', {
      code: 'bl',
      data: { imeis: [text] },
    })
    expect(rest.body).toMatchObject({ code: 'INVALID_IMEI_ERROR' })
    expect(JSON.stringify(rest.body.errors)).toContain(why)
  })

  it('a serial number loses only marks that are not seen', async () => {
    expect(await placed({ ID: 'sn', IMEI: '\u200eC39-X/1 2\u202c' })).toMatchObject({ input: 'C39-X/1 2' })
  })
})

describe('the e-mail address of the account as user name', () => {
  const info = async (username: string, secret: string): Promise<DhruJson> => {
    const body = new URLSearchParams({ username, apiaccesskey: secret, action: 'accountinfo' })
    return await (await fetch(`${server.url}/api/dhru`, { method: 'POST', body })).json()
  }
  it('is taken in any case where exactly one account has it', async () => {
    const one = await server.shop()
    const two = await server.shop()
    await server.sql`update accounts set email = 'One@Example.com' where id = ${one.accountId}`
    await server.sql`update accounts set email = 'two@example.com' where id = ${two.accountId}`
    for (const written of ['One@Example.com', 'one@example.com', ' ONE@EXAMPLE.COM ']) {
      expect((await info(written, one.secret)).SUCCESS?.[0].AccountInfo.username, written).toBe(one.username)
    }
    expect((await info('one@example.com', two.secret)).ERROR[0].FULL_DESCRIPTION).toBe('invalid_credentials')
    await server.sql`update accounts set email = 'ONE@example.com' where id = ${two.accountId}`
    for (const of of [one, two]) {
      await expect
        .poll(async () => (await info('one@example.com', of.secret)).ERROR?.[0].FULL_DESCRIPTION)
        .toBe('invalid_credentials')
      expect((await info(of.username, of.secret)).SUCCESS).toHaveLength(1)
    }
  })
})
