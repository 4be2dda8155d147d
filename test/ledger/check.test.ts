import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from '../../src/accounts/accounts.ts'
import { createKey } from '../../src/accounts/keys.ts'
import type { Sql } from '../../src/database/database.ts'
import { checkLedger, type LedgerCheck } from '../../src/ledger/check.ts'
import { sendMoney } from '../../src/ledger/transfers.ts'
import { micros } from '../../src/lib/money.ts'
import { numberEntries } from '../support/number-entries.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

/**
 * Account 1 with 100 deposited and 5 in credit, and an order in each state, of items at 1 each:
 * 1 pending, 2 processing, 3 success, 4 partial, 5 failed, 6 cancelled. It has sent 5 to account 2.
 */
async function books(): Promise<TestDatabase> {
  const database = await testDatabase()
  const { sql } = database
  await numberEntries(database.owner)
  const account = {
    name: 'One',
    email: 'a@b.c',
    currency: 'USD',
    deposit: micros(100n),
    creditLimit: micros(5n),
  }
  const { id } = await createAccount(sql, account, 'test')
  await createKey(sql, id)
  await createAccount(sql, { name: 'Peer', email: 'p@b.c', currency: 'USD' }, 'test')
  await sql.unsafe(`
    insert into services (code, name, group_name, kind, input_schema, duplicate_policy)
    values ('check', 'Check', 'Checks', 'imei', '{}', 'replay');

    create temp table plan (order_id bigint, position smallint, state item_state, attempt attempt_state);
    insert into plan values
      (1, 1, 'pending', null), (2, 1, 'unknown', 'unknown'), (2, 2, 'success', 'succeeded'),
      (3, 1, 'success', 'succeeded'), (4, 1, 'success', 'succeeded'), (4, 2, 'failed', 'refused'),
      (5, 1, 'failed', 'refused'), (5, 2, 'cancelled', null), (6, 1, 'cancelled', null);

    insert into orders (account_id, id, service_id, key_id, via, state, item_count, unit_price, total, created_at, finished_at)
    select 1, o.id, 1000001, 1, 'dhru', o.state, o.items, 1, o.items, now(), case when o.id > 2 then now() end
      from (values (1, 'pending'::order_state, 1), (2, 'processing', 2), (3, 'success', 1), (4, 'partial', 2),
                   (5, 'failed', 2), (6, 'cancelled', 1)) as o (id, state, items);
    insert into items (account_id, order_id, position, service_id, input, quantity, price, state, due_at, finished_at)
    select 1, order_id, position, 1000001, '490154203237518', 1, 1, state,
           case when state in ('pending', 'unknown') then now() end,
           case when state not in ('pending', 'unknown') then now() end from plan;
    insert into attempts (account_id, order_id, position, number, supplier_id, state, created_at)
    select 1, order_id, position, 1, 1, attempt, now() from plan where attempt is not null;
    insert into order_keys (account_id, key, order_id, created_at)
    select 1, gen_random_uuid(), id, now() from orders;

    insert into ledger_entries (account_id, kind, amount, available_after, order_id, created_at)
    select 1, 'hold', total, 100 - sum(total) over (order by id), id, now() from orders order by id;
    insert into ledger_entries (account_id, kind, amount, available_after, order_id, position, created_at)
    select 1, case when state = 'success' then 'capture' else 'release' end::entry_kind, 1,
           91 + count(*) filter (where state <> 'success') over (order by order_id, position),
           order_id, position, now()
      from plan where state not in ('pending', 'unknown') order by order_id, position;
    update orders o set hold_id = t.id from ledger_entries t where t.order_id = o.id and t.kind = 'hold';
    update wallets set available = 95, held = 2 where account_id = 1;
    drop table plan`)
  const sending = {
    senderId: id,
    receiver: 'peer',
    amount: micros(5n),
    keyId: null,
    actor: 'test',
    at: new Date(),
  }
  await sql.begin((transaction) => sendMoney(transaction, sending, new Map([['USD', micros(1n)]])))
  return database
}

let database: TestDatabase
beforeAll(async () => {
  database = await books()
})
afterAll(() => database.drop())

/** `checkDamaged` checks the books as a statement leaves them, and takes it back. */
const checkDamaged = (statement: string): Promise<LedgerCheck[]> =>
  database.owner.begin(async (transaction) => {
    await transaction.unsafe(statement)
    const found = await checkLedger({ begin: (_mode, work) => work(transaction) } as Sql)
    await transaction`rollback`
    return found
  })

