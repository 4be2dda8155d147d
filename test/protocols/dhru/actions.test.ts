import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPriceGroup } from '../../../src/accounts/accounts.ts'
import { actions } from '../../../src/protocols/dhru/actions/index.ts'
import {
  askBoth,
  exchange,
  type Format,
  login,
  multipart,
  type Pairs,
  readDhru,
  urlencoded,
} from '../../support/dhru.ts'
import { type DhruJson, imei, type Shop, type TestServer, testServer } from '../../support/server.ts'
import { parseXml, type XmlElement } from '../../support/xml.ts'

let server: TestServer
let shop: Shop
let checks: string
let credits: string
let serial: string
let n = 0
const next = (tac?: string): string => imei(++n, tac)

beforeAll(async () => {
  server = await testServer()
  checks = await server.service({
    code: 'clean-check',
    name: 'Clean <check> & "more"',
    group: "Dr. O'Brien & <sons>",
    description: '<b>Bold</b>\ttab\r\nline',
    deliveryTime: '1-5 Minutes',
    price: '0.77',
    fields: [
      { name: 'NETWORK', label: 'Network', type: 'dropdown', options: ['A & B', 'C'], required: false },
      { name: 'MODEL', label: 'Model <as printed>', required: false },
    ],
  })
  serial = await server.service({ kind: 'serial', group: 'Mixed', fields: [{ name: 'PIN', required: true }] })
  credits = await server.service({
    kind: 'server',
    group: 'Mixed',
    minQuantity: 2,
    maxQuantity: 50,
    price: '1250',
  })
  await server.service({
    kind: 'server',
    group: 'Server only',
    minQuantity: 1,
    maxQuantity: 1,
    fields: [{ name: 'EMAIL', required: true }],
  })
  shop = await server.shop({ deposit: '100000' })
})
afterAll(() => server?.stop())

const answer = (fields: Record<string, string>, of = shop): Promise<DhruJson> => askBoth(server, of, fields)
const place = async (fields: Record<string, string>, of = shop): Promise<string> =>
  (await server.place(of, fields)).SUCCESS[0].REFERENCEID
const refusedAs = (words: string, code: string, detail: string) => [
  { MESSAGE: `${words}: ${detail}`, FULL_DESCRIPTION: `${code}: ${detail}` },
]

/** `names` lists every name of an action, and the contract's own name for what it does. */
const names: [name: string, same: string, fields: () => Promise<Record<string, string>>][] = []
const nothing = async () => ({})
const anOrder = async () => ({ parameters: JSON.stringify({ ID: checks, IMEI: next() }) })
const twoOrders = async () => ({
  parameters: JSON.stringify([
    { ID: checks, IMEI: next() },
    { ID: checks, IMEI: '12' },
  ]),
})
const anId = async () => {
  const orderid = await place({ ID: checks, IMEI: next() })
  await server.ended(shop, orderid)
  return { orderid }
}
const rows = async () => ({ parameters: JSON.stringify({ 77: { ID: '1' }, 78: { ID: '2' } }) })
for (const [same, others, fields] of [
  ['accountinfo', [], nothing],
  ['imeiservicelist', ['servicelist', 'getservices'], nothing],
  ['serverservicelist', [], nothing],
  ['getimeiservicedetails', [], async () => ({ ID: 'Clean-Check' })],
  ['placeimeiorder', ['placeorder', 'placeserverorder'], anOrder],
  ['placeimeiorderbulk', ['placeorderbulk'], twoOrders],
  ['placebulkorder', [], twoOrders],
  ['orderstatus', ['getimeiorder', 'getserverorder', 'getorder', 'checkorderstatus'], anId],
  ['orderstatusbulk', [], rows],
  ['getimeiorderbulk', ['getserverorderbulk'], rows],
  ['modellist', ['providerlist', 'meplist'], nothing],
] as [string, string[], () => Promise<Record<string, string>>][]) {
  for (const name of [same, ...others]) names.push([name, same, fields])
}

describe('the action', () => {
  it.each(names)(
    '%s, in any case and with blanks round it, does the same as %s',
    async (name, same, fields) => {
      const sent = await fields()
      const expected = await answer({ ...sent, action: same })
      for (const spelt of [
        name,
        name.toUpperCase(),
        name.replace(/^.|order|bulk/g, (part) => part.toUpperCase()),
        ` ${name}\r\n`,
      ]) {
        expect(await answer({ ...sent, action: spelt })).toEqual(expected)
      }
    },
  )

  it('is in the documentation, under each of its names, and no other is', () => {
    const text = readFileSync(new URL('../../../docs/dhru.md', import.meta.url), 'utf8')
    const table = text.slice(text.indexOf('## Actions'), text.indexOf('Any other action'))
    const documented = [...table.matchAll(/`([a-z]+)`/g)].map(([, name]) => name)
    expect(documented.sort()).toEqual([...actions.keys()].sort())
    expect(names.map(([name]) => name).sort()).toEqual([...actions.keys()].sort())
  })

  it.each([
    'serverservicetypelist',
    'fileservicelist',
    'placefileorder',
    'getfileorder',
    'getserverstatus',
    'cancelorder',
    'accountinfo2',
    'account info',
    '__proto__',
    'constructor',
    'tostring',
    "<a b='&'>",
    'заказ',
  ])('%s is not offered, and said to be so', async (action) => {
    expect(await answer({ action, parameters: '@@@' })).toEqual({
      ERROR: refusedAs('Unsupported action', 'unsupported_action', action),
      apiversion: '8.2',
    })
  })

  it.each(['modellist', 'providerlist', 'meplist'])('%s gives an empty list', async (action) => {
    expect(await answer({ action })).toEqual({
      SUCCESS: [{ MESSAGE: 'Empty List', LIST: {} }],
      apiversion: '8.2',
    })
  })
})

