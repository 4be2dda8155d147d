import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createAccount, createPriceGroup } from '../../src/accounts/accounts.ts'
import { createKey } from '../../src/accounts/keys.ts'
import { createService } from '../../src/catalogue/services.ts'
import { openReviews } from '../../src/fulfilment/people/reviews.sql.ts'
import type { AccountId, OrderId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { createToken } from '../../src/staff/operator-tokens.ts'
import { type StaffPermission, staffPermissions } from '../../src/staff/roles.ts'
import { renewed, type Step, shell } from '../support/documented.ts'
import { imei, type Shop, type TestServer, testServer } from '../support/server.ts'
import { until } from '../support/until.ts'

/**
 * Every example of docs/operator-api.md is run, in their order. To write what has changed into the page: `vitest run test/docs/operator-api -u`.
 */
const page = fileURLToPath(new URL('../../docs/operator-api.md', import.meta.url))

let server: TestServer
let token: string
let prelude: string
beforeAll(async () => {
  server = await testServer()
  const { sql } = server
  ;[, prelude = ''] = /^```sh\n(op\(\) [\s\S]*?)^```$/m.exec(await readFile(page, 'utf8')) ?? []
  await createPriceGroup(sql, 'Gold')
  const account = { name: 'First Shop', email: 'first@example.com', username: 'first-shop', currency: 'USD' }
  const { id } = await createAccount(sql, { ...account, deposit: micros(100_000_000n) }, 'test')
  const { securityId, secret } = await createKey(sql, id)
  const shop: Shop = { accountId: id, username: 'first-shop', securityId, secret }
  await sql`insert into suppliers (kind, name, currency) values ('manual', 'People', 'USD'), ('sandbox', 'Second', 'USD')`
  for (const [code, supplier] of [
    ['check', 'sandbox'],
    ['unlock', 'People'],
    ['dear', 'sandbox'],
  ] as const) {
    await createService(sql, {
      ...{ code, name: code, group: 'Checks', kind: 'imei', price: '1', currency: 'USD', supplier },
    })
  }
  await sql`update supplier_routes set cost = 5000000
     where service_id = (select id from services where code = 'dear')`
  const place = async (ID: string, IMEI: string): Promise<string> => {
    let placed: string | undefined
    await until(`the service ${ID} is known`, async () => {
      placed = (await server.place(shop, { ID, IMEI })).SUCCESS?.[0].REFERENCEID
      return placed !== undefined
    })
    return placed as string
  }
  await server.ended(shop, await place('check', '004401000000014'))
  const open = await place('check', imei(1, '00100105'))
  await place('unlock', '356938035643809')
  await place('unlock', '490154203237518')
  await place('dear', imei(2, '00440100'))
  await until('all are where they stay', async () => {
    const rows = await sql`select from attempts where state = 'accepted'`
    return rows.length === 3 && (await sql`select from reviews`).length === 1
  })
  await sql`
    insert into supplier_routes (service_id, supplier_id, position) 
    select v.id, s.id, 2 from services v, suppliers s where v.code = 'dear' and s.name = 'Second'`
  const item = { accountId: id as AccountId, orderId: Number(open) as OrderId, position: 1 }
  await openReviews(sql, [{ item, attempt: 1, kind: 'expired', detail: 'open for a day' }], new Date())
  const all = Object.keys(staffPermissions) as StaffPermission[]
  ;({ token } = await createToken(sql, { name: 'docs', permissions: all }, undefined))
})
afterAll(() => server.stop())

/** `answer` runs one example; what a shell keeps goes on within it. */
async function answer(steps: Step[]): Promise<string[]> {
  const { PATH = '' } = process.env
  return await shell(
    prelude,
    steps.map(({ command }) => command),
    { env: { PATH, URL: server.url, TOKEN: token } },
  )
}

it('every example of the page gives what stands there', async () => {
  await expect(await renewed(await readFile(page, 'utf8'), answer)).toMatchFileSnapshot(page)
})
