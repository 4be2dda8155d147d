import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Supplier, SupplierOutcome, SupplierTask } from '../../../src/integrations/suppliers/supplier.ts'
import { imei, type Shop, type TestServer, testServer } from '../../support/server.ts'
import { supplierAt, workOf } from './dhru-panel.ts'

let server: TestServer
let shop: Shop
let supplier: Supplier
let check: string
let n = 0
/** `network` is what happens to the next requests: they are carried, lost, or their answers are lost. */
let network: 'whole' | 'loses requests' | 'loses answers' = 'whole'
const { signal } = new AbortController()

/** `wire` stands between the adapter and the server. */
const wire = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  incoming.on('end', () => {
    if (network === 'loses requests') {
      outgoing.destroy()
      return
    }
    const { method, headers, url = '' } = incoming
    const forwarded = httpRequest(`${server.url}${url}`, { method, headers }, (reply) => {
      if (network === 'loses answers') {
        reply.resume().on('end', () => outgoing.destroy())
        return
      }
      outgoing.writeHead(reply.statusCode ?? 0, { ...reply.headers, 'x-imeigate': '1' })
      reply.pipe(outgoing)
    })
    forwarded.end(Buffer.concat(chunks))
  })
})

beforeAll(async () => {
  server = await testServer()
  // Without the protection of the same input: only the key makes an order the same.
  check = await server.service({ code: 'check', price: '0.77', duplicatePolicy: 'allow' })
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  wire.closeAllConnections()
  wire.close()
  await server?.stop()
})
beforeEach(async () => {
  network = 'whole'
  shop = await server.shop()
  supplier = supplierFor(shop)
})
afterEach(() => supplier.close?.())

const supplierFor = ({ securityId, secret }: Shop): Supplier =>
  supplierAt(
    `http://127.0.0.1:${(wire.address() as AddressInfo).port}`,
    { username: securityId },
    undefined,
    secret,
  )
const work = (over: Partial<SupplierTask> = {}): SupplierTask =>
  workOf({ remoteService: check, input: imei(++n), ...over })
const orders = async (): Promise<string[]> => {
  const rows = await server.sql<{ id: bigint }[]>`
    select id from orders where account_id = ${shop.accountId} order by id`
  return rows.map(({ id }) => String(id))
}
const ask = async (one: SupplierTask): Promise<SupplierOutcome> =>
  (await supplier.ask([one], signal))[0] as SupplierOutcome
const referenceOf = (outcome: SupplierOutcome | undefined): string =>
  outcome?.kind === 'accepted' ? (outcome.reference ?? '') : `${JSON.stringify(outcome)} is no order`

describe('another imeigate', () => {
  it('is spoken to as a supplier, redirects and all', async () => {
    expect(await supplier.account?.(signal)).toMatchObject({ balance: 100_000_000n, currency: 'USD' })
    const listed = []
    for await (const service of supplier.services?.(signal) ?? []) listed.push(service)
    expect(listed).toContainEqual(expect.objectContaining({ id: check, kind: 'imei', cost: 770_000n }))

    const one = work()
    const reference = referenceOf((await supplier.send([one], signal))[0])
    expect(await orders()).toEqual([reference])
    await server.ended(shop, reference)
    expect(await ask({ ...one, reference })).toEqual({
      kind: 'success',
      result: `Sandbox result, not a real one: ${one.input} is clean`,
      reference,
    })
    const refused = work({ input: imei(++n, '00100102') })
    const other = referenceOf((await supplier.send([refused], signal))[0])
    await server.ended(shop, other)
    expect(await ask({ ...refused, reference: other })).toMatchObject({ kind: 'refused' })
    expect((await supplier.send([work({ input: '12' })], signal))[0]).toMatchObject({ kind: 'refused' })
  })

  it('has the fields of an order as they were sent', async () => {
    const fields = [{ name: 'NETWORK' }, { name: 'EMAIL_ADDRESS' }]
    const id = await server.service({ kind: 'server', maxQuantity: 10, fields })
    const sent = { NETWORK: 'A & B <c>', EMAIL_ADDRESS: '"é"@b.c' }
    await supplier.send([work({ remoteService: id, input: '', quantity: 3, fields: sent })], signal)
    const [item] = await server.sql`
      select quantity, fields from items where account_id = ${shop.accountId}`
    expect(item).toEqual({ quantity: 3, fields: sent })
  })

  it.each(['loses requests', 'loses answers'] as const)(
    'has one order where the network %s',
    async (fault) => {
      network = fault
      const one = work()
      expect((await supplier.send([one], signal))[0]).toMatchObject({ kind: 'unknown', askable: true })
      expect(await ask(one)).toMatchObject({ kind: 'unknown', askable: true })
      network = 'whole'
      const reference = referenceOf(await ask(one))
      expect(referenceOf(await ask(one))).toBe(reference)
      expect(await orders()).toEqual([reference])
    },
  )

  it.each(['loses requests', 'loses answers'] as const)(
    'has one order for each row of a bulk request where the network %s',
    async (fault) => {
      await supplier.account?.(signal)
      const many = [work(), work(), work()]
      expect(supplier.sendAtOnce).toBeGreaterThanOrEqual(many.length)
      network = fault
      expect(await supplier.send(many, signal)).toEqual(
        Array(3).fill({ kind: 'unknown', reason: expect.any(String), askable: true }),
      )
      network = 'whole'
      // Another process asks, one by one, that knows nothing of how they were sent.
      await supplier.close?.()
      supplier = supplierFor(shop)
      const references: string[] = []
      for (const one of many) references.push(referenceOf(await ask(one)))
      expect(references.toSorted()).toEqual(await orders())
    },
  )

  it('answers many orders and many questions in one request', async () => {
    await supplier.account?.(signal)
    const many = [work(), work({ input: '12' }), work()]
    const [first, second, third] = await supplier.send(many, signal)
    const references = [referenceOf(first), referenceOf(third)]
    expect(second).toMatchObject({ kind: 'refused', reason: expect.stringContaining('Invalid IMEI') })
    for (const reference of references) await server.ended(shop, reference)
    const asked = await supplier.ask(
      [many[0], many[2]].map((one, index) => ({
        ...(one as SupplierTask),
        reference: references[index] as string,
      })),
      signal,
    )
    expect(asked.map(({ kind }) => kind)).toEqual(['success', 'success'])
  })

  it('has no credit for an order that it never had: it may be sent later', async () => {
    shop = await server.shop({ deposit: '0.50' })
    await supplier.close?.()
    supplier = supplierFor(shop)
    const one = work()
    const noCredit = {
      kind: 'unavailable',
      why: 'credit',
      reason: expect.stringContaining('Not enough credit'),
    }
    expect((await supplier.send([one], signal))[0]).toEqual(noCredit)
    expect(await ask(one)).toEqual(noCredit)
    expect(await orders()).toEqual([])
  })
})
