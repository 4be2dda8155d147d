import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Supplier, SupplierOutcome, SupplierTask } from '../../../src/integrations/suppliers/supplier.ts'
import { placedAs, refusedWith, statusOf, supplierAt, TestPanel, workOf } from './dhru-panel.ts'

let panel: TestPanel
let supplier: Supplier
const { signal } = new AbortController()

beforeAll(async () => {
  panel = await new TestPanel().start()
})
afterAll(() => panel.stop())
beforeEach(() => {
  panel.heard.length = 0
  panel.answers = {}
  panel.headers = {}
  panel.status = 200
  supplier = supplierAt(panel.url)
})
afterEach(() => supplier.close?.())

const send = async (work: SupplierTask = workOf()): Promise<SupplierOutcome> =>
  (await supplier.send([work], signal))[0] as SupplierOutcome
const ask = async (work: SupplierTask): Promise<SupplierOutcome> =>
  (await supplier.ask([work], signal))[0] as SupplierOutcome
/** `hear` lets the adapter hear that this is a plain panel. */
const hear = async (): Promise<void> => {
  const { answers } = panel
  panel.answers = { accountinfo: { SUCCESS: [{ AccoutInfo: { credit: '1' } }] } }
  await supplier.account?.(signal)
  panel.answers = answers
  panel.heard.length = 0
}
const unknown = (askable: boolean) => ({ kind: 'unknown', reason: expect.any(String), askable })
const lose = (_heard: unknown, response: { destroy(): void }): void => {
  response.destroy()
}

