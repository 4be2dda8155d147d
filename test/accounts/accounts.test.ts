import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  changeAccount,
  closeAccount,
  createAccount,
  createPriceGroup,
  findAccount,
  listAccounts,
  listPriceGroups,
  reopenAccount,
} from '../../src/accounts/accounts.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { micros } from '../../src/lib/money.ts'
import { ledgerEntries } from '../support/ledger-entries.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let sql: TestDatabase['sql']
beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
})
afterAll(() => database.drop())

const valid = { name: 'A Shop', email: 'a@example.com', currency: 'USD' }

test('an account comes with its wallet and its first deposit', async () => {
  const made = await createAccount(
    sql,
    { ...valid, username: 'First', deposit: micros(100_000_000n) },
    'test',
  )
  expect(made).toMatchObject({ username: 'first', available: 100_000_000n, held: 0n, status: 'active' })
  const entries = await ledgerEntries(sql, made.id)
  expect(entries).toMatchObject([{ kind: 'deposit', amount: 100_000_000n, actor: 'test' }])
})

test('an amount of an account that may be meant in thousands is refused', async () => {
  const detail = (field: string) => ({
    detail: `${field}: may be 100 or 100000 IDR: write it without a point`,
  })
  for (const field of ['deposit', 'creditLimit']) {
    const wrong = { ...valid, currency: 'IDR', [field]: '100.000' }
    await expect(createAccount(sql, wrong, 'test')).rejects.toMatchObject(detail(field))
  }
  const { id } = await createAccount(sql, { ...valid, currency: 'IDR' }, 'test')
  for (const field of ['creditLimit', 'lowBalance']) {
    await expect(changeAccount(sql, id, { [field]: '100.000' })).rejects.toMatchObject(detail(field))
    await changeAccount(sql, id, { [field]: '100000' })
  }
  expect(await findAccount(sql, String(id))).toMatchObject({
    creditLimit: 100_000_000_000n,
    lowBalance: 100_000_000_000n,
  })
})

test('nothing of an account stays when its deposit is refused', async () => {
  const wrong = { ...valid, username: 'never', deposit: micros(0n) }
  await expect(createAccount(sql, wrong, 'test')).rejects.toMatchObject({ field: 'deposit' })
  await expect(findAccount(sql, 'never')).rejects.toMatchObject({ code: 'not_found' })
})

test('a username is made of the name, else of the email, and is unique also when many are made at once', async () => {
  const make = (name: string, email = 'info@example.com') =>
    createAccount(sql, { ...valid, name, email }, 'test').then(({ username }) => username)
  expect(await make('Été & Söhne GmbH')).toBe('ete-sohne-gmbh')
  expect(await make('手机店', 'shou.ji@example.com')).toBe('shou-ji')
  expect(await make('12345', '678@example.com')).toBe('account')
  const many = await Promise.all(Array.from({ length: 8 }, () => make('Twin')))
  expect(new Set(many)).toEqual(new Set(['twin', ...[2, 3, 4, 5, 6, 7, 8].map((n) => `twin-${n}`)]))
})

test('a username that somebody has is a conflict, in any case', async () => {
  await createAccount(sql, { ...valid, username: 'taken' }, 'test')
  await expect(createAccount(sql, { ...valid, username: 'TAKEN' }, 'test')).rejects.toMatchObject({
    code: 'conflict',
    field: 'username',
  })
})

test.each([
  [{ name: ' ' }, 'name'],
  [{ name: 'a\0b' }, 'name'],
  [{ name: 'a\nb' }, 'name'],
  [{ name: '\ud800' }, 'name'],
  [{ name: 'x'.repeat(201) }, 'name'],
  [{ email: 'no address' }, 'email'],
  [{ currency: 'XYZ' }, 'currency'],
  [{ currency: 'US' }, 'currency'],
  [{ username: 'a b' }, 'username'],
  [{ username: '12345' }, 'username'],
  [{ username: 'key.secret' }, 'username'],
  [{ group: 'nobody' }, 'group'],
  [{ group: '\0' }, 'group'],
  [{ creditLimit: micros(-1n) }, 'credit_limit'],
])('an account with %o is refused, naming %s', async (wrong, field) => {
  await expect(createAccount(sql, { ...valid, ...wrong }, 'test')).rejects.toMatchObject({
    code: 'invalid_input',
    field,
  })
})

test('an account is found by id and by username in any case, and by nothing else', async () => {
  const { id } = await createAccount(sql, { ...valid, username: 'seeker' }, 'test')
  expect((await findAccount(sql, String(id))).username).toBe('seeker')
  expect((await findAccount(sql, ' SEEKER ')).id).toBe(id)
  for (const name of ['', '0', '99999999999999999999', 'nobody', 'a\0b', "' or true --"]) {
    await expect(findAccount(sql, name)).rejects.toMatchObject({ code: 'not_found' })
  }
  expect((await listAccounts(sql, { search: 'SEEK' })).map((account) => account.id)).toEqual([id])
})

test('price groups are unique by name in any case, and accounts enter and leave them by name or id', async () => {
  const gold = await createPriceGroup(sql, 'Gold resellers')
  await expect(createPriceGroup(sql, 'GOLD RESELLERS')).rejects.toMatchObject({ code: 'conflict' })
  const { id } = await createAccount(sql, { ...valid, group: 'gold resellers' }, 'test')
  expect(await listPriceGroups(sql)).toMatchObject([{ name: 'Gold resellers', accounts: 1 }])
  expect((await changeAccount(sql, id, { group: null })).group).toBeNull()
  expect((await changeAccount(sql, id, { group: String(gold.id) })).group).toBe('Gold resellers')
})

test('only what is given changes', async () => {
  const { id } = await createAccount(sql, { ...valid, name: 'Before' }, 'test')
  const changed = await changeAccount(sql, id, { name: 'After', creditLimit: micros(5n) })
  expect(changed).toMatchObject({ name: 'After', email: valid.email, creditLimit: 5n })
  await expect(changeAccount(sql, id, { name: 'Never', creditLimit: micros(-5n) })).rejects.toThrow()
  expect((await findAccount(sql, String(id))).name).toBe('After')
})

test('an account is closed and reopened', async () => {
  const { id } = await createAccount(sql, valid, 'test')
  expect((await closeAccount(sql, id)).status).toBe('closed')
  expect((await reopenAccount(sql, id)).status).toBe('active')
})

test('the books of all these accounts are right', async () => {
  expect((await checkLedger(sql)).filter(({ ok }) => !ok)).toEqual([])
})