test('books in which every kind of order stands are right', async () => {
  expect((await checkLedger(database.sql)).filter(({ ok }) => !ok)).toEqual([])
})

/** `FORCE` lets ledger entries be changed, as nobody but a person at the database can. */
const FORCE = 'alter table ledger_entries disable trigger ledger_entries_are_final;'
/** `REFUND` gives order 3 back, but for its state. */
const REFUND = `
  insert into ledger_entries (account_id, kind, amount, available_after, order_id, position, actor, note, created_at)
  values (1, 'refund', 1, 96, 3, 1, 'test', 'late', now())`
/** `CHARGE` delivers order 6 after all. */
const CHARGE = `
  insert into ledger_entries (account_id, kind, amount, available_after, order_id, position, actor, note, created_at)
  values (1, 'charge', 1, 94, 6, 1, 'test', 'late', now())`
const SENT = 'alter table transfers disable trigger transfers_are_final;'
const DEPOSIT = `
  insert into deposit_providers (code, kind, name, currency, min_amount, created_at, updated_at)
  values ('bank', 'manual', 'Bank', 'USD', 1, now(), now());
  insert into deposits (account_id, provider_id, settled_by, fee, expires_at, created_at,
                        state, currency, amount, settled_at, total_pay)
  select 1, (select id from deposit_providers), 'test', 0, now(), now(), *, 5 from (values`
/** `invoice` is one with a line of 1. */
const invoice = (number: number, total: number, lines = 1): string => `
  insert into invoices (number, account_id, month, currency, after_entry, last_entry, seller, customer, total, line_count, actor, issued_at)
  values (${number}, 1, '2026-10-01', 'USD', 0, 9, '{}', '{}', ${total}, ${lines}, 'thief', now());
  insert into invoice_lines (number, position, account_id, entry_id, order_id, service, input, amount, at)
  values (${number}, 1, 1, 1, 3, 'Check', '490154203237518', 1, now())`
const NO_DUE = 'alter table items drop constraint items_check, drop constraint items_check1;'