describe('an order', () => {
  it("is sent as the vendor's kit sends it, with the key that another imeigate honours", async () => {
    panel.answers = { placeimeiorder: placedAs('321') }
    const work = workOf({ attemptKey: '1001-1-1' })
    expect(await send(work)).toEqual({ kind: 'accepted', reference: '321' })
    const { path, headers, body, username, secret, key } = panel.last()
    expect(path).toBe('/api/index.php')
    expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(body).toContain('<PARAMETERS><ID>77</ID><IMEI>490154203237518</IMEI></PARAMETERS>\n')
    expect({ username, secret, key }).toEqual({
      username: 'shop',
      secret: 'SECRET-KEY',
      key: 'imeigate-test#1001-1-1',
    })
  })

  it('has its fields under their own names or in CUSTOMFIELD, and a quantity where there is one', async () => {
    panel.answers = { placeserverorder: placedAs(5) }
    supplier = supplierAt(panel.url, {
      place_action: 'placeserverorder',
      encoding: 'urlencoded',
      parameters_one: 'json',
      field_names: { EMAIL: 'Email Address', PIN: 'Pin' },
    })
    const fields = { NETWORK: 'Alpha', EMAIL: 'a@b.c', ACCOUNT: 'x "y"', PIN: '1234' }
    await send(workOf({ input: '', quantity: 3, fields }))
    const parameters = panel.last().parameters
    const sent = parameters.kind === 'one' ? Object.fromEntries(parameters.fields) : {}
    const custom = JSON.parse(Buffer.from(sent['CUSTOMFIELD'] ?? '', 'base64').toString())
    expect({ ...sent, CUSTOMFIELD: custom }).toEqual({
      ID: '77',
      QNT: '3',
      NETWORK: 'Alpha',
      CUSTOMFIELD: { 'Email Address': 'a@b.c', ACCOUNT: 'x "y"', Pin: '1234' },
    })
  })

  it.each([
    ['654', '654'],
    ['654:SERVER', '654'],
    ['77:REMOTE', '77'],
    ['5:IMEI', '5'],
    ['a:b', 'a:b'],
  ])('of remote service %s asks the panel for %s', async (remoteService, id) => {
    await send(workOf({ remoteService }))
    const { parameters } = panel.last()
    expect(parameters.kind === 'one' && Object.fromEntries(parameters.fields)['ID']).toBe(id)
  })

  // Of two services with one id the panel knows by the action which is meant.
  const own = { server_place_action: 'buytool', server_status_action: 'asktool' }
  const all = { place_action: 'placeorder', status_action: 'orderstatus' }
  const remotes = { remote_place_action: 'rent', remote_status_action: 'askrent' }
  it.each([
    ['654', '490154203237518', {}, 'placeimeiorder', 'getimeiorder'],
    ['654', '', {}, 'placeimeiorder', 'getimeiorder'],
    ['654:IMEI', '490154203237518', {}, 'placeimeiorder', 'getimeiorder'],
    ['654:SERVER', '', {}, 'placeserverorder', 'getserverorder'],
    ['654:REMOTE', '', {}, 'placeremoteorder', 'getremoteorder'],
    ['654:REMOTE', '', own, 'placeremoteorder', 'getremoteorder'],
    ['654:REMOTE', '', remotes, 'rent', 'askrent'],
    ['654:SERVER', '', remotes, 'placeserverorder', 'getserverorder'],
    ['654', '', remotes, 'placeimeiorder', 'getimeiorder'],
    ['654:SERVER', '', all, 'placeserverorder', 'getserverorder'],
    ['654:SERVER', '', own, 'buytool', 'asktool'],
    ['654', '', own, 'buytool', 'asktool'],
    ['654', 'F2LXK1', own, 'placeimeiorder', 'getimeiorder'],
    ['654', '', { server_place_action: 'buytool' }, 'buytool', 'getimeiorder'],
    ['654', '', { ...all, server_status_action: 'asktool' }, 'placeorder', 'asktool'],
    ['654:SERVER', '', { server_status_action: 'asktool' }, 'placeserverorder', 'asktool'],
    ['a:SERVERS', '', {}, 'placeimeiorder', 'getimeiorder'],
  ])(
    'of %s with input %j and %j is placed by %s and asked about by %s',
    async (id, input, settings, place, ask) => {
      supplier = supplierAt(panel.url, settings)
      panel.answers = { [place]: placedAs(5), [ask]: { SUCCESS: [{ STATUS: '4', CODE: 'done' }] } }
      const work = workOf({ remoteService: id, input })
      expect(await send(work)).toMatchObject({ kind: 'accepted', reference: '5' })
      const [asked] = await supplier.ask([{ ...work, reference: '5' }], signal)
      expect(asked).toMatchObject({ kind: 'success' })
      expect(panel.actions()).toEqual([place, ask])
    },
  )

  it.each([
    ['654:SERVER', {}, 'placeserverorder: Invalid Action'],
    ['654:REMOTE', {}, 'placeremoteorder: Invalid Action'],
    ['654', own, 'buytool: Invalid Action'],
  ])(
    'of %s is refused, and no other, by a panel that does not know its action',
    async (id, settings, reason) => {
      supplier = supplierAt(panel.url, settings)
      panel.answers = { placeimeiorder: placedAs(6), '*': refusedWith('Invalid Action') }
      expect(await send(workOf({ remoteService: id, input: '' }))).toEqual({ kind: 'refused', reason })
      expect(await send(workOf({ remoteService: '654' }))).toMatchObject({ kind: 'accepted', reference: '6' })
    },
  )

  it("of a server service with another's id goes alone where others go together", async () => {
    supplier = supplierAt(panel.url, { bulk: 10, bulk_status: 'on' })
    panel.answers = {
      '*': { ERROR: [{ MESSAGE: 'nothing here' }] },
      accountinfo: { SUCCESS: [{ AccoutInfo: { creditraw: '1' } }] },
      placeserverorder: placedAs(9),
      getserverorder: { SUCCESS: [{ STATUS: '4', CODE: 'tool' }] },
      placeimeiorderbulk: ({ parameters }) =>
        Object.fromEntries(
          (parameters.kind === 'many' ? parameters.rows : []).map(({ key }, n) => [key, placedAs(n + 1)]),
        ),
      getimeiorderbulk: ({ parameters }) =>
        Object.fromEntries(
          (parameters.kind === 'many' ? parameters.rows : []).map(({ key }) => [
            key,
            { SUCCESS: [{ STATUS: '4', CODE: 'phone' }] },
          ]),
        ),
    }
    await supplier.account?.(signal)
    const phones = ['490154203237518', '356938035643809'].map((input) =>
      workOf({ remoteService: '654', input }),
    )
    const tool = workOf({ remoteService: '654:SERVER', input: '' })
    const works = [phones[0], tool, phones[1]] as (typeof tool)[]
    const sent = await supplier.send(works, signal)
    expect(sent).toMatchObject([{ reference: '1' }, { reference: '9' }, { reference: '2' }])
    const asked = await supplier.ask(
      works.map((work, n) => ({ ...work, reference: ['1', '9', '2'][n] as string })),
      signal,
    )
    expect(asked).toMatchObject([{ result: 'phone' }, { result: 'tool' }, { result: 'phone' }])
    expect(panel.actions().sort()).toEqual([
      ...['accountinfo', 'getimeiorderbulk', 'getserverorder', 'placeimeiorderbulk', 'placeserverorder'],
    ])
  })

  it.each([
    ['', '/api/index.php'],
    ['/', '/api/index.php'],
    ['/panel/api/index.php', '/panel/api/index.php'],
    ['/api/dhru?x=1', '/api/dhru?x=1'],
    ['/gate.php', '/gate.php'],
  ])('goes to the endpoint that the URL names: %j', async (path, wanted) => {
    supplier = supplierAt(`${panel.url}${path}`)
    await send()
    expect(panel.last().path).toBe(wanted)
  })

  it.each([
    [
      'credit',
      refusedWith('CreditprocessError', 'You have not enough credit'),
      'unavailable',
      { why: 'credit' },
    ],
    ['login', refusedWith('Authentication Failed'), 'unavailable', { why: 'login' }],
    ['busy', refusedWith('Too many requests'), 'unavailable', { why: 'busy' }],
    ['the item', refusedWith('Invalid IMEI'), 'refused', { reason: 'Invalid IMEI' }],
    [
      'a repetition',
      refusedWith('ValidationError123', 'Already pending: order 55'),
      'duplicate',
      { reference: '55' },
    ],
    [
      'an unnamed one',
      refusedWith('ValidationError123', 'Already pending'),
      'duplicate',
      { reference: null },
    ],
    ['something that broke', refusedWith('Internal Server Error'), 'unknown', { askable: false }],
  ])('that is refused because of %s is so', async (_words, answer, kind, more) => {
    panel.answers = { '*': answer }
    const outcome = await send()
    expect(outcome).toMatchObject({ kind, ...more })
  })

  it.each([
    ['a page', '<html>Bad gateway</html>'],
    ['nothing', ''],
    ['half a JSON', JSON.stringify(placedAs('321')).slice(0, -3)],
    ['both', { ...placedAs('321'), ...refusedWith('no') }],
    ['a SUCCESS without a number', { SUCCESS: [{ MESSAGE: 'Order received' }] }],
    ['a broken connection', lose],
    [
      'a connection that breaks in the body',
      (
        _heard: unknown,
        response: { writeHead(s: number, h: object): void; write(b: string): void; destroy(): void },
      ) => {
        response.writeHead(200, { 'content-length': '1000' })
        response.write(JSON.stringify(placedAs('321')))
        setTimeout(() => response.destroy(), 20)
      },
    ],
  ])('answered with %s is unknown: a plain panel cannot be asked for it', async (_words, answer) => {
    await hear()
    panel.answers = { '*': answer as object }
    expect(await send()).toEqual(unknown(false))
  })

  it.each([
    [302, placedAs('1'), { kind: 'accepted' }],
    [308, placedAs('1'), { kind: 'accepted' }],
    [400, refusedWith('Invalid IMEI'), { kind: 'refused' }],
    [401, refusedWith('Authentication Failed'), { kind: 'unavailable' }],
    [404, '<html>Not found</html>', { kind: 'unknown' }],
    [403, placedAs('1'), { kind: 'unknown' }],
    [500, refusedWith('Invalid IMEI'), { kind: 'unknown' }],
    [503, placedAs('1'), { kind: 'unknown' }],
  ])('with HTTP %i counts as it should', async (status, answer, outcome) => {
    panel.status = status
    panel.answers = { '*': answer }
    expect(await send()).toMatchObject(outcome)
  })

  it('to a server that is not there was not sent', async () => {
    const gone = await new TestPanel().start()
    await gone.stop()
    supplier = supplierAt(gone.url)
    expect(await send()).toEqual({ kind: 'unavailable', why: 'transport', reason: expect.any(String) })
    expect(await ask(workOf())).toMatchObject({ kind: 'unavailable', why: 'transport' })
  })

  it('is asked for before its outcome is given up where the other side was never heard', async () => {
    panel.answers = { '*': lose }
    expect(await send()).toEqual(unknown(true))
  })

  it('whose refusal quotes our secret says so without it', async () => {
    panel.answers = { '*': refusedWith(`Invalid access SECRET-KEY for this service ${'x'.repeat(1000)}`) }
    const outcome = await send()
    expect(JSON.stringify(outcome)).not.toContain('SECRET-KEY')
    expect(outcome).toMatchObject({ reason: expect.stringContaining('Invalid access *** for') })
    expect(JSON.stringify(outcome).length).toBeLessThan(1_000)
  })

  it('whose refusal quotes our secret as a form writes it says so without it', async () => {
    panel.answers = { '*': refusedWith('Not taken: apiaccesskey=SE%2FKEY%2B1') }
    await supplier.close?.()
    supplier = supplierAt(panel.url, {}, undefined, 'SE/KEY+1')
    expect(await send()).toMatchObject({ reason: 'Not taken: apiaccesskey=***' })
  })
})

