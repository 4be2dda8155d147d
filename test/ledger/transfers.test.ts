import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeAccount, createAccount } from '../../src/accounts/accounts.ts'
import type { Transaction } from '../../src/database/database.ts'
import { Adjustments } from '../../src/ledger/adjustments.ts'
import { masked } from '../../src/ledger/transfer.ts'
import { sendMoney } from '../../src/ledger/transfers.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { numberEntries } from '../support/number-entries.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let sql: TestDatabase['sql']
let count = 0
beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
})
afterAll(() => database.drop())

const account = async (opening = 0n): Promise<{ id: AccountId; username: string }> => {
  const username = `s${++count}`
  const made = { name: username, email: `${username}@example.com`, currency: 'EUR', username }
  return await createAccount(sql, { ...made, ...(opening > 0n && { deposit: micros(opening) }) }, 'test')
}
/** These tests send micros. */
const LEAST = new Map([['EUR', micros(1n)]])
const sendWithin = (transaction: Transaction, senderId: AccountId, receiver: string, amount: bigint) =>
  sendMoney(
    transaction,
    { senderId, receiver, amount: micros(amount), keyId: null, actor: 'test', at: new Date() },
    LEAST,
  )
const send = (senderId: AccountId, receiver: string, amount: bigint) =>
  sql.begin((transaction) => sendWithin(transaction, senderId, receiver, amount))

test('a closed account sends nothing', async () => {
  const [from, to] = [await account(10n), await account()]
  await closeAccount(sql, from.id)
  await expect(send(from.id, to.username, 1n)).rejects.toMatchObject({ code: 'account_closed' })
})

test("a receiver's balance stays inside its column", async () => {
  const much = 1_000_000_000_000_000_000n
  const [from, to] = [await account(much), await account(much)]
  for (let times = 0; times < 7; times++) {
    await new Adjustments(sql).deposit(to.id, micros(much), { actor: 'test' })
  }
  await expect(send(from.id, to.username, 1n)).rejects.toMatchObject({ field: 'amount' })
  // Held money may come back, and must fit then.
  const held = sql.begin(async (transaction) => {
    await transaction`update wallets set available = 0, held = available where account_id = ${to.id}`
    await sendWithin(transaction, from.id, to.username, 1n)
  })
  await expect(held).rejects.toMatchObject({ field: 'amount' })
})

test('a transaction that fails after it has sent nothing', async () => {
  const [from, to] = [await account(10n), await account()]
  await expect(
    sql.begin(async (transaction) => {
      await sendWithin(transaction, from.id, to.username, 3n)
      throw new Error('changed its mind')
    }),
  ).rejects.toThrow('changed its mind')
  await send(from.id, to.username, 10n)
})

test('the database itself takes no second row of the ledger for one transfer', async () => {
  await numberEntries(database.owner)
  const [from, to] = [await account(10n), await account()]
  const { id } = await send(from.id, to.username, 1n)
  const row = (kind: string, transfer: number | null) => sql`
    insert into ledger_entries (account_id, kind, amount, available_after, actor, transfer_id, created_at)
    values (${to.id}, ${kind}, 1, 2, 'thief', ${transfer}, now())`
  await expect(row('receive', id)).rejects.toThrow('ledger_entries_send_once')
  await expect(row('receive', null)).rejects.toThrow('ledger_entries_of_transfers')
  await expect(row('deposit', id)).rejects.toThrow('ledger_entries_of_transfers')
})

test('names and addresses are masked, whatever they are', () => {
  for (const [name, email, shownName, shownEmail] of [
    ['John Doe', 'john@example.com', 'J*** D***', 'j***@e***.com'],
    ['X', 'x@y.co.id', 'X***', 'x***@y***.id'],
    ['😀 shop', 'a"@"b@localhost', '😀*** s***', 'a***@l***'],
  ] as const) {
    expect(masked({ name, email })).toEqual({ name: shownName, email: shownEmail })
  }
})

test('the books are right', async () => {
  expect(await brokenPromises(sql)).toEqual([])
})
