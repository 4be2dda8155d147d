import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { noteAllAccounts, selectLastLink } from '../../src/audit/chain.sql.ts'
import { checkChain, followChain, type Known } from '../../src/audit/chain-check.ts'
import { chainNext, writeLink } from '../../src/audit/chain-writer.ts'
import { readCheckpoints, signCheckpoint } from '../../src/audit/checkpoint.ts'
import { END, type Range, without } from '../../src/audit/unchained.ts'
import type { Transaction } from '../../src/database/database.ts'
import { Adjustments } from '../../src/ledger/adjustments.ts'
import type { LedgerCheck } from '../../src/ledger/check.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { systemClock } from '../../src/lib/time.ts'
import { rotate } from '../../src/secret-keys/rotate.ts'
import { openSigner } from '../../src/secret-keys/sealing.ts'
import { openSigners } from '../../src/secret-keys/signers.ts'
import { KeyRing } from '../../src/secrets/key-ring.ts'
import { markOf } from '../../src/secrets/sealer.ts'
import { Signer } from '../../src/secrets/signer.ts'
import { newAccount } from '../orders/orders.fixtures.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { randomNumbers } from '../support/random.ts'
import { RowsRead } from '../support/rows-read.ts'

let database: TestDatabase
let accounts: AccountId[]
const signer = new Signer(Buffer.alloc(32, 7))
const random = randomNumbers(inject('seed'))

beforeAll(async () => {
  database = await testDatabase()
  accounts = [await newAccount(database.sql, 1_000_000n), await newAccount(database.sql, 2_000_000n)]
  for (let n = 0; n < 3; n++) {
    await grow(n)
    await chainAll()
  }
})
afterAll(() => database.drop())

const at = new Date('2026-05-01T12:00:00.123Z')

/** `grow` adds entries to the ledgers and lines to the trail. */
async function grow(n: number): Promise<void> {
  for (const account of accounts) {
    for (const amount of [1n, 2n, 3n]) {
      await new Adjustments(database.sql).deposit(account, micros(amount * 1_000_000n), {
        actor: 'cli:anna',
        note: `${n}`,
      })
    }
  }
  await database.sql`update accounts set name = name || ${String(n)}`
}

async function chainAll(): Promise<void> {
  while (await chainNext(database.sql, at)) {}
}

const broken = async (known: Parameters<typeof checkChain>[1] = []) =>
  (await checkChain(database.sql, known)).filter(({ ok }) => !ok).map(({ name }) => name)

class Undone extends Error {}

/** `found` gives what a check finds after somebody who may switch triggers off has changed the database; the change is then undone. */
const found = async (...statements: string[]): Promise<string[]> =>
  (await checksAfter(statements)).map(({ name }) => name)

/** `checksAfter` gives the checks that fail then; `more` is what happens before they are made. */
async function checksAfter(
  statements: string[],
  known: Known[] = [],
  more: (sql: Transaction) => Promise<unknown> = async () => {},
): Promise<LedgerCheck[]> {
  let checks: LedgerCheck[] = []
  const work = database.owner.begin(async (transaction) => {
    await transaction.unsafe('set local session_replication_role = replica')
    for (const statement of statements) {
      expect((await transaction.unsafe(statement)).count, statement).toBeGreaterThan(0)
    }
    await more(transaction)
    checks = (await followChain(transaction, known)).filter(({ ok }) => !ok)
    throw new Undone()
  })
  await expect(work).rejects.toThrow(Undone)
  return checks
}

const CHAIN = 'every link of the hash chain follows from the one before'
const ENTRIES = 'the chained ledger entries are as they were chained'
const TRAIL = 'the chained trail is as it was chained'
/** `entry` and `line` are any of those that are chained. */
const entry = () =>
  `where account_id = ${accounts[Math.floor(random() * 2)]} and id = ${1 + Math.floor(random() * 10)}`
const line = () => `where id = (select id from trail order by id offset ${Math.floor(random() * 8)} limit 1)`

