import { afterAll, beforeAll, expect, it } from 'vitest'
import { setSeller } from '../../../src/invoices/seller.ts'
import { imei } from '../../support/server.ts'
import { ask, changer, OperatorOffice } from './office.fixtures.ts'

let office: OperatorOffice
beforeAll(async () => {
  office = await OperatorOffice.open()
})
afterAll(() => office.stop())

it('says which of the first steps are done, and lets the sandbox be practised with once', async () => {
  const { server } = office
  const headers = await office.program(['orders.read', 'catalogue.edit', 'prices.edit'])
  const change = changer(server, headers)
  const read = async () => (await ask(server, 'GET', '/first-steps', { headers })).json.data
  const done = async (): Promise<string[]> =>
    (await read()).steps
      .filter((one: { done: boolean }) => one.done)
      .map(({ step }: { step: string }) => step)
  expect((await read()).steps).toHaveLength(6)
  expect(await done()).toEqual([])
  await office.person('owner')
  expect(await done()).toEqual(['owner'])
  await setSeller(server.sql, { name: 'Anna Unlocks' })
  expect(await done()).toEqual(['owner', 'business'])
  expect(await read()).toMatchObject({ can_practise: true, currency: null, username: null })

  const bad = await change('POST', '/first-steps/practice', { currency: 'rupiah' })
  expect(bad.json).toMatchObject({ errors: { currency: [expect.any(String)] } })
  const wrong = await change('POST', '/first-steps/practice', { currency: 'R1D' })
  expect(wrong).toMatchObject({ status: 422, json: { errors: { currency: [expect.any(String)] } } })
  const begun = await change('POST', '/first-steps/practice', { currency: 'IDR' })
  expect(begun.json).toMatchObject({ data: { created: 3 } })
  expect(await done()).toEqual(['owner', 'business', 'supplier', 'services'])
  expect(await read()).toMatchObject({ can_practise: false, currency: 'IDR' })
  const prices = await server.sql`select unit_price, currency from prices order by unit_price`
  expect(prices).toEqual(
    [5000n, 8000n, 120_000n].map((units) => ({ unit_price: units * 1_000_000n, currency: 'IDR' })),
  )
  expect((await change('POST', '/first-steps/practice', { currency: 'IDR' })).status).toBe(409)

  const shop = await server.shop({ currency: 'IDR', deposit: '100000' })
  expect(await done()).toContain('reseller')
  expect((await read()).username).toBe(shop.username)
  const { SUCCESS } = await server.place(shop, { ID: 'practice-check', IMEI: imei(1) })
  await server.ended(shop, SUCCESS[0].REFERENCEID)
  expect(await done()).toHaveLength(6)
})

it('asks for the permission to set prices, too', async () => {
  const headers = await office.program(['catalogue.edit'])
  const refused = await changer(office.server, headers)('POST', '/first-steps/practice', { currency: 'USD' })
  expect(refused).toMatchObject({ status: 403, json: { message: expect.stringContaining('prices.edit') } })
})
