import type { Queryable, Transaction } from '../database/database.ts'
import { exchangesOf } from './demo-exchanges.ts'
import type { ExchangeRow, Month, Offered, Order, Sold, WalletRow } from './demo-rows.ts'

/** `hasOrders` tells whether anybody has ordered anything yet. */
export async function hasOrders(sql: Queryable): Promise<boolean> {
  const [row] = await sql<{ any: boolean }[]>`select exists (select from orders) as any`
  return row?.any === true
}

/** `keepHomeCurrency` says in which currency the business counts, where nobody has said so yet. */
export async function keepHomeCurrency(sql: Queryable, currency: string): Promise<void> {
  await sql`insert into kept_settings (name, value) values ('HOME_CURRENCY', ${currency}) on conflict do nothing`
}

/** `selectOffered` gives the services that are sold, with their routes. */
export async function selectOffered(sql: Queryable): Promise<Offered[]> {
  const services = await sql<Omit<Offered, 'routes'>[]>`
    select id, code, kind::text as kind from services where active order by id`.records()
  const routes = await sql<(Offered['routes'][number] & { serviceId: number })[]>`
    select r.service_id, r.id, r.supplier_id, s.name as supplier, r.cost
      from supplier_routes r join suppliers s on s.id = r.supplier_id order by r.service_id, r.position, r.id`.records()
  return services.map((service) => ({
    ...service,
    routes: routes
      .filter(({ serviceId }) => serviceId === service.id)
      .map(({ serviceId: _, ...route }) => route),
  }))
}

/** `selectSold` gives what each account pays for what it may see: the nearest price. */
export async function selectSold(sql: Queryable): Promise<Sold[]> {
  return await sql<Sold[]>`
    select distinct on (a.id, p.service_id) a.id as account_id, p.service_id, p.unit_price
      from accounts a
      join prices p on p.currency = a.currency and coalesce(p.account_id, a.id) = a.id
                   and (p.price_group_id is null or p.price_group_id = a.price_group_id)
      join services v on v.id = p.service_id and (v.visible_to is null or a.price_group_id = any(v.visible_to))
     order by a.id, p.service_id, p.account_id nulls last, p.price_group_id nulls last`.records()
}

/** `writeMonth` writes the rows of a month, for accounts of which nothing was written yet. */
export async function writeMonth(transaction: Transaction, month: Month): Promise<void> {
  const orders = await takeNumbers(transaction, month.orders.length)
  const deposits = await insertDeposits(transaction, month)
  await insertOrders(transaction, month, orders)
  await insertItems(transaction, month.orders, orders)
  await insertAttempts(transaction, month.orders, orders)
  await insertExchanges(transaction, exchangesOf(month.orders, orders))
  await insertReviews(transaction, month.orders, orders)
  await insertEntries(transaction, month, orders, deposits)
  await insertRequests(transaction, month, orders)
  await keepWallets(transaction, month.wallets)
}

/** `takeNumbers` takes numbers of orders, ascending. */
async function takeNumbers(sql: Transaction, count: number): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select nextval('order_ids') as id from generate_series(1, ${count}::int)`.records()
  return rows.map(({ id }) => Number(id)).sort((one, other) => one - other)
}

async function insertDeposits(sql: Transaction, { deposits }: Month): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, details, proof, note, reason, expires_at, check_at,
                          settled_at, settled_by, created_at)
    select account_id, provider_id, state, currency, amount, 0, amount, details, proof, note, reason, expires_at, check_at, settled_at,
           settled_by, created_at
      from jsonb_to_recordset(${JSON.stringify(deposits)}::text::jsonb) as d (
        account_id int, provider_id int, state text, currency text, amount bigint, details jsonb, proof text, note text, reason text,
        expires_at timestamptz, check_at timestamptz, settled_at timestamptz, settled_by text, created_at timestamptz)
    returning id`.records()
  const ids = rows.map(({ id }) => Number(id))
  const files = deposits.flatMap(({ file, created_at }, at) =>
    file === null ? [] : { id: ids[at], file, created_at },
  )
  await sql`
    insert into deposit_proofs (deposit_id, media_type, content, created_at)
    select id, 'image/png', decode(file, 'base64'), created_at
      from jsonb_to_recordset(${JSON.stringify(files)}::text::jsonb) as f (id bigint, file text, created_at timestamptz)`
  return ids
}