describe('the format', () => {
  const formats: [sent: string, format: Format][] = [
    ['XML', 'XML'],
    ['xml', 'XML'],
    [' Xml\r\n', 'XML'],
    ['JSON', 'JSON'],
    ['', 'JSON'],
    ['text/xml', 'JSON'],
    ['XML2', 'JSON'],
  ]
  it.each(formats)('asked for as %j is %s, for an error as for an answer', async (sent, format) => {
    for (const [user, secret] of [login(shop), login({ ...shop, secret: 'wrong' })]) {
      for (const name of ['requestformat', 'RequestFormat']) {
        const fields = [user, secret, [name, sent], ['action', 'accountinfo']] as Pairs
        for (const encode of [urlencoded, multipart]) {
          expect(readDhru(await exchange(server.url, encode(fields))).format).toBe(format)
        }
      }
    }
  })
})

describe('accountinfo', () => {
  it('says both spellings of both names, with separators in credit only', async () => {
    const rich = await server.shop({ deposit: '1234567.89' })
    const info = {
      credit: '$1,234,567.89',
      creditraw: '1234567.89',
      mail: `${rich.username}@example.com`,
      currency: 'USD',
      username: rich.username,
    }
    expect(await answer({ action: 'accountinfo' }, rich)).toEqual({
      SUCCESS: [
        { message: 'Your Account Info', MESSAGE: 'Your Account Info', AccoutInfo: info, AccountInfo: info },
      ],
      apiversion: '8.2',
    })
  })

  it('says what can be spent now', async () => {
    const own = await server.shop({ deposit: '2', currency: 'EUR' })
    const id = await server.service({ price: '0.5', currency: 'EUR' })
    await place({ ID: id, IMEI: next('00100105') }, own)
    const { credit, creditraw, currency } = (await answer({ action: 'accountinfo' }, own)).SUCCESS[0]
      .AccountInfo
    expect({ credit, creditraw, currency }).toEqual({ credit: '€1.50', creditraw: '1.50', currency: 'EUR' })
  })
})

const none = Object.fromEntries(
  [
    'Network',
    'Mobile',
    'Provider',
    'PIN',
    'KBH',
    'MEP',
    'PRD',
    'Type',
    'Locks',
    'Reference',
    'SN',
    'SecRO',
  ].map((name) => [`Requires.${name}`, 'None']),
)
const imeiField = {
  allow: '0',
  bulk: '1',
  customname: '',
  custominfo: '',
  customlen: '15',
  maxlength: '15',
  regex: '',
  isalpha: '0',
}
const theCheck = () => ({
  SERVICEID: checks,
  SERVICETYPE: 'IMEI',
  SERVER: '0',
  QNT: 0,
  MINQNT: 1,
  MAXQNT: 1,
  CUSTOM: imeiField,
  SERVICENAME: 'Clean <check> & "more"',
  CREDIT: '0.77',
  TIME: '1-5 Minutes',
  INFO: '<b>Bold</b>\ttab\r\nline',
  ...none,
  'Requires.Custom': [
    {
      type: 'serviceimei',
      fieldname: 'MODEL',
      fieldtype: 'text',
      description: 'Model <as printed>',
      required: '',
      fieldoptions: '',
      regexpr: '',
    },
  ],
})

