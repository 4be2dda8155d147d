import { describe, expect, it } from 'vitest'
import { orThrow, type Result } from '../../../src/lib/fault.ts'
import type { Form } from '../../../src/protocols/dhru/form.ts'
import { readOrderFields, readOrderIds } from '../../../src/protocols/dhru/order-fields.ts'
import { readParameters } from '../../../src/protocols/dhru/parameters.ts'
import { readForm } from '../../../src/protocols/dhru/read-form.ts'

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64')
const formOf = (body: string): Form =>
  readForm('application/x-www-form-urlencoded', Buffer.from(body)) as Form
/** `unwrap` is a result's value, or the result where it has none. */
const unwrap = <T>(result: Result<T>) => (result.ok ? result.value : result)
const orderOf = (fields: Record<string, string>) => unwrap(readOrderFields(new Map(Object.entries(fields))))
const idsOf = (body: string) => {
  const form = formOf(body)
  return unwrap(readOrderIds(readParameters(form), form))
}

const IMEI = '490154203237518'
const order = {
  service: '1382',
  imei: IMEI,
  device: undefined,
  bare: undefined,
  quantity: undefined,
  reference: undefined,
  extra: new Map([['IMEI', IMEI]]),
}

describe("an order's fields", () => {
  it.each(['Service-Id', 'SERVICE ID', 'service.id', 'Tool ID:', 'SERVICE_IMEI'])(
    'name the service in another spelling: %s',
    (name) => {
      expect(orderOf({ [name.toUpperCase()]: '1382', IMEI })).toMatchObject({ service: '1382' })
    },
  )

  it.each(['١٣٨٢', '۱۳۸۲', '１３８２'])('name the service in digits of any script: %s', (ID) => {
    expect(orderOf({ ID, IMEI })).toMatchObject({ service: '1382' })
  })

  it.each(['ID', 'SERVICEID', 'SERVICE'])('name the service as %s', (name) => {
    expect(orderOf({ [name]: '1382', IMEI })).toEqual(order)
  })

  it('name the service by ID first', () => {
    expect(orderOf({ SERVICE: '3', SERVICEID: '2', ID: '1' })).toMatchObject({ service: '1' })
  })

  it.each(['QNT', 'QUANTITY', 'QTY'])('name the quantity as %s', (name) => {
    expect(orderOf({ ID: '1382', [name]: '5' })).toMatchObject({ quantity: '5', extra: new Map() })
  })

  it('are all kept that a service may ask for', () => {
    const names = [
      'MODELID',
      'PROVIDERID',
      'MEP',
      'PIN',
      'KBH',
      'PRD',
      'TYPE',
      'REFERENCE',
      'LOCKS',
      'SN',
      'SECRO',
    ]
    const extra = Object.fromEntries([...names, 'NETWORK'].map((name) => [name, `of ${name}`]))
    expect(orderOf({ ID: '1382', IMEI, ...extra })).toEqual({
      ...order,
      reference: 'of REFERENCE',
      extra: new Map(Object.entries({ IMEI, ...extra })),
    })
  })

  it.each([
    ['base64 of JSON', base64({ IMEI })],
    ['JSON', JSON.stringify({ imei: Number(IMEI) })],
  ])('give the IMEI that stands in a CUSTOMFIELD of %s just as if it had come flat', (_words, text) => {
    expect(orderOf({ ID: '1382', CUSTOMFIELD: text })).toEqual(orderOf({ ID: '1382', IMEI }))
  })

  it("make the kit's block of only ID and CUSTOMFIELD the same order as its flat repetition", () => {
    const custom = base64({ IMEI, REFERENCE: 'r-1', QNT: '2' })
    const block = formOf(
      `parameters=${encodeURIComponent(`<PARAMETERS><ID>7</ID><CUSTOMFIELD>${custom}</CUSTOMFIELD></PARAMETERS>`)}`,
    )
    const flat = formOf(`ID=7&IMEI=${IMEI}&REFERENCE=r-1&QNT=2`)
    const [first, second] = [block, flat].map((form) => {
      const parameters = orThrow(readParameters(form))
      return parameters.kind === 'one' && orThrow(readOrderFields(parameters.fields))
    })
    expect(first).toMatchObject({ service: '7', imei: IMEI, quantity: '2', reference: 'r-1' })
    expect(first).toEqual(second)
  })

  it.each(['IMEI No.', 'imei_number', 'IMEI1', 'IMEI-SN', 'Device-IMEI:'])(
    'take %s for the device',
    (name) => {
      expect(orderOf({ ID: '1', [name.toUpperCase()]: IMEI })).toMatchObject({
        imei: undefined,
        device: IMEI,
      })
    },
  )

  it.each(['Phone IMEI', 'SN', 'serial', 'Serial Number', 'SERIALNO', 'S/N', 'serial-number', 'Serial No.:'])(
    'take %s of CUSTOMFIELD for the device where there is no IMEI',
    (name) => {
      expect(orderOf({ ID: '1', CUSTOMFIELD: base64({ Colour: 'red', [name]: 'C39' }) })).toMatchObject({
        imei: undefined,
        device: 'C39',
      })
    },
  )

  it('take IMEI before all else, flat before custom', () => {
    const custom = { SN: 'C39', 'Second IMEI': '2', IMEI: '1' }
    expect(orderOf({ ID: '1', CUSTOMFIELD: base64(custom) })).toMatchObject({ imei: '1' })
    expect(orderOf({ ID: '1', IMEI, CUSTOMFIELD: base64(custom) })).toMatchObject({ imei: IMEI })
  })

  it("have CUSTOMFIELD's entries among the others, even one called ID, which is not the service", () => {
    const custom = base64({ ID: 'apple@example.com', 'Model Name': 'X', NETWORK: 'custom' })
    expect(orderOf({ ID: '1382', IMEI, NETWORK: 'flat', CUSTOMFIELD: custom })).toEqual({
      ...order,
      extra: new Map([
        ['IMEI', IMEI],
        ['NETWORK', 'flat'],
        ['ID', 'apple@example.com'],
        ['MODEL NAME', 'X'],
      ]),
    })
  })

  it('do not take the service for the device, whatever its name ends in', () => {
    expect(orderOf({ SERVICEIMEI: '1382', SN: 'C39' })).toMatchObject({ service: '1382', device: 'C39' })
    expect(orderOf({ SERVICEIMEI: '1382' })).toMatchObject({ service: '1382', device: undefined })
  })

  it.each(['CUSTOMFIELD', 'CustomFields', 'custom_field', 'CUSTOM'])(
    'of one order may be an object alone: %s',
    (name) => {
      const body = `ID=7&parameters=${encodeURIComponent(JSON.stringify({ [name]: { IMEI } }))}`
      const parameters = orThrow(readParameters(formOf(body)))
      expect(parameters).toMatchObject({ kind: 'one' })
      expect(parameters.kind === 'one' && orThrow(readOrderFields(parameters.fields))).toMatchObject({
        service: '7',
        imei: IMEI,
      })
    },
  )

  it('leave out a CUSTOMFIELD of null, and refuse one that cannot be read', () => {
    expect(orderOf({ ID: '1382', IMEI, CUSTOMFIELD: 'bnVsbA==' })).toEqual(order)
    expect(orderOf({ ID: '1382', IMEI, CUSTOMFIELD: '{"a"' })).toMatchObject({
      faults: [{ message: expect.stringContaining('CUSTOMFIELD') }],
    })
  })

  it('are undefined where nothing was sent', () => {
    expect(orderOf({ MEP: '1' })).toMatchObject({ service: undefined, imei: undefined, quantity: undefined })
  })
})

