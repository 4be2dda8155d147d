import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeAccount, closeAccount, createAccount } from '../../../src/accounts/accounts.ts'
import type { AccountId } from '../../../src/lib/ids.ts'
import { micros } from '../../../src/lib/money.ts'
import { brokenPromises } from '../../orders/orders.fixtures.ts'
import { RestClient, type RestReply } from '../../support/rest.ts'
import { type Shop, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let sender: Shop
let receiver: Shop
let client: RestClient
beforeAll(async () => {
  server = await testServer()
  sender = await server.shop({ deposit: '100' })
  receiver = await server.shop({ deposit: '1' })
  await changeAccount(server.sql, receiver.accountId as AccountId, { name: 'Jane Änderson' })
  client = new RestClient(server, sender)
})
afterAll(() => server.stop())

interface Page {
  items: { id: number }[]
  next_cursor: number | null
}

let keys = 0
const send = (body: unknown, key = `key ${++keys}`, by = client): Promise<RestReply> =>
  by.post('/api/transfer', body, { 'idempotency-key': key })
const balance = async (shop: Shop): Promise<number> =>
  (await new RestClient(server, shop).get('/api/wallet/snap')).body.balance

test('money goes from one account to the other, and both read of it', async () => {
  const reply = await send({ receiver: receiver.username, amount: 12.5, description: 'for May' })
  expect(reply.status, reply.text).toBe(200)
  expect(reply.body).toMatchObject({ replayed: false })
  const { transferId, transactionId, senderLedgerId, receiverLedgerId } = reply.body.data
  expect([await balance(sender), await balance(receiver)]).toEqual([87.5, 13.5])

  const mine = await client.get(`/api/transfer/${transferId}`)
  expect(mine.body.data).toMatchObject({
    id: transferId,
    direction: 'sent',
    amount: 12.5,
    currency: 'USD',
    description: 'for May',
    sender: { name: sender.username, email: `${sender.username}@example.com` },
    receiver: { name: 'J*** Ä***', email: 's***@e***.com' },
    transaction_id: transactionId,
  })
  const other = new RestClient(server, receiver)
  const theirs = await other.get(`/api/transfer/${transferId}`)
  expect(theirs.body.data).toMatchObject({
    direction: 'received',
    sender: { name: 's***', email: 's***@e***.com' },
    receiver: { name: 'Jane Änderson', email: `${receiver.username}@example.com` },
    transaction_id: receiverLedgerId,
  })

  expect((await client.get(`/api/mutation/${senderLedgerId}`)).body.data).toMatchObject({
    type: 'debit',
    reason: 'transfer',
    amount: 12.5,
    balance_after: 87.5,
    note: 'for May',
  })
  expect((await other.get(`/api/transactions/${receiverLedgerId}`)).body.data).toMatchObject({
    type: 'transfer',
    related_transfer_id: transferId,
    metadata: { direction: 'in' },
  })
})

test('a repetition gets the first result, and another body under the same key is refused', async () => {
  const asked = { receiver: receiver.username, amount: '1.50' }
  const first = await send(asked, 'once')
  const again = await send({ ...asked, amount: 1.5 }, 'once')
  expect(again.body).toEqual({ data: first.body.data, replayed: true })
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  const other = await send({ ...asked, amount: 2 }, 'once')
  expect(other.status).toBe(409)
  expect(other.body).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT_ERROR', source: 'headers' })
  const before = await balance(sender)
  const many = await Promise.all(Array.from({ length: 20 }, () => send(asked, 'at once')))
  expect(new Set(many.map(({ body }) => body.data.transferId)).size).toBe(1)
  expect(many.filter(({ body }) => !body.replayed)).toHaveLength(1)
  expect(await balance(sender)).toBe(before - 1.5)
})

test('an amount that may be meant in thousands is refused', async () => {
  const rupiah = await server.shop({ currency: 'IDR', deposit: '50000' })
  const other = await server.shop({ currency: 'IDR' })
  const by = new RestClient(server, rupiah)
  const pay = (amount: unknown) => send({ receiver: other.username, amount }, undefined, by)
  for (const amount of ['15.000', ' 1.500 ']) {
    expect(await pay(amount)).toMatchObject({
      status: 422,
      body: {
        code: 'INVALID_INPUT_ERROR',
        errors: { amount: [expect.stringContaining('write it without a point')] },
      },
    })
  }
  for (const amount of ['15000', 15_000, '15.5']) expect((await pay(amount)).status).toBe(200)
  expect(await balance(rupiah)).toBe(19_984.5)
})

test('a receiver is found by e-mail address in any case, if it is the only open account that has it', async () => {
  const email = 'twin@example.org'
  const make = (username: string) =>
    createAccount(server.sql, { name: 'Twin', email, username, currency: 'USD' }, 'test')
  const first = await make('twin-1')
  expect((await send({ receiver: ' TWIN@example.org ', amount: 1 })).status).toBe(200)
  const second = await make('twin-2')
  const both = await send({ receiver: email, amount: 1 })
  expect(both.status).toBe(404)
  expect((await send({ receiver: 'Twin-2', amount: 1 })).status).toBe(200)
  await closeAccount(server.sql, first.id)
  expect((await send({ receiver: email, amount: 1 })).status).toBe(200)
  const [{ available } = { available: 0n }] = await server.sql<{ available: bigint }[]>`
    select available from wallets where account_id = ${second.id}`
  expect(available).toBe(2_000_000n)
})

test('what cannot be sent is refused by naming the field, and moves nothing', async () => {
  const euros = await server.shop({ currency: 'EUR' })
  const gone = await server.shop()
  await closeAccount(server.sql, gone.accountId as AccountId)
  const before = await balance(sender)
  const to = receiver.username
  for (const [body, status, field] of [
    [{ receiver: 'nobody', amount: 1 }, 404, 'receiver'],
    [{ receiver: 'nobody@example.com', amount: 1 }, 404, 'receiver'],
    [{ receiver: 'a\0b', amount: 1 }, 404, 'receiver'],
    [{ receiver: String(receiver.accountId), amount: 1 }, 404, 'receiver'],
    [{ receiver: gone.username, amount: 1 }, 404, 'receiver'],
    [{ receiver: sender.username, amount: 1 }, 422, 'receiver'],
    [{ receiver: euros.username, amount: 1 }, 404, 'receiver'],
    [{ receiver: to, amount: 0 }, 422, 'amount'],
    [{ receiver: to, amount: -1 }, 422, 'amount'],
    [{ receiver: to, amount: '1e2' }, 422, 'amount'],
    [{ receiver: to, amount: '0.0000001' }, 422, 'amount'],
    [{ receiver: to, amount: 0.009999 }, 422, 'amount'],
    [{ receiver: to, amount: before + 0.000001 }, 402, 'amount'],
    [{ receiver: to, amount: 1, description: 'two\nlines' }, 422, 'description'],
    ...['\u202e', '\u2066', '\u200f', '\u061c', '\u2028', '\u0007', '\u001b[31m'].map(
      (character) =>
        [{ receiver: to, amount: 1, description: `a${character}b` }, 422, 'description'] as const,
    ),
    [{ receiver: to, amount: 1, description: 5 }, 400, 'description'],
    [{ receiver: to }, 400, 'amount'],
    [{ amount: 1 }, 400, 'receiver'],
  ] as const) {
    const reply = await send(body)
    expect([reply.status, Object.keys(reply.body.errors)], JSON.stringify(body)).toEqual([status, [field]])
  }
  const keyless = await client.post('/api/transfer', { receiver: to, amount: 1 })
  expect(keyless.status).toBe(400)
  expect(keyless.body).toMatchObject({ source: 'headers', errors: { 'idempotency-key': ['is required'] } })
  expect(await balance(sender)).toBe(before)
})

test('a credit limit cannot be sent on', async () => {
  const debtor = await server.shop({ deposit: '2' })
  await changeAccount(server.sql, debtor.accountId as AccountId, { creditLimit: micros(50_000_000n) })
  const by = new RestClient(server, debtor)
  const reply = await send({ receiver: receiver.username, amount: 2.01 }, 'much', by)
  expect(reply.status).toBe(402)
  expect(reply.body.errors.amount[0]).toBe('the balance is 2.00 USD')
  expect((await send({ receiver: receiver.username, amount: 2 }, 'all', by)).status).toBe(200)
  expect((await send({ receiver: receiver.username, amount: '0.01' }, 'more', by)).status).toBe(402)
})

test('many at once in both directions neither wait for each other for ever nor overdraw', async () => {
  const [one, two] = [await server.shop({ deposit: '3' }), await server.shop({ deposit: '3' })]
  const [byOne, byTwo] = [new RestClient(server, one), new RestClient(server, two)]
  const replies = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      n % 4 === 0
        ? send({ receiver: one.username, amount: 1 }, `both ${n}`, byTwo)
        : send({ receiver: two.username, amount: 1 }, `both ${n}`, byOne),
    ),
  )
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 402]))
  const [left, right] = [await balance(one), await balance(two)]
  expect([left + right, left >= 0, right >= 0]).toEqual([6, true, true])
})