describe('an order with a number', () => {
  const numbered = (reference = '321'): SupplierTask => workOf({ reference })

  it('is asked about by the number, in the parameters and beside them', async () => {
    panel.answers = { getimeiorder: statusOf('4', { CODE: 'Clean' }) }
    expect(await ask(numbered())).toEqual({ kind: 'success', result: 'Clean', reference: '321' })
    expect(panel.last()).toMatchObject({ action: 'getimeiorder', orderid: '321' })
    expect(panel.last().body).toContain('<PARAMETERS><ID>321</ID></PARAMETERS>')
  })

  it.each([
    [statusOf(0), { kind: 'accepted', reference: '321' }],
    [statusOf('1', { CODE: 'processing' }), { kind: 'accepted', reference: '321' }],
    [statusOf(3, { CODE: 'Wrong network' }), { kind: 'refused', reason: 'Wrong network' }],
    [statusOf(3), { kind: 'refused', reason: 'Rejected by the supplier' }],
    [statusOf(4), { kind: 'success', result: 'Completed', reference: '321' }],
    [statusOf(2), unknown(true)],
    [statusOf(''), unknown(true)],
    [statusOf(4, { CODE: 'x', REFERENCEID: '9' }), { ...unknown(true), contradicts: true }],
    [refusedWith('Order not found'), unknown(true)],
    [refusedWith('Invalid IMEI'), unknown(true)],
    [
      refusedWith('Authentication Failed'),
      { kind: 'unavailable', why: 'login', reason: 'Authentication Failed' },
    ],
    [refusedWith('Too many requests'), { kind: 'unavailable', why: 'busy', reason: 'Too many requests' }],
    ['<html>', unknown(true)],
    ['', unknown(true)],
  ])('answered with %j is known or stays open', async (answer, outcome) => {
    panel.answers = { getimeiorder: answer }
    expect(await ask(numbered())).toEqual(outcome)
  })

  it('stays open when the connection breaks or the server is down', async () => {
    panel.answers = { '*': lose }
    expect(await ask(numbered())).toEqual(unknown(true))
    panel.answers = { '*': statusOf(3) }
    panel.status = 500
    expect(await ask(numbered())).toEqual(unknown(true))
  })
})

