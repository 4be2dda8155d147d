import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ask,
  askBoth,
  login,
  multipart,
  type Pairs,
  type RawRequest,
  talk,
  URLENCODED,
  urlencoded,
} from '../../support/dhru.ts'
import { type DhruJson, imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let service: string
let tool: string
let n = 0
const next = (): string => imei(++n)

beforeAll(async () => {
  server = await testServer()
  service = await server.service()
  tool = await server.service({ kind: 'server', minQuantity: 1, maxQuantity: 10 })
})
afterAll(() => server?.stop())

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const encodings = { urlencoded, multipart }

/** `placed` gives the orders that one request of a new shop placed, and fails unless the shop has paid for just these. */
async function placed(
  action: string,
  make: (shop: Shop) => RawRequest,
): Promise<{ imei: string; reference: string | null; quantity: number }[]> {
  const shop = await server.shop({ deposit: '100' })
  const says = await ask(server, make(shop))
  const bulk = action.toLowerCase().includes('bulk')
  const ids: string[] = says.SUCCESS?.map((row: DhruJson) => row.REFERENCEID) ?? []
  expect(ids.length, JSON.stringify(says)).toBeGreaterThan(0)
  if (!bulk) expect(ids).toHaveLength(1)
  const orders = []
  for (const id of ids) {
    expect(id).toMatch(/^\d+$/)
    const status = await server.status(shop, id)
    const [order] = await server.sql<{ reference: string | null; quantity: number }[]>`
      select reference, quantity from orders o join items i on i.order_id = o.id where o.id = ${id}`
    orders.push({ imei: status.IMEI, reference: order?.reference ?? null, quantity: order?.quantity ?? 0 })
  }
  const [rows] = await server.sql`
    select count(*)::integer as orders from orders where account_id = ${shop.accountId}`
  expect(rows).toEqual({ orders: ids.length })
  const units = orders.reduce((sum, { quantity }) => sum + quantity, 0)
  const { creditraw } = (await server.call(shop, { action: 'accountinfo' })).json().SUCCESS[0].AccountInfo
  expect(creditraw).toBe(`${100 - units}.00`)
  return orders
}

const xml = (a: string, more = ''): string =>
  `<PARAMETERS><ID>${service}</ID><IMEI>${a}</IMEI>${more}</PARAMETERS>\n`
const json = (a: string): string => JSON.stringify({ ID: service, IMEI: a })

/** The nine encodings of the wire, and what each is made of two IMEIs. */
const ONE = 'PlaceImeiOrder'
const MANY = 'PlaceImeiOrderBulk'
const nine: [encoding: string, action: string, parameters: (a: string, b: string) => Pairs][] = [
  ['1, XML of the kit', ONE, (a) => [['parameters', xml(a)]]],
  ['2, XML blocks in a row', ONE, (a, b) => [['parameters', xml(b) + xml(a)]]],
  ['3, base64 of JSON', ONE, (a) => [['parameters', base64(json(a))]]],
  ['3, base64 of XML', ONE, (a) => [['parameters', base64(xml(a))]]],
  ['4, base64 of an array', MANY, (a, b) => [['parameters', base64(`[${json(a)},${json(b)}]`)]]],
  ['4, base64 of an array of one', ONE, (a) => [['parameters', base64(`[${json(a)}]`)]]],
  ['5, base64 of rows', MANY, (a, b) => [['parameters', base64(`{"77":${json(a)},"A-1":${json(b)}}`)]]],
  ['5, base64 of one row', ONE, (a) => [['parameters', base64(`{"77":${json(a)}}`)]]],
  ['6, JSON', ONE, (a) => [['parameters', json(a)]]],
  ['6, JSON of an array', MANY, (a, b) => [['parameters', `[${json(a)},${json(b)}]`]]],
  ['6, JSON of rows', MANY, (a, b) => [['parameters', `{"77":${json(a)},"A-1":${json(b)}}`]]],
  [
    '7, brackets',
    ONE,
    (a) => [
      ['parameters[ID]', service],
      ['parameters[IMEI]', a],
    ],
  ],
  [
    '7, brackets with rows',
    MANY,
    (a, b) => [
      ['parameters[77][ID]', service],
      ['Parameters[77][imei]', a],
      ['parameters[A-1][ID]', service],
      ['parameters[A-1][IMEI]', b],
    ],
  ],
  [
    '8, flat fields',
    ONE,
    (a) => [
      ['ID', service],
      ['IMEI', a],
    ],
  ],
  [
    '8, flat fields of other names beside a blank parameters',
    ONE,
    (a) => [
      ['parameters', '\n'],
      ['service', service],
      ['imei', a],
    ],
  ],
  [
    '9, ID and CUSTOMFIELD in XML',
    ONE,
    (a) => {
      const custom = base64(JSON.stringify({ IMEI: a }))
      return [
        ['parameters', `<PARAMETERS><ID>${service}</ID><CUSTOMFIELD>${custom}</CUSTOMFIELD></PARAMETERS>`],
      ]
    },
  ],
  [
    '9, ID and CUSTOMFIELD in base64 of JSON',
    ONE,
    (a) => [
      ['parameters', base64(JSON.stringify({ ID: service, customfield: base64(`{"Phone IMEI":"${a}"}`) }))],
    ],
  ],
]

describe('the encoding', () => {
  it.each(nine)('%s, places what it says, urlencoded and multipart', async (_words, action, parameters) => {
    for (const encode of Object.values(encodings)) {
      const [a, b] = [next(), next()]
      const expected = action === MANY ? [a, b] : [a]
      const orders = await placed(action, (shop) =>
        encode([...login(shop), ['action', action], ...parameters(a, b)]),
      )
      expect(orders.map((order) => order.imei)).toEqual(expected)
    }
  })

  it('may change when an order is sent again: it is still the same order', async () => {
    const shop = await server.shop()
    const ids = new Set<string>()
    const [a, b] = [next(), next()]
    for (const [, action, parameters] of nine) {
      if (action === MANY) continue
      for (const encode of Object.values(encodings)) {
        const says = await ask(server, encode([...login(shop), ['action', action], ...parameters(a, b)]))
        ids.add(says.SUCCESS[0].REFERENCEID)
      }
    }
    expect(ids.size).toBe(1)
  })

  it('of 9 that is refused costs nothing, and its flat repetition is bought once', async () => {
    const shop = await server.shop()
    const send = (fields: Pairs) =>
      ask(server, urlencoded([...login(shop), ['action', 'placeimeiorder'], ['ID', service], ...fields]))
    const a = next()
    const hidden: Pairs = [['CUSTOMFIELD', base64(JSON.stringify({ Handset: a }))]]
    expect((await send(hidden)).ERROR[0].FULL_DESCRIPTION).toBe('imei_required')
    const first = (await send([['IMEI', a]])).SUCCESS[0].REFERENCEID
    const again = await send([['CUSTOMFIELD', base64(JSON.stringify({ IMEI: a }))]])
    expect(again.SUCCESS[0].REFERENCEID).toBe(first)
    const { creditraw } = (await askBoth(server, shop, { action: 'accountinfo' })).SUCCESS[0].AccountInfo
    expect(creditraw).toBe('99.00')
  })
})

/** `base64WithPlus` gives Base64 in which a plus stands, and which is broken where a form takes that for a blank. */
function base64WithPlus(a: string): { text: string; reference: string } {
  for (let tries = 0; ; tries++) {
    const reference = `>>~~${tries}`
    const text = base64(JSON.stringify({ ID: service, IMEI: a, REFERENCE: reference }))
    if (text.includes('+')) return { text, reference }
  }
}
const inJson = (fields: Record<string, unknown>): Pairs => [
  ['parameters', JSON.stringify({ ID: service, ...fields })],
]

/** `empties` are what the vendor's own module sends empty. */
const empties = ['MODELID', 'PROVIDERID', 'NETWORK', 'PIN', 'KBH', 'MEP', 'PRD', 'TYPE', 'LOCKS', 'SN', 'QNT']
const emptyElements = empties.map((name) => `<${name}></${name}>`).join('')

const quirks: [quirk: string, fields: (a: string) => Pairs, expected: Record<string, unknown>][] = [
  [
    'named and numeric entities',
    (a) => [['parameters', xml(a, '<REFERENCE>caf&eacute; &#233;&#xE9; &lt;&amp;&gt;</REFERENCE>')]],
    { reference: 'café éé <&>' },
  ],
  [
    'a bare ampersand',
    (a) => [['parameters', xml(a, '<REFERENCE>Tom & Co &x</REFERENCE>')]],
    { reference: 'Tom & Co &x' },
  ],
  [
    'CDATA',
    (a) => [['parameters', xml(a, '<REFERENCE><![CDATA[a<b>&amp;]]></REFERENCE>')]],
    { reference: 'a<b>&amp;' },
  ],
  [
    'an IMEI of entities',
    (a) => [['parameters', xml([...a].map((digit) => `&#${digit.charCodeAt(0)};`).join(''))]],
    {},
  ],
  ['XML tags in lower case', (a) => [['parameters', xml(a).toLowerCase()]], {}],
  ['an XML declaration', (a) => [['parameters', `<?xml version="1.0"?>\n<!-- kit -->${xml(a)}`]], {}],
  [
    'every field, mostly empty',
    (a) => [['parameters', xml(a, `${emptyElements}<CUSTOMFIELD>bnVsbA==</CUSTOMFIELD>`)]],
    {},
  ],
  ['a byte order mark before XML', (a) => [['parameters', `\ufeff${xml(a)}`]], {}],
  ['a byte order mark before JSON', (a) => [['parameters', `\ufeff${json(a)}`]], {}],
  ['a byte order mark inside base64', (a) => [['parameters', base64(`\ufeff${json(a)}`)]], {}],
  [
    'url-safe base64 without padding',
    (a) => [['parameters', Buffer.from(json(a)).toString('base64url')]],
    {},
  ],
  ['base64 in lines', (a) => [['parameters', base64(xml(a)).replace(/.{1,20}/g, '$&\r\n')]], {}],
  ['blanks round JSON', (a) => [['parameters', ` \r\n${json(a)}\t`]], {}],
  ['numbers in JSON', (a) => [['parameters', `{"ID":${service},"IMEI":${a}}`]], {}],
  ['nulls and empty texts in JSON', (a) => inJson({ IMEI: a, QNT: null, PIN: '', CUSTOMFIELD: null }), {}],
  [
    'names in other cases and with blanks',
    (a) => [['parameters', `{" Id ":"${service}","imei":"${a}"}`]],
    {},
  ],
  [
    'an IMEI with dashes and blanks',
    (a) => inJson({ IMEI: `${a.slice(0, 8)}-${a.slice(8, 14)} ${a.slice(14)}` }),
    {},
  ],
  ['CUSTOMFIELD as JSON inside JSON', (a) => inJson({ CUSTOMFIELD: { IMEI: a } }), {}],
  ['a CUSTOMFIELD that says null', (a) => inJson({ IMEI: a, CUSTOMFIELD: 'bnVsbA==' }), {}],
  ['CUSTOMFIELD as plain JSON', (a) => inJson({ CUSTOMFIELD: `{"IMEI":"${a}"}` }), {}],
  [
    'text of other scripts',
    (a) => inJson({ IMEI: a, REFERENCE: 'заказ № 7 😀' }),
    { reference: 'заказ № 7 😀' },
  ],
  [
    'an action with blanks round it',
    (a) => [
      ['action', ''],
      ['action', ' PLACEORDER\r\n'],
      ['parameters', json(a)],
    ],
    {},
  ],
  [
    'fields twice, the first of them blank',
    (a) => [
      ['ID', ' '],
      ['ID', service],
      ['IMEI', a],
      ['IMEI', '1'],
    ],
    {},
  ],
  [
    'parameters twice, the first of them a line end',
    (a) => [
      ['parameters', '\n'],
      ['PARAMETERS', json(a)],
    ],
    {},
  ],
  [
    'what is inside parameters before what is beside them',
    (a) => [
      ['IMEI', '1'],
      ['ID', 'nothing'],
      ['parameters', json(a)],
      ['REFERENCE', 'beside'],
    ],
    { reference: 'beside' },
  ],
]

describe('a request', () => {
  it.each(quirks)('with %s is understood', async (_words, fields, expected) => {
    for (const encode of Object.values(encodings)) {
      const a = next()
      const orders = await placed(ONE, (shop) => {
        const own = fields(a)
        const action: Pairs = own.some(([name]) => name === 'action') ? [] : [['action', ONE]]
        return encode([...login(shop), ...action, ...own])
      })
      expect(orders).toEqual([{ imei: a, reference: null, quantity: 1, ...expected }])
    }
  })

  const urlencodedBody = (shop: Shop, a: string): string =>
    String(urlencoded([...login(shop), ['action', ONE], ['parameters', json(a)]]).body)
  const jsonBody = (shop: Shop, fields: Record<string, unknown>): string =>
    JSON.stringify({ ...Object.fromEntries(login(shop)), action: ONE, ...fields })
  const kit = (shop: Shop, a: string) => multipart([...login(shop), ['action', ONE], ['parameters', xml(a)]])

  const shapes: [words: string, make: (shop: Shop, a: string) => RawRequest][] = [
    ['no content type', (shop, a) => ({ body: urlencodedBody(shop, a) })],
    ...['text/plain', 'APPLICATION/X-WWW-FORM-URLENCODED; Charset=UTF-8', 'application/json', 'x', ''].map(
      (type): [string, (shop: Shop, a: string) => RawRequest] => [
        `the content type "${type}"`,
        (shop, a) => ({ body: urlencodedBody(shop, a), headers: { 'content-type': type } }),
      ],
    ),
    ['a byte order mark before its body', (shop, a) => ({ body: `\ufeff${urlencodedBody(shop, a)}` })],
    ['a line end behind its body', (shop, a) => ({ body: `${urlencodedBody(shop, a)}\r\n` })],
    ['empty pairs', (shop, a) => ({ body: `&&=&x&${urlencodedBody(shop, a)}&=y&` })],
    ['a wrong percent escape', (shop, a) => ({ body: `discount=100%&${urlencodedBody(shop, a)}&%zz=%` })],
    ['a JSON body', (shop, a) => ({ body: jsonBody(shop, { ID: Number(service), IMEI: a }) })],
    [
      'a JSON body with parameters',
      (shop, a) => ({ body: jsonBody(shop, { parameters: { ID: service, IMEI: a } }) }),
    ],
    [
      'a JSON body with parameters as text',
      (shop, a) => ({ body: ` ${jsonBody(shop, { parameters: json(a) })}` }),
    ],
    ['a body in chunks', (shop, a) => ({ ...kit(shop, a), chunked: true })],
    [
      'Expect: 100-continue',
      (shop, a) => ({ ...kit(shop, a), headers: { ...kit(shop, a).headers, expect: '100-continue' } }),
    ],
    [
      'a multipart body whose boundary is not announced',
      (shop, a) => ({ ...kit(shop, a), headers: { 'content-type': 'multipart/form-data' } }),
    ],
    [
      'a multipart body whose end is missing',
      (shop, a) => ({ ...kit(shop, a), body: String(kit(shop, a).body).replace(/--\r\n$/, '\r\n') }),
    ],
    [
      'a part that is a file with a type',
      (shop, a) => ({
        ...kit(shop, a),
        body: String(kit(shop, a).body).replace(
          'name="parameters"\r\n',
          'name="parameters"; filename="p.xml"\r\nContent-Type: text/xml\r\n',
        ),
      }),
    ],
  ]
  it.each(shapes)('with %s is understood', async (_words, make) => {
    const a = next()
    expect(await placed(ONE, (shop) => make(shop, a))).toMatchObject([{ imei: a }])
  })

  it('in the base64 of which a form took the plus for a blank is understood', async () => {
    const a = next()
    const plus = base64WithPlus(a)
    const text = plus.text.replace(/[^+]/g, (character) => encodeURIComponent(character))
    const orders = await placed(ONE, (shop) => ({
      ...urlencoded([]),
      body: `${urlencoded([...login(shop), ['action', ONE]]).body}&parameters=${text}`,
    }))
    expect(text).toContain('+')
    expect(orders).toEqual([{ imei: a, reference: plus.reference, quantity: 1 }])
  })

  it.each(['QNT', 'quantity', 'Qty'])('for a server service has its quantity in %s', async (name) => {
    for (const quantity of [3, '3']) {
      const parameters = JSON.stringify({ ID: tool, [name]: quantity })
      const orders = await placed(ONE, (shop) =>
        urlencoded([...login(shop), ['action', 'placeserverorder'], ['parameters', parameters]]),
      )
      expect(orders).toEqual([{ imei: '', reference: null, quantity: 3 }])
    }
  })

  it('of the kit that needs no parameters has one line end in them', async () => {
    const shop = await server.shop()
    const fields: Pairs = [...login(shop), ['action', 'accountinfo'], ['parameters', '\n']]
    expect((await ask(server, multipart(fields))).SUCCESS[0].AccountInfo.username).toBe(shop.username)
  })

  it.each(['1.0', '1.1'])('in HTTP/%s over a plain socket is answered', async (version) => {
    const shop = await server.shop()
    const body = String(urlencoded([...login(shop), ['action', 'accountinfo']]).body)
    const head = [
      `POST //api/dhru/ HTTP/${version}`,
      'Host: x',
      'Connection: close',
      `Content-Type: ${URLENCODED}`,
      `Content-Length: ${body.length}`,
    ]
    const heard = await talk(server.url, `${head.join('\r\n')}\r\n\r\n${body}`)
    expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(JSON.parse(heard.split('\r\n\r\n')[1] as string).SUCCESS).toHaveLength(1)
  })
})