describe('the hash chain', () => {
  it('holds all of the ledger and the trail, and finds nothing in what is as it was', async () => {
    expect(await broken()).toEqual([])
    const [{ n }] = (await database.sql`
      select (select count(*) from trail t where not exists (select from chain_links l where t.id = any(l.changes)))
           + (select count(*) from wallets w left join chained_ledgers c using (account_id)
               where c.last_id is distinct from w.last_entry) as n`) as unknown as [{ n: bigint }]
    expect(n).toBe(0n)
    expect(await chainNext(database.sql, at)).toBe(false)
  })

  it.each([
    ['an amount', () => `update ledger_entries set amount = amount + 1 ${entry()}`],
    ['a balance', () => `update ledger_entries set available_after = available_after - 1 ${entry()}`],
    ['a note', () => `update ledger_entries set note = coalesce(note, '') || '!' ${entry()}`],
    ['who made it', () => `update ledger_entries set actor = 'cli:bob' ${entry()}`],
    [
      'a time',
      () => `update ledger_entries set created_at = created_at + interval '1 microsecond' ${entry()}`,
    ],
    ['a kind', () => `update ledger_entries set kind = 'adjust_up' ${entry()}`],
    ['a row that is gone', () => `delete from ledger_entries ${entry()}`],
  ])('finds a ledger entry that was changed: %s', async (_what, change) => {
    expect(await found(change())).toEqual([ENTRIES])
  })

  it('finds entries that have changed places', async () => {
    const of = `where account_id = ${accounts[0]}`
    const swap = [
      `update ledger_entries set id = 1000 ${of} and id = 3`,
      `update ledger_entries set id = 3 ${of} and id = 4`,
      `update ledger_entries set id = 4 ${of} and id = 1000`,
    ]
    expect(await found(...swap)).toEqual([ENTRIES])
  })

  it.each([
    ['who', () => `update trail set actor = 'cli:bob' ${line()}`],
    ['what was before', () => `update trail set before = '{"name": "other"}' ${line()}`],
    ['when', () => `update trail set at = at - interval '1 day' ${line()}`],
    ['a line that is gone', () => `delete from trail ${line()}`],
  ])('finds a line of the trail that was changed: %s', async (_what, change) => {
    expect(await found(change())).toEqual([TRAIL])
  })

  it.each([
    ['a link that is gone', ['delete from chain_links where id = 2'], [CHAIN, ENTRIES]],
    [
      'the last link that is gone',
      ['delete from chain_links where id = (select max(id) from chain_links)'],
      [CHAIN],
    ],
    ['a time', [`update chain_links set at = at + interval '1 second' where id = 2`], [CHAIN]],
    ['a hash', [`update chain_links set hash = sha256('x') where id = 2`], [CHAIN]],
    ['a line less', ['update chain_links set changes = changes[2:] where id = 2'], [CHAIN, TRAIL]],
  ])('finds a link that was changed: %s', async (_what, statements, names) => {
    expect(await found(...statements)).toEqual(expect.arrayContaining(names))
  })

  it('names what is missing, and what was put in', async () => {
    const [account] = accounts as [AccountId]
    const { id } = (await database.sql<{ id: bigint }[]>`select max(id) as id from trail`)[0] as {
      id: bigint
    }
    const copy = `insert into trail (id, at, actor, what, subject, account_id, before, after) overriding system value
                  select -7, at, actor, what, subject, account_id, before, after from trail where id = ${id}`
    const told = async (...statements: string[]) =>
      (await checksAfter(statements)).flatMap(({ rows }) => rows)
    expect(
      await told(`delete from ledger_entries where account_id = ${account} and id in (2, 3)`),
    ).toMatchObject(['2', '3'].map((entries) => ({ account_id: account, entries, found: 'missing' })))
    expect(await told(`delete from trail where id = ${id}`)).toMatchObject([
      { changes: String(id), found: 'missing' },
    ])
    expect(await told(copy)).toMatchObject([{ link_id: null, changes: '-7', found: 'in no link' }])
    expect(await told(`update trail set actor = 'x' where id = ${id}`)).toMatchObject([
      { changes: expect.stringContaining(String(id)), found: 'changed among these' },
    ])
    expect(
      await told(
        `update trail t set at = o.at, actor = o.actor, what = o.what, subject = o.subject, before = o.before, after = o.after
           from trail o where (t.id, o.id) in ((${id}, ${id} - 1), (${id} - 1, ${id}))`,
      ),
    ).toMatchObject([{ found: 'changed among these' }])
    const later = `(select max(id) from chain_links)`
    const lost = `where id > ${id} - 2`
    expect(await told(`delete from chain_links where id = ${later}`)).toMatchObject([
      ...accounts.map((one) => ({ found: `a link is missing that holds account ${one}` })),
      ...(await database.sql<{ id: bigint }[]>`
        select id from trail where id = any((select changes from chain_links order by id desc limit 1)::bigint[]) order by id`.then(
        (rows) => rows.map((row) => ({ changes: String(row.id), found: 'in no link' })),
      )),
    ])
    expect(await found(`delete from chained_ledgers where account_id = ${account}`)).toEqual([CHAIN])
    expect(await found(`delete from trail ${lost}`)).toEqual([TRAIL])
  })

  it('that lost its end, or is of a backup that was restored, is found by the checkpoints alone', async () => {
    const checkpoint = (await signCheckpoint(database.sql, signer)) as string
    const last = `(select max(id) from chain_links)`
    // As a backup has it that was made before the last link: nothing of it is there.
    const restored = [
      `delete from ledger_entries e using
         (select account, count from chain_links, unnest(accounts, counts) as held (account, count) where id = ${last}) held
        where e.account_id = held.account and e.id > (select last_id - held.count from chained_ledgers where account_id = held.account)`,
      `update chained_ledgers c set last_id = last_id - held.count from
         (select account, count from chain_links, unnest(accounts, counts) as held (account, count) where id = ${last}) held
        where c.account_id = held.account`,
      `update wallets w set last_entry = c.last_id from chained_ledgers c where c.account_id = w.account_id`,
      `delete from trail where id in (select unnest(changes) from chain_links where id = ${last})`,
      `delete from unchained_changes`,
      `insert into unchained_changes (first_id, last_id) select max(id) + 1, ${END} from trail`,
      `delete from chain_links where id = ${last}`,
    ]
    const known = readCheckpoints(checkpoint, signer)
    const link_id = BigInt(known[0]?.link as number)
    const name = 'the hash chain goes through the checkpoints'
    expect(await checksAfter(restored)).toEqual([])
    expect(await checksAfter(restored, known)).toEqual([
      { name, ok: false, rows: [{ link_id, at, found: `the chain ends with link ${link_id - 1n}` }] },
    ])
    const goOn = async (sql: Transaction) => {
      await sql`set local session_replication_role = origin`
      await sql`update accounts set name = 'after the restoration'`
      await writeLink(sql, at)
      // A checkpoint of after it does not hide the one of before.
      const { id: link, hash } = (await selectLastLink(sql)) as { id: number; hash: Buffer }
      known.push({ link, hash, at })
    }
    expect(await checksAfter(restored, known, goOn)).toEqual([
      { name, ok: false, rows: [{ link_id, at, found: 'another link was chained in its place' }] },
    ])
  })

  it('finds an entry that was changed together with its link', async () => {
    const hash = `(select sha256(convert_to('made to fit', 'UTF8')))`
    expect(
      await found(
        `update ledger_entries set amount = amount * 2 where account_id = ${accounts[1]} and id = 2`,
        `update chain_links set entries_hash = ${hash} where id = 1`,
      ),
    ).toEqual(expect.arrayContaining([CHAIN]))
  })

  it('is found by a checkpoint to have been made anew', async () => {
    const checkpoint = (await signCheckpoint(database.sql, signer)) as string
    expect(await broken(readCheckpoints(`${checkpoint}\n`, signer))).toEqual([])
    await database.owner.begin(async (transaction) => {
      await transaction.unsafe('set local session_replication_role = replica')
      await transaction.unsafe(
        `update ledger_entries set note = 'forged' where account_id = ${accounts[0]} and id = 2`,
      )
      for (const table of ['chain_links', 'chained_ledgers', 'unchained_changes']) {
        await transaction.unsafe(`delete from ${table}`)
      }
    })
    // As at the start, and once a day.
    await noteAllAccounts(database.sql)
    await chainAll()
    expect(await broken()).toEqual([])
    expect(await broken(readCheckpoints(checkpoint, signer))).toEqual([
      'the hash chain goes through the checkpoints',
    ])
  })

  it('takes no checkpoint that was not signed here', async () => {
    const checkpoint = (await signCheckpoint(database.sql, signer)) as string
    const other = new Signer(Buffer.alloc(32, 8))
    expect(() => readCheckpoints(checkpoint, other)).toThrow('was not signed with the secret key')
    expect(() =>
      readCheckpoints(checkpoint.replace(' 1 ', ' 2 ').replace('2026-05', '2026-06'), signer),
    ).toThrow('was not signed')
    expect(() => readCheckpoints('hello', signer)).toThrow('line 1 is no checkpoint')
  })

  it('takes checkpoints of before a rotation of the secret key, and none that the former key signs afterwards', async () => {
    const { sql } = database
    const keys = [1, 2, 3].map((byte) => Buffer.alloc(32, byte))
    const ring = (own: number, next?: number): KeyRing =>
      new KeyRing({
        secretKey: keys[own]?.toString('hex'),
        nextSecretKey: next === undefined ? undefined : keys[next]?.toString('hex'),
        dataFolder: '/nowhere',
      })
    const lines: string[] = []
    for (const [own, next] of [
      [0, 1],
      [1, 2],
    ] as const) {
      lines.push((await signCheckpoint(sql, await openSigner(sql, ring(own)))) as string)
      await rotate({ sql, ring: ring(own, next), clock: systemClock })
      await chainAll()
    }
    const signers = await openSigners(sql, ring(2))
    expect(await broken(readCheckpoints(lines.join('\n'), signers))).toEqual([])
    // What was chained since, the rotations themselves, is for the new key alone.
    const late = (await signCheckpoint(sql, new Signer(keys[0] as Buffer))) as string
    expect(() => readCheckpoints(late, signers)).toThrow('line 1 was not signed with the secret key')
    // Who writes the database, and has no key, makes no signer of his own.
    const forger = new Signer(randomBytes(32))
    const forged = (await signCheckpoint(sql, forger)) as string
    await sql`update secret_key_rotations set former_signer = ${forger.publicKey}, last_link_id = 1000000 where to_key = ${markOf(keys[2] as Buffer)}`
    const misled = await openSigners(sql, ring(2))
    for (const line of [forged, ...lines])
      expect(() => readCheckpoints(line, misled)).toThrow('was not signed')
    await database.owner`truncate secret_key_rotations`
  })

  it('gets a line of the trail whose transaction ended after later ones were chained', async () => {
    const { promise: begun, resolve: hasBegun } = Promise.withResolvers<void>()
    const { promise: goOn, resolve: end } = Promise.withResolvers<void>()
    const slow = database.sql.begin(async (transaction) => {
      await transaction`update accounts set name = 'slow' where id = ${accounts[0] as AccountId}`
      hasBegun()
      await goOn
    })
    await begun
    await database.sql`update accounts set name = 'quick' where id = ${accounts[1] as AccountId}`
    await chainAll()
    end()
    await slow
    await chainAll()
    const [{ open }] = (await database.sql`
      select count(*) as open from trail t where not exists (select from chain_links l where t.id = any(l.changes))`) as unknown as [
      { open: bigint },
    ]
    expect(open).toBe(0n)
    expect(await broken()).toEqual([])
  })

  it('looks at what is new, however much was written a moment ago, and at the holes in it', async () => {
    const { sql } = database
    // The ids of what was undone are never seen.
    await expect(
      sql.begin(async (transaction) => {
        await transaction`update accounts set name = 'undone'`
        throw new Undone()
      }),
    ).rejects.toThrow(Undone)
    await sql`insert into trail (actor, what, subject, after) select 'test', 'x', n::text, '{}' from generate_series(1, 3000) n`
    await chainAll()
    const read = await new RowsRead(database).open()
    await sql`update accounts set name = 'new' where id = ${accounts[0] as AccountId}`
    const rows = await read.of(async () => {
      expect(await chainNext(read.sql, at)).toBe(false)
    })
    await read.sql.end()
    expect(rows).toBeLessThan(100)
    expect(await broken()).toEqual([])
    // What never came is given up in the end.
    const late = new Date(at.getTime() + 3 * 3_600_000)
    const left = async () => (await sql`select 1 from unchained_changes`).length
    expect(await left()).toBeGreaterThan(1)
    await sql`update accounts set name = 'newer'`
    await chainNext(sql, late)
    expect(await left()).toBe(1)
  })

  it('holds every line once, in whatever order they come to be seen', () => {
    const now = new Date(0)
    let ranges: Range[] = [{ first: 1n, last: END, since: null }]
    const unseen = Array.from({ length: 300 }, (_, n) => BigInt(n + 1))
    while (unseen.length > 0) {
      const ids = unseen.filter(() => random() < 0.3)
      for (const id of ids) {
        unseen.splice(unseen.indexOf(id), 1)
        expect(ranges.filter(({ first, last }) => first <= id && id <= last)).toHaveLength(1)
      }
      ranges = without(ranges, ids, now)
      const held = (id: bigint) => ranges.some(({ first, last }) => first <= id && id <= last)
      expect(Array.from({ length: 300 }, (_, n) => BigInt(n + 1)).filter(held)).toEqual(
        expect.arrayContaining(unseen),
      )
      expect(ids.some(held)).toBe(false)
    }
    expect(ranges).toEqual([{ first: 301n, last: END, since: null }])
  })

  it('is written by one process at a time', async () => {
    await grow(9)
    const both = await Promise.all([chainNext(database.sql, at), chainNext(database.sql, at)])
    expect(both).toEqual([false, false])
    await chainAll()
    expect(await broken()).toEqual([])
  })
})
