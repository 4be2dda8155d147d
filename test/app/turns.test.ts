import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  catalogueWays,
  MANY_ITEMS,
  MAX_RUNS,
  orderWays,
  type Seller,
  type Way,
} from '../../bench/turn-ways.ts'
import { setPrice } from '../../src/catalogue/prices.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { type TurnsTaken, turnMs, turnsOf } from '../support/turns.ts'

/**
 * Work is done in turns if none is longer than 20 ms on an ordinary machine, or than a third of all the work, which a slow or busy machine cannot
 * change: done in one turn, it is the whole. How long a turn is, is measured by bench/turns.ts.
 */
const isInTurns = ({ longest, all }: TurnsTaken): boolean => longest < Math.max(turnMs(), all / 3)

let server: TestServer
let seller: Seller
beforeAll(async () => {
  server = await testServer()
  const key = await server.shop({ deposit: '100000' })
  const service = await server.service({ supplier: undefined, processing: 'manual' })
  await setPrice(server.sql, { service, currency: 'USD', price: '0.01', maxItems: MANY_ITEMS })
  seller = { url: server.url, sql: server.sql, key, service }
})
afterAll(() => server?.stop())

/** `inTurns` tries some times, because some runs pay for being compiled, and any may pay for garbage; it gives what the last one took. */
async function inTurns({ run }: Way): Promise<TurnsTaken | 'in turns'> {
  let taken: TurnsTaken | undefined
  for (let runs = 0; runs < MAX_RUNS; runs++) {
    taken = await turnsOf(run)
    if (isInTurns(taken)) return 'in turns'
  }
  return taken as TurnsTaken
}

it('an order of 10,000 items is placed, repeated and read in many turns', async () => {
  const { ways, lastOrder } = await orderWays(seller)
  for (const way of ways) expect(await inTurns(way), way.name).toBe('in turns')
  const [{ items, positions }] = (await server.sql`
    select count(*) as items, count(distinct position) as positions from items
     where order_id = ${lastOrder()}`) as unknown as [{ items: bigint; positions: bigint }]
  expect([items, positions]).toEqual([BigInt(MANY_ITEMS), BigInt(MANY_ITEMS)])
})

it('a catalogue of 20,000 services is read, listed and written for Dhru clients in many turns', async () => {
  for (const way of await catalogueWays(seller)) expect(await inTurns(way), way.name).toBe('in turns')
})
