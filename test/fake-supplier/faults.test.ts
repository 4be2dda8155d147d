import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faults, isBought } from '../../src/fake-supplier/faults.ts'
import { cleanUp, FakeProcess, logPath, readLines } from './fake-process.ts'
import { bytesOf, dhru, imeiOf, rest, say, Wire } from './wire.ts'

/** `Seen` is how a placement ends on the wire. */
type Seen =
  | 'placed'
  | 'page'
  | 'error 500'
  | 'half'
  | 'cut'
  | 'closed'
  | 'reset'
  | 'open'
  | { refused: string }

/** `promised` is the table of the docs: the first try on the wire, how often it is bought, and what status requests say. */
const promised: Record<string, { seen: Seen; bought: 0 | 1; told?: (string | undefined)[] }> = {
  '35000000': { seen: 'placed', bought: 1, told: ['4', '4', '4'] },
  '00100201': { seen: 'placed', bought: 1, told: ['4', '4', '4'] },
  '00100202': { seen: { refused: 'IMEI not found' }, bought: 0 },
  '00100203': { seen: 'closed', bought: 1, told: ['4', '4', '4'] },
  '00100204': { seen: 'half', bought: 1, told: ['4', '4', '4'] },
  '00100205': { seen: 'page', bought: 0 },
  '00100206': { seen: 'page', bought: 1, told: ['4', '4', '4'] },
  '00100207': { seen: 'error 500', bought: 0 },
  '00100208': { seen: 'error 500', bought: 1, told: ['4', '4', '4'] },
  '00100209': { seen: 'cut', bought: 1, told: ['4', '4', '4'] },
  '00100210': { seen: 'closed', bought: 1, told: ['4', '4', '4'] },
  '00100211': { seen: { refused: 'CreditprocessError' }, bought: 0 },
  '00100212': { seen: 'placed', bought: 1, told: ['4', '3', '3'] },
  '00100213': { seen: 'placed', bought: 1, told: ['3', '4', '4'] },
  '00100214': { seen: 'placed', bought: 1, told: ['1', '1', '1'] },
  '00100215': { seen: { refused: 'Authentication Failed' }, bought: 0 },
  '00100216': { seen: 'open', bought: 1, told: ['4', '4', '4'] },
  '00100217': { seen: 'open', bought: 0 },
  '00100218': { seen: 'placed', bought: 1, told: ['3', '3', '3'] },
  '00100219': { seen: 'reset', bought: 0 },
  '00100220': { seen: 'placed', bought: 1, told: [undefined, undefined, undefined] },
  '00100221': { seen: 'closed', bought: 0 },
}

interface Protocol {
  place(imei: string): string
  /** `refusal` gives the refusal's words in an answer; undefined where the order was placed. */
  // biome-ignore lint/suspicious/noExplicitAny: what each protocol says.
  refusal(says: any): string | undefined
}

const protocols: Record<string, Protocol> = {
  dhru: {
    place: (imei) => dhru('placeimeiorder', { ID: '101', IMEI: imei }),
    refusal: ({ SUCCESS, ERROR }) => (SUCCESS?.[0].REFERENCEID ? undefined : ERROR[0].MESSAGE),
  },
  rest: {
    place: (imei) => rest('POST', '/api/order', { code: 'fake-101', data: { imeis: [imei] } }),
    refusal: ({ order_id, message }) => (order_id ? undefined : message.split(':')[0]),
  },
  http: {
    place: (imei) => bytesOf('GET', `/check?service=101&imei=${imei}&key=fake`),
    refusal: ({ order, message }) => (order ? undefined : message),
  },
}

const log = logPath()
let fake: FakeProcess
let url: string

beforeAll(async () => {
  fake = new FakeProcess('--log', log, '--finish-ms', '0', '--slow-ms', '20', '--json')
  url = await fake.url()
})
afterAll(cleanUp)

const linesOf = (imei: string) => readLines(log).filter(({ input }) => input === imei)
const boughtOf = (imei: string) => linesOf(imei).filter(({ what }) => what === 'bought')