test('transfers are listed newest first, by direction, page by page', async () => {
  const all = (await client.get('/api/transfer?limit=50')).body.data.page.items
  const ids = all.map(({ id }: { id: number }) => id)
  expect(ids).toEqual([...ids].sort((a, b) => b - a))
  const back = await send({ receiver: sender.username, amount: 1 }, 'back', new RestClient(server, receiver))
  const received = (await client.get('/api/transfer?direction=received')).body.data.page.items
  expect(received.map(({ id }: { id: number }) => id)).toEqual([back.body.data.transferId])
  const paged: number[] = []
  for (let cursor: number | null = Number.MAX_SAFE_INTEGER; cursor !== null; ) {
    const { items, next_cursor }: Page = (await client.get(`/api/transfer?limit=2&cursor=${cursor}`)).body
      .data.page
    paged.push(...items.map(({ id }: { id: number }) => id))
    cursor = next_cursor
  }
  expect(paged).toEqual([back.body.data.transferId, ...ids])
  expect((await client.get('/api/transfer?created_to=2020-01-01')).body.data.page.items).toEqual([])
})

test("a transfer of two others is none of one's own", async () => {
  const stranger = new RestClient(server, await server.shop())
  const [{ id }] = (await client.get('/api/transfer')).body.data.page.items
  expect((await stranger.get(`/api/transfer/${id}`)).status).toBe(404)
  expect((await stranger.get('/api/transfer')).body.data.page.items).toEqual([])
})