describe('the orders that a status request names', () => {
  it.each([
    ['the field orderid', 'orderid=321', ['321']],
    ['ORDERID in capitals', 'ORDERID=321', ['321']],
    ['referenceid', 'ReferenceId=321', ['321']],
    ['a flat id', 'ID=321', ['321']],
    ['orderid before referenceid before id', 'id=1&referenceid=2&orderid=3', ['3']],
    ['referenceid before id', 'id=1&referenceid=2', ['2']],
    ["ID in the kit's XML", 'parameters=<PARAMETERS><ID>321</ID></PARAMETERS>', ['321']],
    ['ID in base64', `parameters=${base64({ ID: 321 })}`, ['321']],
    ['ORDERID in JSON', 'parameters={"OrderId":"321"}', ['321']],
    ['a list with commas', 'orderid=1,2,+3', ['1', '2', '3']],
    ['a list with semicolons, blanks and lines', 'orderid=1;2+3%0D%0A4', ['1', '2', '3', '4']],
    ['a JSON array in orderid', 'orderid=["1",2]', ['1', '2']],
    ['a list inside parameters', 'parameters={"ID":"1,2"}', ['1', '2']],
    ['an array inside parameters', 'parameters={"ORDERID":[1,"2"]}', ['1', '2']],
    ['parameters that are an array of ids', 'parameters=["1",2]', ['1', '2']],
    ['base64 of an array of ids', `parameters=${base64(['1', '2'])}`, ['1', '2']],
    ['rows', 'parameters={"77":{"ID":"1"},"78":{"ORDERID":"2"}}', ['1', '2']],
    ['rows without an id, which stay rows', 'parameters=[{"ID":"1"},{},null]', ['1', '', '']],
    ['bare ids for parameters', 'parameters=1,2', ['1', '2']],
    ['one bare id for parameters', 'parameters=321', ['321']],
    ['a quoted id for parameters', 'parameters="321"', ['321']],
    ['orderid beside parameters that cannot be read', 'parameters={&orderid=321', ['321']],
    ['nothing', '', []],
    ['nothing but separators', 'orderid=,+;', []],
    ['fields in brackets', 'orderid[]=1&orderid[]=2', ['1', '2']],
    ['fields in brackets with numbers', 'orderid%5B0%5D=1&orderid%5B1%5D=2', ['1', '2']],
    ['fields in brackets called ID', 'ID[]=1&ID[]=2', ['1', '2']],
    ['parameters in brackets', 'parameters[]=1&parameters[]=2', ['1', '2']],
    ['parameters in brackets with numbers', 'parameters[0]=1&parameters[1]=2', ['1', '2']],
    ['parameters in brackets twice', 'parameters[ID][]=1&parameters[ID][]=2', ['1', '2']],
    ['ids under row ids', 'parameters={"77":"1","78":2}', ['1', '2']],
    ['base64 of ids under row ids', `parameters=${base64({ 77: 1, 78: 2 })}`, ['1', '2']],
    ['orderids', 'orderids=1,2', ['1', '2']],
    ['a list called ORDERIDS', 'parameters={"ORDERIDS":["1","2"]}', ['1', '2']],
    ['a list with bars', 'orderid=1|2', ['1', '2']],
    ['a list with Arabic commas, in Persian digits', `orderid=${encodeURIComponent('۱، ۲')}`, ['1', '2']],
    ['rows in Arabic digits', `parameters=${encodeURIComponent('[{"ID":"١"}]')}`, ['1']],
    ['an id between marks', `ID=${encodeURIComponent('\u200e321\u202c')}`, ['321']],
    ['blocks of XML', 'parameters=<P><R><ID>1</ID></R><R><ID>2</ID></R></P>', ['1', '2']],
  ])('are read from %s', (_words, body, ids) => {
    expect(idsOf(body)).toEqual(ids)
  })

  it('may be thousands, and are read no further than the most that an operator can allow', () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => String(i))
    expect(idsOf(`orderid=${ids.slice(0, 2000).join(',')}`)).toEqual(ids.slice(0, 2000))
    expect((idsOf(`orderid=${ids.join(',')}`) as string[]).length).toBeLessThan(2010)
  })

  it('are malformed when parameters cannot be read and nothing else names one', () => {
    expect(idsOf('parameters={')).toMatchObject({ faults: [{ message: 'the JSON cannot be read' }] })
  })
})