/** `stateOf` is what an order's state follows from its items, after their refunds. */
function stateOf({ items }: Order): { state: string; finished_at: Date | null } {
  const states = items.map(({ state, refunds, price }) =>
    refunds.reduce((sum, { amount }) => sum + amount, 0n) === price && refunds.length > 0 ? 'failed' : state,
  )
  const all = (state: string): boolean => states.every((one) => one === state)
  const ends = items.map(({ finished_at }) => finished_at?.getTime() ?? 0)
  const finished_at = ends.includes(0) ? null : new Date(Math.max(...ends))
  if (all('pending')) return { state: 'pending', finished_at }
  if (finished_at === null) return { state: 'processing', finished_at }
  if (all('success')) return { state: 'success', finished_at }
  if (states.includes('success')) return { state: 'partial', finished_at }
  return { state: states.includes('failed') ? 'failed' : 'cancelled', finished_at }
}

async function insertOrders(sql: Transaction, month: Month, ids: readonly number[]): Promise<void> {
  const holds = new Map(
    month.entries.filter(({ kind }) => kind === 'hold').map(({ order, id }) => [order, id]),
  )
  const rows = month.orders.map((one, at) => ({
    account_id: one.account.id,
    id: ids[at],
    service_id: one.service.id,
    key_id: one.account.keyId,
    via: one.account.via,
    ...stateOf(one),
    item_count: one.items.length,
    unit_price: String(one.unitPrice),
    total: String(one.items.reduce((sum, { price }) => sum + price, 0n)),
    reference: one.reference,
    created_at: one.at,
    hold_id: holds.get(at),
  }))
  await sql`
    insert into orders (account_id, id, service_id, key_id, via, state, item_count, unit_price, total, reference, created_at, finished_at, hold_id)
    select account_id, id, service_id, key_id, via, state::order_state, item_count, unit_price, total, reference, created_at, finished_at, hold_id
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as o (
        account_id int, id bigint, service_id int, key_id int, via text, state text, item_count int, unit_price bigint, total bigint,
        reference text, created_at timestamptz, finished_at timestamptz, hold_id bigint)`
}

async function insertItems(
  sql: Transaction,
  orders: readonly Order[],
  ids: readonly number[],
): Promise<void> {
  const rows = orders.flatMap(({ account, service, items }, at) =>
    items.map(({ attempts: _, review: __, refunds: ___, price, ...item }, place) => ({
      ...item,
      ...{
        account_id: account.id,
        order_id: ids[at],
        position: place + 1,
        service_id: service.id,
        price: String(price),
      },
    })),
  )
  await sql`
    insert into items (account_id, order_id, position, service_id, input, fields, quantity, price, state, result, reason, due_at, finished_at,
                       supplier_id)
    select account_id, order_id, position, service_id, input, fields, quantity, price, state::item_state, result, reason, due_at, finished_at,
           supplier_id
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as i (
        account_id int, order_id bigint, position smallint, service_id int, input text, fields jsonb, quantity int, price bigint, state text,
        result text, reason text, due_at timestamptz, finished_at timestamptz, supplier_id int)`
}

async function insertAttempts(
  sql: Transaction,
  orders: readonly Order[],
  ids: readonly number[],
): Promise<void> {
  const rows = orders.flatMap(({ account, items }, at) =>
    items.flatMap(({ attempts }, place) =>
      attempts.map((attempt) => ({
        ...attempt,
        account_id: account.id,
        order_id: ids[at],
        position: place + 1,
      })),
    ),
  )
  await sql`
    insert into attempts (account_id, order_id, position, number, supplier_id, route_id, state, reference, detail, cost, fault, unrecognised,
                          created_at, finished_at)
    select account_id, order_id, position, number, supplier_id, route_id, state::attempt_state, reference, detail, cost, fault, unrecognised,
           created_at, finished_at
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as a (
        account_id int, order_id bigint, position smallint, number smallint, supplier_id int, route_id int, state text, reference text,
        detail text, cost bigint, fault text, unrecognised text, created_at timestamptz, finished_at timestamptz)`
}

async function insertExchanges(sql: Transaction, rows: readonly ExchangeRow[]): Promise<void> {
  await sql`
    insert into attempt_exchanges (account_id, order_id, position, number, at, call, method, url, request, status, answer, error, milliseconds)
    select account_id, order_id, position, number, at, 'send', 'POST', url, request, status, answer, error, milliseconds
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as x (
        account_id int, order_id bigint, position smallint, number smallint, at timestamptz, url text, request text, status int, answer text,
        error text, milliseconds int)`
}

