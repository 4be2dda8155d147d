import { Agent } from 'node:http'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { post } from '../support/post.ts'
import {
  cleanUp,
  embeddedAddress,
  killAll,
  migratedFolder,
  Program,
  poolOn,
  postgresEnded,
  postgresOf,
  shopOn,
  start,
} from '../support/process.ts'
import { randomNumbers } from '../support/random.ts'
import { imei, type Shop } from '../support/server.ts'
import { until } from '../support/until.ts'

const ORDERS = 1000
const CONNECTIONS = 200

/** `crashes` say who dies in the middle, by process id. */
const crashes: [who: string, victimsOf: (server: number, postgres: number[]) => number[]][] = [
  ['the whole process tree', (server, postgres) => [server, ...postgres]],
  ['the server alone', (server) => [server]],
  ['PostgreSQL’s first process alone', (_server, [postmaster]) => [postmaster as number]],
]

// One waits for leases and for suppliers most of its time: all of them wait together.
describe.concurrent('kill -9 in the middle of 1,000 placements', () => {
  afterAll(() => cleanUp())
  const random = randomNumbers(inject('seed'))

  test.for(crashes)(
    'of %s: nothing acknowledged is lost, nothing is bought twice',
    async ([, victimsOf], { onTestFailed }) => {
      const data = await migratedFolder()
      const first = start(data)
      onTestFailed(() => void process.stderr.write(first.stdout + first.stderr))
      const before = await shopOn(first, embeddedAddress(data))
      const service = await before.service()
      const buyer = await before.shop({ deposit: '10000' })
      const imeis = Array.from({ length: ORDERS }, (_, n) => imei(n, tacOf(n)))

      const pid = first.child.pid as number
      const victims = (): number[] => victimsOf(pid, postgresOf(data))

      const crashAt = 200 + Math.floor(random() * (ORDERS - 600))
      const acknowledged = new Map<string, string>()
      await placeAll(before.url, buyer, service, imeis, (placed, id) => {
        acknowledged.set(placed, id)
        if (acknowledged.size === crashAt) killAll(victims())
      })
      expect(acknowledged.size).toBeGreaterThanOrEqual(crashAt)

      const server = victims().includes(pid) ? await first.ended.then(() => start(data)) : first
      const url = await server.url()
      const sql = poolOn(embeddedAddress(data))
      await until('ready', async () => (await fetch(`${url}/readyz`)).status === 200)

      const kept = new Map<string, string>()
      for (const { id, input } of await sql<{ id: bigint; input: string }[]>`
      select o.id, i.input from orders o join items i on i.account_id = o.account_id and i.order_id = o.id
      where o.account_id = ${buyer.accountId}`) {
        kept.set(String(id), input)
      }
      const lost = [...acknowledged].filter(([placed, id]) => kept.get(id) !== placed)
      expect(lost).toEqual([])
      expect(await ledgerCheck(data)).toEqual({ code: 0, broken: [] })

      const again = imeis.filter((one) => !acknowledged.has(one))
      await placeAll(url, buyer, service, again, (placed, id) => acknowledged.set(placed, id))
      expect(acknowledged.size).toBe(ORDERS)
      const open = () => sql`select input, state, due_at from items where due_at is not null limit 20`
      await until(
        'every item has ended',
        async () => {
          // What was lost is asked about after half a minute. What is due later than a lease of 15 seconds ends is in nobody's hands.
          await sql`update items set due_at = now() where due_at > now() + interval '20 seconds'`
          return (await open()).length === 0
        },
        open,
      )
      const bought = await sql`
        select state, count(*)::int as orders, count(distinct input)::int as imeis from items
        where account_id = ${buyer.accountId} group by 1 order by 1`
      const refused = imeis.filter((one) => one.startsWith('00100102')).length
      const [success, failed, ...others] = bought
      expect(success).toEqual({ state: 'success', orders: ORDERS - refused, imeis: ORDERS - refused })
      // What was refused and given back before it was asked for again is a purchase of its own.
      expect(failed).toMatchObject({ state: 'failed', imeis: refused })
      expect(others).toEqual([])
      const [wallet] = await sql`
        select available::text, held::text from wallets where account_id = ${buyer.accountId}`
      expect(wallet).toEqual({ available: `${(10_000 - ORDERS + refused) * 1_000_000}`, held: '0' })
      expect(await ledgerCheck(data)).toEqual({ code: 0, broken: [] })
      expect(await server.stop()).toEqual({ code: 0, signal: null })
      await postgresEnded(data)
    },
  )
})

/** `tacOf` is mostly an ordinary one; some take 5 seconds, some are refused, and a few lose their reply. */
function tacOf(n: number): string {
  if (n % 20 === 3) return '00100101'
  if (n % 20 === 7) return '00100102'
  return n % 400 === 11 ? '00100103' : '35000000'
}

/** `placeAll` places all at once, and tells of each that was acknowledged. What breaks leaves an order without. */
async function placeAll(
  url: string,
  buyer: Shop,
  service: string,
  imeis: string[],
  onPlaced: (imei: string, orderId: string) => void,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  await Promise.allSettled(
    imeis.map(async (one) => {
      const { SUCCESS } = await post(agent, url, buyer, { ID: service, IMEI: one })
      if (SUCCESS) onPlaced(one, SUCCESS[0].REFERENCEID)
    }),
  )
  agent.destroy()
}

async function ledgerCheck(data: string): Promise<{ code: number | null; broken: unknown[] }> {
  const check = new Program(['ledger', 'check', '--json'], { IMEIGATE_DATA: data })
  const { code } = await check.ended
  const { checks } = JSON.parse(check.stdout) as { checks: { ok: boolean }[] }
  return { code, broken: checks.filter(({ ok }) => !ok) }
}
