import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DhruClient, sendTo } from '../../src/client/index.ts'
import { placedAs, refusedWith, rowsOf, statusOf, TestPanel } from '../integrations/suppliers/dhru-panel.ts'

let panel: TestPanel
let client: DhruClient

beforeAll(async () => {
  panel = await new TestPanel().start()
})
afterAll(() => panel.stop())
beforeEach(() => {
  panel.answers = {}
  panel.headers = {}
  panel.status = 200
  const settings = {
    username: 'shop',
    apiaccesskey: 'KEY',
    encoding: 'multipart',
    one: 'xml',
    many: 'json',
  } as const
  client = new DhruClient(settings, sendTo(`${panel.url}/api/index.php`))
})

describe('the client by itself', () => {
  it('orders, asks, and reads its account', async () => {
    panel.answers = {
      placeimeiorder: placedAs(7),
      getimeiorder: statusOf(4, { CODE: 'Clean' }),
      accountinfo: { SUCCESS: [{ AccoutInfo: { credit: '$5', currency: 'EUR', username: 'us', mail: '' } }] },
    }
    const order = { fields: { ID: '1', IMEI: '490154203237518' }, idempotencyKey: 'cart-7' }
    expect(await client.place('placeimeiorder', order)).toEqual({
      answer: { kind: 'placed', reference: '7' },
      honoursKeys: false,
    })
    expect(panel.last()).toMatchObject({ username: 'shop', secret: 'KEY', key: 'cart-7' })
    expect((await client.status('getimeiorder', '7')).answer).toMatchObject({ state: 'done', text: 'Clean' })
    expect((await client.account()).answer).toMatchObject({ credit: '5', currency: 'EUR', mail: null })
  })

  it('orders and asks about many, and leaves out what was not mentioned', async () => {
    panel.answers = {
      placeimeiorderbulk: { 77: placedAs(7), 78: refusedWith('Invalid IMEI') },
      getimeiorderbulk: { 77: statusOf(1) },
    }
    const fields = { ID: '1', IMEI: '490154203237518' }
    const orders = new Map(['77', '78', '79'].map((key) => [key, fields]))
    const { answer } = await client.placeMany('placeimeiorderbulk', orders)
    expect(answer).toEqual({
      kind: 'rows',
      rows: new Map<string, unknown>([
        ['77', { kind: 'placed', reference: '7' }],
        [
          '78',
          {
            kind: 'refused',
            refusal: {
              message: 'Invalid IMEI',
              meaning: 'refused',
              reference: null,
              isCoded: false,
              text: '\nInvalid IMEI',
            },
          },
        ],
      ]),
    })
    expect([...rowsOf(panel.last()).keys()]).toEqual(['77', '78', '79'])
    const asked = await client.statusMany('getimeiorderbulk', new Map([['77', '7']]))
    expect(asked.answer).toMatchObject({
      kind: 'rows',
      rows: new Map([['77', expect.objectContaining({ state: 'open' })]]),
    })
  })

  it('follows no redirect, and takes the answer that a redirect carries', async () => {
    panel.status = 308
    panel.headers = { location: '/api/dhru', 'x-imeigate': '1' }
    panel.answers = { placeimeiorder: placedAs(7) }
    panel.heard.length = 0
    expect(await client.place('placeimeiorder', { fields: { ID: '1' } })).toEqual({
      answer: { kind: 'placed', reference: '7' },
      honoursKeys: true,
    })
    expect(panel.heard).toHaveLength(1)
  })

  it('does not know what kind of server it was that said nothing', async () => {
    panel.answers = { '*': '<html>' }
    expect(await client.account()).toMatchObject({ answer: { kind: 'unreadable' }, honoursKeys: null })
  })
})
