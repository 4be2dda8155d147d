-- Suppliers' cockpit: what operators see of each supplier beside its state now.

-- Below this balance there operators are told, in micros of its currency; null: they are not.
alter table suppliers add column low_balance bigint check (low_balance >= 0);

-- Where one tops up there, and what there is to know of it: for people.
alter table suppliers add column top_up_url text;
alter table suppliers add column top_up_note text;

-- When our balance there was last asked for to keep its history; null: never.
alter table supplier_health add column balance_asked_at timestamptz;

-- Our balance at a supplier as it was said, where it was another than before.
create table supplier_balances (
  supplier_id integer not null references suppliers,
  at timestamptz not null,
  currency text not null,
  balance bigint not null,
  primary key (supplier_id, at)
);

-- note_balance keeps the history, whoever has heard of a balance.
create function note_balance() returns trigger language plpgsql as $$
begin
  insert into supplier_balances (supplier_id, at, currency, balance)
  select new.supplier_id, new.balance_at, s.currency, new.balance
    from suppliers s
   where s.id = new.supplier_id
     and not exists (
           select from (select b.balance, b.currency from supplier_balances b
                         where b.supplier_id = new.supplier_id order by b.at desc limit 1) last
            where last.balance = new.balance and last.currency = s.currency)
  on conflict (supplier_id, at) do update set balance = excluded.balance, currency = excluded.currency;
  return null;
end $$;
create trigger supplier_health_balance after insert or update of balance, balance_at on supplier_health
  for each row when (new.balance is not null and new.balance_at is not null) execute function note_balance();

-- The times at which nothing was sent to a supplier because of trouble.
create table supplier_pauses (
  supplier_id integer not null references suppliers,
  opened_at timestamptz not null,
  -- null: it goes on.
  closed_at timestamptz,
  why text not null,
  reason text,
  -- Until when a person wants it; null: nobody does.
  until timestamptz,
  primary key (supplier_id, opened_at)
);

-- note_pause follows the circuit breaker.
create function note_pause() returns trigger language plpgsql as $$
begin
  if new.open then
    insert into supplier_pauses (supplier_id, opened_at, why, reason, until)
    values (new.supplier_id, new.opened_at, new.why, new.reason, case new.why when 'person' then new.probe_at end)
    on conflict (supplier_id, opened_at) do nothing;
  else
    update supplier_pauses set closed_at = new.closed_at where supplier_id = new.supplier_id and closed_at is null;
  end if;
  return null;
end $$;
create trigger supplier_pauses_trail after insert or update of until on supplier_pauses
  for each row when (new.why = 'person') execute function record_change('supplier_id', '', '');
create trigger supplier_health_pause after insert or update of open, reason on supplier_health
  for each row execute function note_pause();

-- Tests by which something was really bought, or asked about: written before the first byte goes out.
create table supplier_tests (
  id integer generated always as identity primary key,
  supplier_id integer not null references suppliers,
  at timestamptz not null,
  -- A number of its own among the orders, which is no order's: the supplier may be told it.
  order_id bigint not null,
  -- Whose request it was, and under which key: nothing is bought twice by it. null: nobody gave one.
  request text unique,
  remote_service text not null,
  input text not null,
  fields jsonb,
  quantity integer not null check (quantity >= 1),
  -- The supplier's number, once known.
  reference text,
  -- What came of it, as SupplierOutcome names it; null: nobody knows, the process ended.
  outcome text,
  detail text
);
create trigger supplier_tests_trail after insert or update on supplier_tests
  for each row execute function record_change('id', '', 'order_id request', 'supplier_id');

-- Money paid in to our account at a supplier: deposits that were begun there, each written before the first byte goes out, and what people
-- have paid elsewhere and wrote down.
create table supplier_top_ups (
  id integer generated always as identity primary key,
  supplier_id integer not null references suppliers,
  at timestamptz not null,
  actor text not null,
  -- Whose request it was, and under which key: nothing is begun twice by it. null: nobody gave one.
  request text unique,
  -- The supplier's way to pay in; null: it was written down.
  way text,
  -- What was wanted, in micros.
  amount bigint not null check (amount > 0),
  currency text not null,
  -- unknown: nobody knows whether the supplier has begun it. pending, review, credited, cancelled, expired, failed: as the supplier says.
  -- not_begun: it was refused. given_up: a person follows it no more. noted: a person wrote it down.
  state text not null check (state in (
    'unknown', 'pending', 'review', 'credited', 'cancelled', 'expired', 'failed', 'not_begun', 'given_up', 'noted')),
  -- The supplier's number, once known; of what was written down, the payment's.
  reference text,
  note text,
  -- What the supplier says: what comes to our account, what is to be paid for it, how (see PayTo), until when.
  credited bigint,
  to_pay bigint,
  pay_to jsonb not null default '{}',
  expires_at timestamptz,
  -- Why it was refused or has failed, or why nobody knows.
  reason text,
  ended_at timestamptz,
  -- When the supplier last answered about it; null: never.
  asked_at timestamptz,
  -- When it is asked next; null: never.
  check_at timestamptz,
  check ((way is null) = (state = 'noted')),
  check ((ended_at is null) = (state in ('unknown', 'pending', 'review')))
);
-- Nothing more is begun at a supplier while nobody knows of one.
create unique index supplier_top_ups_unknown on supplier_top_ups (supplier_id) where state = 'unknown';
create index supplier_top_ups_list on supplier_top_ups (supplier_id, id);
create index supplier_top_ups_due on supplier_top_ups (check_at) where check_at is not null;
create trigger supplier_top_ups_trail after insert or update on supplier_top_ups
  for each row execute function record_change('id', '', 'request pay_to asked_at check_at', 'supplier_id currency');

-- The routes that an attempt passed over, though its service prefers them: only where there are any.
create table passed_routes (
  account_id integer not null,
  order_id bigint not null,
  position smallint not null,
  -- The attempt that was made instead.
  number smallint not null,
  route_id integer not null,
  supplier_id integer not null,
  -- off: the supplier is disabled, or its list lacks the service. margin: it would cost too much. paused: its breaker was open. failed: it has
  -- failed with this item.
  why text not null check (why in ('off', 'margin', 'paused', 'failed')),
  detail text,
  primary key (account_id, order_id, position, number, route_id)
);