describe('an order without a number, of a plain panel', () => {
  const account = { SUCCESS: [{ AccoutInfo: { credit: '$1' } }] }

  it('cannot be asked for, and is not ordered again', async () => {
    panel.answers = { accountinfo: account, placeimeiorder: placedAs('321') }
    expect(await ask(workOf())).toEqual(unknown(false))
    expect(panel.actions()).toEqual(['accountinfo'])
  })

  it('stays open until the panel has been heard', async () => {
    panel.answers = { '*': '<html>' }
    expect(await ask(workOf())).toEqual(unknown(true))
    panel.answers = { '*': refusedWith('Authentication Failed') }
    expect(await ask(workOf())).toMatchObject({ kind: 'unavailable', why: 'login' })
    expect(panel.actions()).toEqual(['accountinfo', 'accountinfo'])
  })

  describe('that refuses the same input twice', () => {
    beforeEach(() => {
      supplier = supplierAt(panel.url, { refuses_duplicates: true })
    })

    it.each([
      ['takes it now', placedAs('321'), { kind: 'accepted', reference: '321' }],
      [
        'had it, and says where',
        refusedWith('ValidationError123', 'Already in order 55'),
        { kind: 'accepted', reference: '55' },
      ],
      [
        'had it, and does not say where',
        refusedWith('ValidationError123', 'Already pending'),
        unknown(false),
      ],
      [
        'is out of credit',
        refusedWith('CreditprocessError'),
        { kind: 'unavailable', why: 'credit', reason: 'CreditprocessError' },
      ],
      ['refuses it otherwise, which proves nothing', refusedWith('Service not active'), unknown(true)],
      ['loses it again', lose, unknown(true)],
    ])('is found by ordering again: it %s', async (_words, answer, outcome) => {
      panel.answers = { accountinfo: account, placeimeiorder: answer as object }
      const work = workOf()
      expect(await ask(work)).toEqual(outcome)
      expect(panel.actions()).toEqual(['accountinfo', 'placeimeiorder'])
      expect(panel.last().body).toContain('<ID>77</ID><IMEI>490154203237518</IMEI>')
    })

    it('can be asked for later when its answer is lost', async () => {
      await hear()
      panel.answers = { '*': lose }
      expect(await send()).toEqual(unknown(true))
    })

    it('is not ordered again when it names no device, since nothing would be the same input', async () => {
      await hear()
      panel.answers = { accountinfo: account, '*': lose }
      const work = workOf({ input: '', quantity: 2 })
      expect(await send(work)).toEqual(unknown(false))
      expect(await ask(work)).toEqual(unknown(false))
      expect(panel.actions()).toEqual(['placeimeiorder', 'accountinfo'])
    })
  })
})

