import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from '../../src/accounts/accounts.ts'
import { Refusal } from '../../src/errors.ts'
import { Adjustments, adjustWithin } from '../../src/ledger/adjustments.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import { lockWallets, setCreditLimit } from '../../src/ledger/wallets.ts'
import { micros } from '../../src/lib/money.ts'
import { systemClock } from '../../src/lib/time.ts'
import { ledgerEntries } from '../support/ledger-entries.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let sql: TestDatabase['sql']
let adjustments: Adjustments
let reader: LedgerReader
let count = 0
beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  adjustments = new Adjustments(sql)
  reader = new LedgerReader(sql)
})
afterAll(() => database.drop())

const account = async (opening: bigint) => {
  const username = `w${++count}`
  const made = { name: username, email: 'a@b.c', currency: 'EUR', username, deposit: micros(opening) }
  return (await createAccount(sql, made, 'test')).id
}
const because = { actor: 'test', note: 'a correction' }

test('deposits and adjustments move the balance and note who did it, when, and why', async () => {
  const id = await account(10n)
  const at = new Date('2030-05-05T05:05:05Z')
  const dated = new Adjustments(sql, { now: () => at })
  await dated.deposit(id, micros(5n), { actor: 'ann', note: 'bank' })
  await dated.adjust(id, micros(-3n), { actor: 'bob', note: 'typing error' })
  await dated.adjust(id, micros(1n), { actor: 'bob', note: 'gift' })
  expect(await reader.wallet(id)).toEqual({
    currency: 'EUR',
    available: 13n,
    held: 0n,
    creditLimit: 0n,
  })
  const entries = await ledgerEntries(sql, id)
  expect(entries.slice(0, 3)).toMatchObject([
    { kind: 'adjust_up', amount: 1n, availableAfter: 13n, actor: 'bob', note: 'gift', createdAt: at },
    {
      kind: 'adjust_down',
      amount: 3n,
      availableAfter: 12n,
      actor: 'bob',
      note: 'typing error',
      createdAt: at,
    },
    { kind: 'deposit', amount: 5n, availableAfter: 15n, actor: 'ann', note: 'bank', createdAt: at },
  ])
})

test('a deposit or an adjustment with a reference counts once, however often and at once it is asked for', async () => {
  const id = await account(1n)
  const other = await account(1n)
  const reference = 'statement 11, line 4'
  const deposit = (amount: bigint, of = id, name = reference) =>
    adjustments.deposit(of, micros(amount), { actor: 'ann', reference: name })
  const made = await Promise.all([1, 2, 3, 4, 5].map(() => deposit(50n)))
  expect(made.filter(({ isRepeated }) => !isRepeated)).toHaveLength(1)
  expect(new Set(made.map((one) => one.id)).size).toBe(1)
  expect(await deposit(50n, id, ` ${reference} `)).toMatchObject({
    isRepeated: true,
    availableAfter: 51n,
    actor: 'ann',
  })
  expect(await deposit(50n, other)).toMatchObject({ isRepeated: false })
  expect(await deposit(50n, id, 'statement 11, line 5')).toMatchObject({
    isRepeated: false,
    availableAfter: 101n,
  })
  const used = {
    code: 'conflict',
    field: 'reference',
    message: expect.stringContaining('a deposit of 0.00005 EUR'),
  }
  await expect(deposit(51n)).rejects.toMatchObject(used)
  const adjust = (amount: bigint, name: string) =>
    adjustments.adjust(id, micros(amount), { ...because, reference: name })
  await expect(adjust(50n, reference)).rejects.toMatchObject(used)
  expect(await adjust(-60n, 'mistake')).toMatchObject({ isRepeated: false, availableAfter: 41n })
  // What is repeated is not refused for want of money: nothing moves.
  expect(await adjust(-60n, 'mistake')).toMatchObject({ isRepeated: true })
  await expect(adjust(60n, 'mistake')).rejects.toMatchObject({ code: 'conflict' })
  for (const name of ['a\nb', 'x'.repeat(201)]) {
    await expect(deposit(1n, id, name)).rejects.toMatchObject({ code: 'invalid_input', field: 'reference' })
  }
  // A program that lost its reference would be counted each time.
  for (const empty of ['', '  ']) {
    await expect(deposit(1n, id, empty)).rejects.toMatchObject({ code: 'invalid_input', field: 'reference' })
  }
  expect((await checkLedger(sql)).every(({ ok }) => ok)).toBe(true)
})