test('the books are right', async () => {
  expect(await brokenPromises(server.sql)).toEqual([])
  await expect(server.owner`update transfers set amount = 1`).rejects.toThrow('never changed or deleted')
})

test('who is a customer is told to nobody: the answer is the same whoever is named, and so is the way to it', async () => {
  const guesser = await server.shop()
  const euros = await server.shop({ currency: 'EUR' })
  const gone = await server.shop()
  await closeAccount(server.sql, gone.accountId as AccountId)
  for (const username of ['same-1', 'same-2']) {
    const account = { name: 'Same', email: 'same@example.org', username, currency: 'USD' }
    await createAccount(server.sql, account, 'test')
  }
  const asks = new RestClient(server, guesser)
  let keys = 0
  const answers = async (rest: Record<string, unknown>, names: string[]): Promise<string[]> => {
    const said = []
    for (const name of names) {
      const reply = await asks.post(
        '/api/transfer',
        { receiver: name, ...rest },
        { 'idempotency-key': `guess ${++keys}` },
      )
      said.push(JSON.stringify({ ...reply.body, traceId: '', status: reply.status }))
    }
    return [...new Set(said)]
  }
  const strangers = [
    'nobody',
    'nobody@example.org',
    euros.username,
    `${euros.username}@example.com`,
    gone.username,
    `${gone.username}@example.com`,
    'same@example.org',
  ]
  const [unknown, ...others] = await answers({ amount: 1 }, strangers)
  expect(others).toEqual([])
  expect(JSON.parse(unknown ?? '')).toMatchObject({ status: 404, errors: { receiver: [expect.any(String)] } })
  // What cannot be sent tells nothing of receivers who are there.
  const all = [...strangers, receiver.username, `${receiver.username}@example.com`]
  for (const [amount, status] of [
    [100.01, 402],
    [1_000_000, 402],
    [0.001, 422],
    ['x', 422],
  ]) {
    const said = await answers({ amount }, all)
    expect(said.map((one) => JSON.parse(one).status)).toEqual([status])
  }
  expect(await answers({ amount: 1, description: '\u202e' }, all)).toHaveLength(1)
})

test('an account that goes on naming receivers who are not there is refused for a while', async () => {
  const guesser = await server.shop()
  const asks = new RestClient(server, guesser)
  const name = (receiver: string, key: string) =>
    asks.post('/api/transfer', { receiver, amount: 1 }, { 'idempotency-key': key })
  let tries = 0
  while ((await name(`nobody-${tries}`, `${tries}`)).status === 404 && tries < 1_000) tries++
  expect(tries).toBeLessThan(1_000)
  expect(tries).toBeGreaterThanOrEqual(20)
  const refused = await name(receiver.username, 'one more')
  expect(refused.body.code).toBe('TOO_MANY_REQUESTS_ERROR')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await new RestClient(server, await server.shop()).get('/api/me')).status).toBe(200)
})

test('less than the least amount is refused by name, and nothing has moved', async () => {
  const before = [await balance(sender), await balance(receiver)]
  for (const amount of ['0.009999', '0.000001', 0.001]) {
    const reply = await send({ receiver: receiver.username, amount })
    expect([reply.status, reply.body.code, reply.text]).toEqual([
      422,
      'INVALID_INPUT_ERROR',
      expect.stringContaining('the least is 0.01 USD'),
    ])
  }
  expect([await balance(sender), await balance(receiver)]).toEqual(before)
  const other = await testServer({ TRANSFER_MINIMUMS: 'USD=2.50' })
  try {
    const [from, to] = [await other.shop({ deposit: '10' }), await other.shop()]
    const by = new RestClient(other, from)
    const refused = await send({ receiver: to.username, amount: '2.49' }, 'a', by)
    expect(refused.text).toContain('the least is 2.50 USD')
    expect((await send({ receiver: to.username, amount: '2.50' }, 'b', by)).status).toBe(200)
  } finally {
    await other.stop()
  }
})
