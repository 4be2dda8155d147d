import { afterAll, beforeAll, expect, it } from 'vitest'
import { RestClient } from '../support/rest.ts'
import { imei, type Shop } from '../support/server.ts'
import { PortalShop } from './portal/portal.fixtures.ts'

let portal: PortalShop
let shop: Shop
let headers: Record<string, string>
beforeAll(async () => {
  portal = await PortalShop.open()
  shop = await portal.server.shop({ deposit: '5' })
  ;({ headers } = await portal.person('owner', shop))
})
afterAll(() => portal.stop())

it('groups stand in the order of the operator, and each list has those that are meant for it', async () => {
  const { server } = portal
  const made: Record<string, string> = {}
  for (const group of ['A', 'B', 'C', 'D']) made[group] = await server.service({ group, name: `In ${group}` })
  /** `lists` gives the groups of the Dhru list, of the REST API's and of the portal's, in their order. */
  const lists = async () => {
    const dhru = (await server.call(shop, { action: 'imeiservicelist' })).text
    const rest = await new RestClient(server, shop).get('/api/services?limit=500')
    const shown = await portal.ask('GET', '/service-groups', { headers })
    const listed = await portal.ask('GET', '/services', { headers })
    const groupsOf = (items: { group: string }[]) => items.map(({ group }) => group).join('')
    return {
      dhru: [...dhru.matchAll(/"GROUPNAME":"(\w)"/g)].map(([, name]) => name).join(''),
      rest: groupsOf(rest.body.data.page.items),
      portal: shown.json.data.items.join(''),
      prices: groupsOf(listed.json.data.page.items),
    }
  }
  await expect.poll(lists).toEqual({ dhru: 'ABCD', rest: 'ABCD', portal: 'ABCD', prices: 'ABCD' })
  const [{ at } = { at: new Date() }] = await server.sql<{ at: Date }[]>`select clock_timestamp() as at`
  await server.sql`
    insert into service_groups (name, position, shown)
    values ('D', 1, 'everywhere'), ('C', 2, 'portal'), ('B', 3, 'nowhere')`
  // Those of which nothing was said stand behind the others.
  await expect.poll(lists).toEqual({ dhru: 'DA', rest: 'AD', portal: 'DCA', prices: 'ACD' })
  const changed = await new RestClient(server, shop).get(`/api/services?updated_since=${at.toISOString()}`)
  expect(changed.body.data.page).toMatchObject({
    items: [],
    withdrawn: [Number(made['B']), Number(made['C'])],
  })
  // Who knows the number of a service orders it, wherever it is listed.
  expect((await server.place(shop, { ID: made['B'] ?? '', IMEI: imei(1) })).SUCCESS).toBeDefined()
  await server.sql`update service_groups set shown = 'programs' where name = 'C'`
  await expect.poll(lists).toEqual({ dhru: 'DCA', rest: 'ACD', portal: 'DA', prices: 'AD' })
  // All services of a group get another name: it keeps its place.
  await server.sql`update services set group_name = 'X' where group_name = 'C'`
  await expect.poll(lists).toEqual({ dhru: 'DXA', rest: 'AXD', portal: 'DA', prices: 'AD' })
})