test('wallets are locked in id order, however they are named and wherever they lie', async () => {
  const [first, second, third] = [await account(1n), await account(1n), await account(1n)]
  // A row that is written anew lies behind the others.
  await sql`update wallets set credit_limit = credit_limit where account_id = ${first}`
  let locking: Promise<unknown> | undefined
  await sql.begin(async (holder) => {
    await lockWallets(holder, [second])
    locking = sql.begin(async (transaction) => {
      await transaction`set local enable_indexscan = off`
      await transaction`set local enable_bitmapscan = off`
      return await lockWallets(transaction, [third, second, first])
    })
    const free = async () =>
      await sql`select account_id as id from wallets where account_id in (${first}, ${second}, ${third})
                   for update skip locked`
    // It waits for the second with the first in hand, and without the third.
    await expect.poll(free).toEqual([{ id: third }])
  })
  await locking
})

test('what is no movement is refused', async () => {
  const id = await account(10n)
  for (const [work, refusal] of [
    [() => adjustments.deposit(id, micros(0n), because), { field: 'amount' }],
    [() => adjustments.deposit(id, micros(-1n), because), { field: 'amount' }],
    [() => adjustments.adjust(id, micros(0n), because), { field: 'amount' }],
    [() => adjustments.adjust(id, micros(1n), { actor: 'test', note: ' ' }), { field: 'note' }],
    [() => adjustments.adjust(id, micros(1n), { actor: 'test', note: 'a\0b' }), { field: 'note' }],
    [() => adjustments.adjust(id, micros(-11n), because), { code: 'insufficient_balance' }],
    [() => adjustments.deposit(999_999 as typeof id, micros(1n), because), { code: 'not_found' }],
    [() => reader.wallet(999_999 as typeof id), { code: 'not_found' }],
  ] as const) {
    await expect(work()).rejects.toMatchObject(refusal)
  }
  expect((await reader.wallet(id)).available).toBe(10n)
})

test('a balance stays inside its column', async () => {
  const id = await account(1n)
  const much = micros(1_000_000_000_000_000_000n)
  for (let times = 0; times < 7; times++) await adjustments.deposit(id, much, because)
  await expect(adjustments.deposit(id, much, because)).rejects.toMatchObject({ code: 'invalid_input' })
  // Held money may come back, and must fit then.
  const held = sql.begin(async (transaction) => {
    await transaction`update wallets set available = 0, held = available where account_id = ${id}`
    await adjustWithin(transaction, id, much, because, systemClock)
  })
  await expect(held).rejects.toMatchObject({ code: 'invalid_input', field: 'amount' })
})

test('a hundred adjustments at once never overdraw', async () => {
  const id = await account(1000n)
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, () => adjustments.adjust(id, micros(-30n), because)),
  )
  const done = results.filter(({ status }) => status === 'fulfilled')
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  expect(done.length).toBe(33)
  expect(refused.every((reason) => reason instanceof Refusal && reason.code === 'insufficient_balance')).toBe(
    true,
  )
  expect((await reader.wallet(id)).available).toBe(10n)
})

test('a credit limit lets a balance go below 0 that far and no further, and is not taken away while used', async () => {
  const id = await account(10n)
  const limit = (value: bigint) => sql.begin((transaction) => setCreditLimit(transaction, id, micros(value)))
  expect(await limit(100n)).toMatchObject({ creditLimit: 100n })
  await adjustments.adjust(id, micros(-110n), because)
  await expect(adjustments.adjust(id, micros(-1n), because)).rejects.toMatchObject({
    code: 'insufficient_balance',
  })
  await expect(limit(99n)).rejects.toMatchObject({ field: 'credit_limit' })
  await expect(limit(-1n)).rejects.toMatchObject({ field: 'credit_limit' })
  expect(await reader.wallet(id)).toMatchObject({ available: -100n, creditLimit: 100n })
})

test('a transfer is never changed or deleted', async () => {
  for (const statement of [
    'update ledger_entries set amount = 0',
    'delete from ledger_entries',
    'truncate ledger_entries',
  ]) {
    await expect(database.owner.unsafe(statement)).rejects.toThrow('never changed or deleted')
  }
})

test('the books of all these wallets are right', async () => {
  expect((await checkLedger(sql)).filter(({ ok }) => !ok)).toEqual([])
})