describe('the service lists', () => {
  it('have groups by name and services by id, as objects, with every name that clients read', async () => {
    const says = await answer({ action: 'imeiservicelist' })
    const [{ MESSAGE, LIST }] = says.SUCCESS
    expect(Object.keys(says)).toEqual(['SUCCESS', 'apiversion'])
    expect(MESSAGE).toBe('IMEI Service List')
    const group = "Dr. O'Brien & <sons>"
    expect(LIST[group]).toEqual({ GROUPNAME: group, GROUPTYPE: 'IMEI', SERVICES: { [checks]: theCheck() } })
    expect(LIST['Mixed']).toMatchObject({ GROUPNAME: 'Mixed', GROUPTYPE: 'IMEI' })
    expect(LIST['Mixed'].SERVICES[serial]).toMatchObject({
      SERVICETYPE: 'IMEI',
      SERVER: '0',
      QNT: 0,
      CUSTOM: { allow: '1', customname: 'Serial Number', customlen: '0', maxlength: '64', isalpha: '1' },
      'Requires.PIN': 'Required',
    })
    expect(LIST['Mixed'].SERVICES[serial]).not.toHaveProperty(['Requires.Custom'])
    expect(LIST['Mixed (SERVER)']).toMatchObject({
      GROUPTYPE: 'SERVER',
      SERVICES: {
        [credits]: { SERVICETYPE: 'SERVER', SERVER: '1', QNT: 1, MINQNT: 2, MAXQNT: 50, CREDIT: '1250.00' },
      },
    })
    for (const { SERVICES } of Object.values<DhruJson>(LIST)) {
      for (const one of Object.values<DhruJson>(SERVICES)) {
        expect(Object.keys(one).filter((name) => name !== 'Requires.Custom')).toEqual(
          Object.keys(theCheck()).filter((name) => name !== 'Requires.Custom'),
        )
      }
    }
  })

  it('of server services have these only', async () => {
    const [{ LIST }] = (await answer({ action: 'serverservicelist' })).SUCCESS
    expect(Object.keys(LIST).sort()).toEqual(['Mixed', 'Server only'])
    expect(Object.keys(LIST['Mixed'].SERVICES)).toEqual([credits])
  })

  it('are empty objects where there is nothing to buy', async () => {
    const poor = await server.shop({ currency: 'JPY' })
    for (const action of ['imeiservicelist', 'serverservicelist']) {
      expect(await answer({ action }, poor)).toEqual({
        SUCCESS: [{ MESSAGE: 'IMEI Service List', LIST: {} }],
        apiversion: '8.2',
      })
    }
  })

  it('have one service alone by id or code', async () => {
    for (const ID of [checks, 'clean-check', 'CLEAN-CHECK']) {
      const row = JSON.stringify([{ ID }])
      expect(await answer({ action: 'getimeiservicedetails', parameters: row })).toHaveProperty('SUCCESS')
      expect(await answer({ action: 'getimeiservicedetails', parameters: JSON.stringify({ ID }) })).toEqual({
        SUCCESS: [{ MESSAGE: 'IMEI Service Details', LIST: theCheck() }],
        apiversion: '8.2',
      })
    }
  })

  it('hide what the account may not buy, from the list as from details and orders', async () => {
    await createPriceGroup(server.sql, 'insiders')
    const id = await server.service({ visibleTo: ['insiders'] })
    const insider = await server.shop({ group: 'insiders' })
    for (const [of, sees] of [
      [insider, true],
      [shop, false],
    ] as const) {
      const list = await answer({ action: 'imeiservicelist' }, of)
      expect(JSON.stringify(list).includes(`"SERVICEID":"${id}"`)).toBe(sees)
      expect('SUCCESS' in (await answer({ action: 'getimeiservicedetails', ID: id }, of))).toBe(sees)
      expect('SUCCESS' in (await answer({ action: 'placeimeiorder', ID: id, IMEI: next() }, of))).toBe(sees)
    }
  })

  it('are gzipped for clients that take it, in JSON', async () => {
    const list = async (format: Format, accepted: string) => {
      const request = urlencoded([...login(shop, format), ['action', 'imeiservicelist']])
      return exchange(server.url, {
        ...request,
        headers: { ...request.headers, 'accept-encoding': accepted },
      })
    }
    const plain = await list('JSON', 'identity')
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(plain.headers['vary']).toBe('accept-encoding')
    const zipped = await list('JSON', 'deflate, gzip;q=0.5')
    expect(zipped.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(zipped.bytes)).toEqual(plain.bytes)
    expect(await list('JSON', 'gzip;q=0')).toMatchObject({ bytes: plain.bytes })
    expect((await list('XML', 'gzip')).headers['content-encoding']).toBeUndefined()
  })

  it('in XML have ids and names of groups as attributes, never as elements', async () => {
    const requests = [
      { action: 'imeiservicelist' },
      {
        action: 'placeimeiorderbulk',
        parameters: JSON.stringify({ '1 <&>': { ID: checks, IMEI: '12' }, 77: {}, ['__proto__']: {} }),
      },
      { action: 'placebulkorder', parameters: JSON.stringify({ '1 <&>': { ID: checks, IMEI: '12' } }) },
      { action: 'getimeiorderbulk', parameters: JSON.stringify({ '"\'': { ID: '1' }, 77: { ID: '2' } }) },
    ]
    const found: string[] = []
    const visit = ({ name, id, children }: XmlElement): void => {
      found.push(name)
      expect(id !== undefined).toBe(
        ['GROUP', 'SERVICE', 'ROW'].includes(name) && (name !== 'ROW' || children.length > 0),
      )
      children.forEach(visit)
    }
    for (const fields of requests) {
      await answer(fields)
      const reply = await exchange(server.url, urlencoded([...login(shop, 'XML'), ...Object.entries(fields)]))
      visit(parseXml(reply.bytes.toString()))
    }
    expect(found.filter((name) => !/^[A-Za-z_.]+$/.test(name))).toEqual([])
  })
})