/** `damages` are what a person might do to the tables by hand, by the check that must notice. */
const damages: [check: string, statements: string[]][] = [
  [
    'every account has a wallet in its currency',
    [
      `insert into accounts (name, email, username, currency) values ('Two', '', 'two', 'USD')`,
      `update wallets set currency = 'EUR'`,
    ],
  ],
  [
    'balances are the sums of the ledger entries',
    [
      'update wallets set available = available + 1 where account_id = 1',
      'update wallets set held = held - 1, available = available + 1 where account_id = 1',
      `${FORCE} update ledger_entries set amount = 99 where kind = 'deposit'`,
      `insert into ledger_entries (account_id, kind, amount, available_after, actor, created_at)
       values (1, 'deposit', 1, 96, 'thief', now())`,
      `insert into ledger_entries (account_id, kind, amount, available_after, actor, created_at)
       values (99, 'deposit', 1, 1, 'thief', now())`,
      // An entry is given to another account, as its next.
      `${FORCE} update ledger_entries set account_id = 2, id = 2, available_after = 105
        where account_id = 1 and id = 1`,
    ],
  ],
  [
    'each ledger entry notes the balance that it left',
    [
      `${FORCE} update ledger_entries set available_after = 1 where id = 2`,
      `${FORCE} delete from ledger_entries where id = 1`,
      // Two entries change places.
      `${FORCE} update ledger_entries set id = 5 - id + 1000 where account_id = 1 and id in (2, 3);
       update ledger_entries set id = id - 1000 where account_id = 1 and id > 1000`,
    ],
  ],
  [
    'the ledger entries of each account are numbered from 1, without a gap',
    [
      `${FORCE} delete from ledger_entries where id = 3`,
      `${FORCE} delete from ledger_entries where id = (select last_entry from wallets where account_id = 1)`,
      `${FORCE} delete from ledger_entries where id = 1`,
      `${FORCE} update ledger_entries set id = id + 1000 where id = 5`,
      'update wallets set last_entry = last_entry + 1 where account_id = 1',
      `alter table ledger_entries drop constraint ledger_entries_pkey;
       insert into ledger_entries select * from ledger_entries where account_id = 1 and id = 1`,
    ],
  ],
  [
    'no two orders, reviews or order events have one id',
    [
      'insert into orders select (json_populate_record(o, \'{"account_id": 2}\')).* from orders o where id = 3',
    ],
  ],
  [
    'no account is overdrawn beyond its credit limit',
    ['alter table wallets drop constraint wallets_not_overdrawn; update wallets set available = -6'],
  ],
  [
    'every order is held once, for the sum of its items',
    [
      'update orders set total = total + 1 where id = 3',
      'update items set price = 2 where order_id = 3',
      `${FORCE} delete from ledger_entries where kind = 'hold' and order_id = 3`,
      `insert into ledger_entries (account_id, kind, amount, available_after, order_id, created_at)
       values (1, 'hold', 1, 94, 3, now())`,
      'delete from items where order_id = 1',
    ],
  ],
  [
    'every order names the ledger entry that held its price',
    [
      'update orders set hold_id = null where id = 3',
      `update orders set hold_id = (select id from ledger_entries where kind = 'capture' and order_id = 3) where id = 3`,
      'update orders set hold_id = (select hold_id from orders where id = 4) where id = 3',
      // Two entries of the same amount change places, so that every balance stays.
      `${FORCE} update ledger_entries set order_id = 1000 + order_id where kind = 'hold' and order_id in (1, 3);
       update ledger_entries set order_id = 1004 - order_id where order_id > 1000`,
    ],
  ],
  [
    'every order has its items, numbered from 1',
    [
      'update orders set item_count = 2 where id = 1',
      'update items set position = 2 where order_id = 1',
      'delete from items where order_id = 4 and position = 2',
    ],
  ],
  [
    'success is captured once, failure and cancellation are released once, open items neither',
    [
      `${FORCE} delete from ledger_entries where kind = 'capture' and order_id = 3`,
      `${FORCE} delete from ledger_entries where kind = 'release' and order_id = 6`,
      `${FORCE} update ledger_entries set kind = 'release' where kind = 'capture' and order_id = 3`,
      `${FORCE} update ledger_entries set amount = 2 where kind = 'release' and order_id = 6`,
      `insert into ledger_entries (account_id, kind, amount, available_after, order_id, position, created_at)
       values (1, 'release', 1, 96, 1, 1, now())`,
      `drop index ledger_entries_settle_once;
       insert into ledger_entries (account_id, kind, amount, available_after, order_id, position, created_at)
       values (1, 'capture', 1, 95, 3, 1, now())`,
      // A hold and its capture change places, with all balances as they follow.
      `${FORCE} update ledger_entries set id = 1013 - id where account_id = 1 and id in (4, 9);
       update ledger_entries set id = id - 1000, available_after = case id when 1004 then 97 else 91 end
        where account_id = 1 and id > 1000;
       update ledger_entries set available_after = available_after + 1 where account_id = 1 and id between 5 and 8;
       update orders set hold_id = 9 where id = 3`,
    ],
  ],
  [
    'what was delivered after all was charged anew once, for its price, after that had been given back',
    [
      `update items set ended_before = 'failed' where order_id = 3`,
      `${CHARGE}; update items set ended_before = null where order_id = 6`,
      `${CHARGE}; ${FORCE} delete from ledger_entries where kind = 'charge'`,
      `${CHARGE}; ${FORCE} update ledger_entries set amount = 2 where kind = 'charge'`,
      `${CHARGE}; ${FORCE} update ledger_entries set kind = 'capture' where kind = 'release' and order_id = 6`,
      `${CHARGE}; update items set state = 'cancelled' where order_id = 6`,
      `${CHARGE}; update items set state = 'failed', refunded = 0 where order_id = 6`,
    ],
  ],
  [
    'refunds are of what was charged, come after it, and are no more than it; what was given back in whole has failed',
    [
      `update items set refunded = 1 where order_id = 3`,
      `alter table ledger_entries disable trigger ledger_entries_refund; ${REFUND}`,
      `${REFUND}; update items set state = 'success' where order_id = 3`,
      `${REFUND}; ${FORCE} delete from ledger_entries where kind = 'capture' and order_id = 3`,
      `${REFUND}; alter table items drop constraint items_refunded_at_most;
       ${FORCE} update ledger_entries set amount = 2 where kind = 'refund'; update items set refunded = 2 where order_id = 3`,
      // The capture and its refund change places.
      `${REFUND}; ${FORCE} update ledger_entries set id = 1000 + case id when 9 then 16 else 9 end where account_id = 1 and id in (9, 16);
       update ledger_entries set id = id - 1000 where id > 1000`,
    ],
  ],
  [
    'what is held is the price of the open items',
    ['update wallets set held = 3 where account_id = 1', 'delete from items where order_id = 1'],
  ],
  [
    'the state of an order follows from its items',
    [2, 3, 4, 5, 6]
      .map((id) => `update orders set state = 'pending' where id = ${id}`)
      .concat(
        `update orders set state = 'processing' where id = 1`,
        `update orders set state = 'success' where id = 4`,
        `update orders set state = 'cancelled' where id = 5`,
      ),
  ],
  [
    'orders have an end time exactly when they have ended',
    [
      'update orders set finished_at = now() where id = 1',
      'update orders set finished_at = null where id = 3',
    ],
  ],
  [
    'every open item has a next look, and no other has one',
    [
      `${NO_DUE} update items set due_at = null where order_id = 1`,
      `${NO_DUE} update items set due_at = now() where order_id = 3`,
      `${NO_DUE} update items set finished_at = now() where order_id = 1`,
    ],
  ],
  [
    'every success has an attempt that succeeded',
    ['delete from attempts where order_id = 3', `update attempts set state = 'refused' where order_id = 3`],
  ],
  [
    'nothing was given back while a supplier may deliver',
    ['sent', 'accepted', 'unknown', 'succeeded'].map(
      (state) => `update attempts set state = '${state}' where order_id = 5`,
    ),
  ],
  [
    'what one account sent, another one received, in one currency',
    [
      `${FORCE} delete from ledger_entries where kind = 'receive'`,
      `${FORCE} delete from ledger_entries where kind = 'send'`,
      `${FORCE} update ledger_entries set amount = 6 where kind = 'receive'`,
      `${SENT} update transfers set amount = 6`,
      `${SENT} update transfers set received_id = 7`,
      `update wallets set currency = 'EUR' where account_id = 2`,
    ],
  ],
  [
    'what has succeeded of deposits was credited once and in full, and nothing else was',
    [
      `${DEPOSIT} ('succeeded', 'USD', 5, now())) v`,
      `${DEPOSIT} ('expired', 'EUR', 5, now())) v`,
      `${DEPOSIT} ('failed', 'USD', 5, now())) v; insert into ledger_entries
         (account_id, kind, amount, available_after, actor, deposit_id, created_at)
       values (1, 'deposit', 5, 95, 'thief', (select id from deposits), now())`,
      `${DEPOSIT} ('succeeded', 'USD', 5, now())) v; insert into ledger_entries
         (account_id, kind, amount, available_after, actor, deposit_id, created_at)
       values (1, 'deposit', 6, 96, 'thief', (select id from deposits), now())`,
      `insert into ledger_entries (account_id, kind, amount, available_after, actor, deposit_id, created_at)
       values (1, 'deposit', 5, 95, 'thief', 1001, now())`,
    ],
  ],
  [
    'every row belongs to what it names',
    [
      `${SENT} delete from transfers`,
      `${FORCE} insert into ledger_entries (account_id, kind, amount, available_after, actor, transfer_id, created_at)
       values (2, 'receive', 5, 10, 'thief', 2, now())`,
      'delete from orders where id = 3',
      'delete from items where order_id = 2 and position = 1',
      'delete from items where order_id = 3',
      'update orders set service_id = 7 where id = 1',
      'update orders set key_id = 7 where id = 1',
      'update attempts set supplier_id = 7',
      'update items set service_id = 7 where order_id = 1',
      `${FORCE} update ledger_entries set account_id = 7 where kind = 'deposit'`,
    ],
  ],
  ['every key of a repeated request names an order', ['delete from orders where id = 1']],
  [
    'invoices are numbered from 1, without a gap, and each is the sum of its lines',
    [invoice(2, 1), invoice(1, 2), invoice(1, 1, 2)],
  ],
]

test('every check has a damage here that it must notice', async () => {
  const checks = (await checkLedger(database.sql)).map(({ name }) => name)
  expect(damages.map(([name]) => name)).toEqual(checks)
})

const each = damages.flatMap(([check, statements]) =>
  statements.map((statement) => [check, statement.replace(/\s+/g, ' ')] as const),
)

test.each(each)('"%s" goes red after: %s', async (check, statement) => {
  const found = (await checkDamaged(statement)).find(({ name }) => name === check)
  expect(found?.ok).toBe(false)
  expect(found?.rows.length).toBeGreaterThan(0)
})