async function insertReviews(
  sql: Transaction,
  orders: readonly Order[],
  ids: readonly number[],
): Promise<void> {
  const rows = orders.flatMap(({ account, items }, at) =>
    items.flatMap(({ review, attempts }, place) =>
      review === null
        ? []
        : [
            {
              ...review,
              account_id: account.id,
              order_id: ids[at],
              position: place + 1,
              attempt: attempts.at(-1)?.number ?? null,
            },
          ],
    ),
  )
  await sql`
    insert into reviews (account_id, order_id, position, attempt, kind, detail, opened_by, opened_at)
    select account_id, order_id, position, attempt, kind::review_kind, detail, opened_by, opened_at
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as v (
        account_id int, order_id bigint, position smallint, attempt smallint, kind text, detail text, opened_by text, opened_at timestamptz)`
  await sql`
    insert into unrecognised_answers (supplier_id, text, example, heard_at, heard, samples)
    select supplier_id, unrecognised, min(detail), max(created_at), count(*), array_agg(distinct detail)
      from attempts where unrecognised is not null group by supplier_id, unrecognised`
}

async function insertEntries(
  sql: Transaction,
  { entries }: Month,
  orders: readonly number[],
  deposits: readonly number[],
): Promise<void> {
  const rows = entries.map(({ order, deposit, ...entry }) => ({
    ...entry,
    order_id: order === null ? null : orders[order],
    deposit_id: deposit === null ? null : deposits[deposit],
  }))
  await sql`
    insert into ledger_entries (account_id, id, kind, amount, available_after, order_id, position, actor, note, created_at, deposit_id, reference)
    select account_id, id, kind::entry_kind, amount, available_after, order_id, position, actor, note, created_at, deposit_id, reference
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as e (
        account_id int, id bigint, kind text, amount bigint, available_after bigint, order_id bigint, position smallint, actor text, note text,
        created_at timestamptz, deposit_id bigint, reference text)`
}

async function insertRequests(
  sql: Transaction,
  { requests }: Month,
  orders: readonly number[],
): Promise<void> {
  const rows = requests
    .toSorted((one, other) => one.at.getTime() - other.at.getTime())
    .map(({ order, ...request }) => ({ ...request, order_id: order === null ? null : orders[order] }))
  await sql`
    insert into requests (account_id, at, key_id, via, action, status, outcome, detail, order_id, ip, took_us, request_id)
    select account_id, at, key_id, via, action, status, outcome, detail, order_id, ip, took_us, gen_random_uuid()
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r (
        account_id int, at timestamptz, key_id int, via text, action text, status smallint, outcome text, detail text, order_id bigint, ip text,
        took_us int)`
  await sql`
    insert into api_key_uses (key_id, last_used_at, addresses)
    select key_id, max(at), array[max(ip)] from requests where key_id in (select id from api_keys) group by key_id
    on conflict (key_id) do nothing`
}

async function keepWallets(sql: Transaction, wallets: readonly WalletRow[]): Promise<void> {
  await sql`
    update wallets w set available = g.available, held = g.held, last_entry = g.last_entry
      from jsonb_to_recordset(${JSON.stringify(wallets)}::text::jsonb) as g (account_id int, available bigint, held bigint, last_entry bigint)
     where w.account_id = g.account_id`
  await sql`insert into unchained_ledgers (accounts) values (${wallets.map(({ account_id }) => account_id)}::int[])`
}

/** Balances are our balances at a supplier, from the first to the last day. */
export interface Balances {
  supplier: string
  at: Date[]
  /** `balances` are decimals. */
  balances: string[]
}

/** `writeBalances` writes how much money was at a supplier, and how much is now; `paused` is when nothing was sent to it for a while. */
export async function writeBalances(
  sql: Transaction,
  { supplier, at, balances }: Balances,
  paused: { from: Date; to: Date; reason: string } | null,
): Promise<void> {
  const rows = at.map((time, place) => ({ at: time, balance: balances[place] }))
  await sql`
    insert into supplier_balances (supplier_id, at, currency, balance)
    select s.id, b.at, s.currency, (b.balance * 1000000)::bigint
      from suppliers s
     cross join jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as b (at timestamptz, balance numeric)
     where s.name = ${supplier}`
  await sql`
    insert into supplier_health (supplier_id, balance, balance_at, closed_at)
    select distinct on (s.id) s.id, b.balance, b.at, ${paused?.to ?? null}::timestamptz
      from suppliers s join supplier_balances b on b.supplier_id = s.id
     where s.name = ${supplier} order by s.id, b.at desc
    on conflict (supplier_id) do update set balance = excluded.balance, balance_at = excluded.balance_at`
  if (paused === null) return
  await sql`
    insert into supplier_pauses (supplier_id, opened_at, closed_at, why, reason)
    select id, ${paused.from}, ${paused.to}, 'credit', ${paused.reason} from suppliers where name = ${supplier}`
}