describe('an order without a number, of another imeigate', () => {
  const account = { SUCCESS: [{ AccoutInfo: { credit: '$1' } }] }
  beforeEach(() => {
    panel.headers = { 'x-imeigate': '1' }
  })

  it.each([
    ['gives its number', placedAs('321'), { kind: 'accepted', reference: '321' }],
    [
      'has no credit for it, so it never had it',
      refusedWith('Not enough credit', 'insufficient_balance'),
      { kind: 'unavailable', why: 'credit', reason: 'Not enough credit' },
    ],
    [
      'has another for the same input',
      refusedWith('Duplicate order: order 9 is for the same input', 'duplicate_order'),
      { kind: 'duplicate', reason: 'Duplicate order: order 9 is for the same input', reference: '9' },
    ],
    [
      'would be closed by now, and so it was not taken before',
      refusedWith('Service closed', 'service_closed'),
      { kind: 'refused', reason: 'Service closed' },
    ],
    [
      'was taken, although it would be refused by now',
      refusedWith(
        'Idempotency key already used for another request',
        'idempotency_conflict: order 9 was placed under it',
      ),
      { kind: 'duplicate', reason: 'Idempotency key already used for another request', reference: '9' },
    ],
    ['breaks', refusedWith('Internal error', 'internal_error: request 7'), unknown(true)],
    [
      'says in words of nobody’s what proves nothing',
      refusedWith('Contact your reseller'),
      { ...unknown(true), unrecognised: 'contact your reseller' },
    ],
    ['breaks in words of another', refusedWith('Error interno del servidor'), unknown(true)],
    ['loses it again', lose, unknown(true)],
  ])('is found by the same request again: it %s', async (_words, answer, outcome) => {
    panel.answers = { '*': lose }
    const work = workOf({ fields: { EMAIL: 'a@b.c', PIN: '1' }, quantity: 2 })
    await send(work)
    panel.answers = { accountinfo: account, placeimeiorder: answer as object }
    expect(await ask(work)).toEqual(outcome)
    const [first, , again] = panel.heard
    expect(again?.key).toBe(first?.key)
    expect(again?.parameters).toEqual(first?.parameters)
  })

  it('is not ordered again once its key may be forgotten there', async () => {
    panel.answers = { accountinfo: account, placeimeiorder: placedAs('321') }
    const work = workOf({ sentAt: new Date(Date.now() - 26 * 86_400_000) })
    expect(await ask(work)).toEqual(unknown(false))
    expect(panel.actions()).toEqual(['accountinfo'])
  })

  it('is not ordered again when what was an imeigate is one no more', async () => {
    panel.answers = { accountinfo: account, placeimeiorder: placedAs('321') }
    await supplier.account?.(signal)
    panel.headers = {}
    expect(await ask(workOf())).toEqual(unknown(false))
    expect(panel.actions()).toEqual(['accountinfo', 'accountinfo'])
  })
})

describe('our account', () => {
  it('is what the panel says, a balance rounded down to micros', async () => {
    panel.answers = {
      accountinfo: {
        SUCCESS: [{ AccoutInfo: { creditraw: '16.4100009', currency: 'USD', username: 'us' } }],
      },
    }
    expect(await supplier.account?.(signal)).toEqual({ balance: 16_410_000n, currency: 'USD', name: 'us' })
    panel.answers = { accountinfo: { SUCCESS: [{ AccoutInfo: { credit: '$-1,000.0000001' } }] } }
    expect(await supplier.account?.(signal)).toEqual({ balance: -1_000_000_001n, currency: null, name: null })
  })

  it.each([
    [refusedWith('Authentication Failed', 'for SECRET-KEY'), 'Authentication Failed'],
    ['<html>', 'the answer is an HTML page'],
  ])('cannot be had where the answer is %j', async (answer, words) => {
    panel.answers = { accountinfo: answer }
    await expect(supplier.account?.(signal)).rejects.toThrow(words)
  })
})