async function place(protocol: Protocol, imei: string): Promise<Seen> {
  const wire = new Wire(url, protocol.place(imei))
  if (/^001002(?:16|17)/.test(imei)) {
    await expect.poll(() => linesOf(imei)).not.toHaveLength(0)
    // It answers others meanwhile.
    expect((await say(url, dhru('accountinfo'))).SUCCESS).toHaveLength(1)
    expect([wire.heard, wire.end]).toEqual(['', undefined])
    wire.hangUp()
    return 'open'
  }
  const reply = await wire.reply()
  if (!reply) {
    await wire.ended
    if (wire.heard === '') return wire.end ?? 'open'
    expect(wire.heard).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\n\{"[a-zA-Z_]+"/)
    expect(wire.end).toBe('reset')
    return 'half'
  }
  wire.hangUp()
  if (reply.headers.get('content-type')?.startsWith('text/html')) {
    expect(reply.status).toBe(200)
    return 'page'
  }
  let says: unknown
  try {
    says = JSON.parse(reply.body)
  } catch {
    expect(reply.body.length).toBeGreaterThan(0)
    return 'cut'
  }
  const refused = protocol.refusal(says)
  if (reply.status === 500) {
    expect(refused).toBe('Internal Server Error')
    return 'error 500'
  }
  return refused === undefined ? 'placed' : { refused }
}

describe.each(Object.keys(promised))('an IMEI of %s', (tac) => {
  const { seen, bought, told } = promised[tac] as (typeof promised)[string]

  it.each(Object.keys(protocols))('goes as the table says, by %s', async (name) => {
    const imei = imeiOf(tac, Object.keys(protocols).indexOf(name) + 1)
    expect(await place(protocols[name] as Protocol, imei)).toEqual(seen)
    expect(boughtOf(imei)).toHaveLength(bought)
    expect(linesOf(imei)[0]).toMatchObject({ service: '101', key: null, via: name })
  })

  it('ends as the table says, by Dhru', async () => {
    const [order] = boughtOf(imeiOf(tac, 1))
    if (!told) {
      expect(order).toBeUndefined()
      return
    }
    const ask = async (): Promise<string | undefined> => {
      const { SUCCESS, ERROR } = await say(url, dhru('getimeiorder', { ID: String(order.order) }))
      if (!SUCCESS) expect(ERROR[0].MESSAGE).toBe('Order not found')
      else if (SUCCESS[0].STATUS !== '1') expect(SUCCESS[0].CODE).toContain(order.input)
      return SUCCESS?.[0].STATUS
    }
    expect([await ask(), await ask(), await ask()]).toEqual(told)
  })
})

describe('the fault table', () => {
  it('has every fault that is promised and no other', () => {
    expect(Object.keys(promised).slice(1)).toEqual(faults.map(({ tac }) => tac))
  })

  it('stands in the docs and in the help as it is in the program', async () => {
    const docs = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
    const help = new FakeProcess('--help')
    await help.ended
    for (const fault of faults) {
      expect(docs).toMatch(
        new RegExp(`^\\| \`${fault.tac}\` +\\| ${isBought(fault)} +\\| ${fault.description} +\\|$`, 'm'),
      )
      expect(help.stdout).toContain(fault.description)
    }
  })
})

describe('a placement that is sent again', () => {
  it('is refused as a duplicate when its IMEI is of 00100210, by each protocol', async () => {
    for (const [name, protocol] of Object.entries(protocols)) {
      const imei = imeiOf('00100210', 10 + Object.keys(protocols).indexOf(name))
      expect(await place(protocol, imei)).toBe('closed')
      expect(await place(protocol, imei)).toEqual({ refused: 'ValidationError123' })
      expect(boughtOf(imei)).toHaveLength(1)
    }
  })

  it('is bought again by a plain panel, and ignored again where it was ignored', async () => {
    const lost = imeiOf('00100203', 10)
    expect([
      await place(protocols['dhru'] as Protocol, lost),
      await place(protocols['dhru'] as Protocol, lost),
    ]).toEqual(['closed', 'closed'])
    expect(boughtOf(lost)).toHaveLength(2)
    const ignored = imeiOf('00100221', 10)
    expect([
      await place(protocols['dhru'] as Protocol, ignored),
      await place(protocols['dhru'] as Protocol, ignored),
    ]).toEqual(['closed', 'closed'])
    expect(linesOf(ignored).map(({ what }) => what)).toEqual(['ignored', 'ignored'])
  })
})
