-- Real suppliers: how they are reached, what each route costs, what waits for a person.
-- Costs are bigint micros of the supplier's currency.

-- Names this installation among all, so that two of them that buy from one supplier never use the same idempotency key,
-- nor does one that was set up anew.
create table installation (
  id text primary key default replace(gen_random_uuid()::text, '-', '')
);
insert into installation default values;

-- suppliers ------------------------------------------------------------------------------------------------

alter table suppliers
  add column url text,
  add column currency text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  -- What the kind's adapter takes: see src/suppliers.
  add column settings jsonb not null default '{}',
  -- AES-256-GCM over a JSON object of secrets: see src/secrets.
  add column secrets bytea,
  add column enabled boolean not null default true,
  -- Calls that one process has under way at a time, and (null: no limit) begins in a second.
  add column concurrency integer not null default 8 check (concurrency between 1 and 1000),
  add column rate_per_second integer check (rate_per_second between 1 and 10000),
  -- Whether resellers read its words for a refusal, or the service's.
  add column shows_reasons boolean not null default false,
  add column updated_at timestamptz not null default now(),
  add constraint suppliers_kind check (kind in ('dhru', 'rest', 'http', 'manual', 'sandbox'));
update suppliers set shows_reasons = true, concurrency = 1000 where kind = 'sandbox';

-- The circuit breaker: open, nothing is sent to the supplier until a probe has gone well.
create table supplier_health (
  supplier_id integer primary key references suppliers,
  open boolean not null default false,
  why text check (why in ('credit', 'login', 'transport', 'busy')),
  reason text,
  -- Probes that failed since it opened, and times that it opened again soon after a probe had gone well.
  probes integer not null default 0,
  opened_at timestamptz,
  probe_at timestamptz,
  closed_at timestamptz,
  -- Out of credit: what the balance must be, in micros, for it to close.
  needed bigint,
  -- What the supplier last said of our account, in micros of its currency.
  balance bigint,
  balance_at timestamptz,
  check (open = (probe_at is not null)),
  check (not open or (why is not null and opened_at is not null))
);

-- What one unit of base is worth in quote, from a day on.
create table exchange_rates (
  base text not null check (base ~ '^[A-Z]{3}$'),
  quote text not null check (quote ~ '^[A-Z]{3}$' and quote <> base),
  valid_from timestamptz not null,
  rate numeric(24, 12) not null check (rate > 0),
  actor text not null,
  created_at timestamptz not null default now(),
  primary key (base, quote, valid_from)
);

-- routes ---------------------------------------------------------------------------------------------------

alter table routes drop constraint routes_pkey;
alter table routes
  add column id integer generated always as identity primary key,
  add column remote_service text not null default '',
  -- Of one unit; null: not known, and then no margin is checked.
  add column cost bigint check (cost >= 0),
  -- What must remain of the sale price: hundredths of a percent of it.
  add column margin_floor integer not null default 0 check (margin_floor between -10000 and 10000),
  -- The supplier's list has it (null: the list has not been read).
  add column available boolean,
  add column created_at timestamptz not null default now(),
  add constraint routes_once unique (service_id, supplier_id, remote_service);
create index routes_of_supplier on routes (supplier_id, remote_service);

create type routing as enum ('fixed', 'cheapest', 'fastest', 'best');
alter table services
  add column routing routing not null default 'fixed',
  -- What a reseller reads when the last route has refused.
  add column failure_words text not null default 'Not available for this input' check (failure_words <> ''),
  -- Between two questions about an open item: at first, and at most.
  add column poll_seconds integer not null default 2 check (poll_seconds between 1 and 86400),
  add column poll_most_seconds integer not null default 600,
  -- An item that is open longer than this is shown to a person.
  add column expiry_seconds integer not null default 604800 check (expiry_seconds between 60 and 31622400),
  add check (poll_most_seconds between poll_seconds and 86400);

-- fulfilment -----------------------------------------------------------------------------------------------

-- A person decided without the supplier's word.
alter type attempt_state add value 'given_up';

alter table items
  -- With whom it is, once it was sent.
  add column supplier_id integer,
  -- A person's leave to send it below the margin floor.
  add column any_margin boolean not null default false;
update items i set supplier_id = a.supplier_id
  from attempts a
 where a.account_id = i.account_id and a.order_id = i.order_id and a.position = i.position
   and i.state in ('processing', 'unknown');
drop index items_to_send;
drop index items_to_ask;
-- By service and by supplier, so that one that is slow holds up no other.
create index items_to_send on items (service_id, due_at) where state = 'pending';
create index items_to_ask on items (supplier_id, due_at) where state in ('processing', 'unknown');

alter table attempts
  add column route_id integer,
  add column remote_service text not null default '',
  -- Of the whole item, in micros of the supplier's currency; null: not known.
  add column cost bigint,
  -- Of a refusal: whether the item or the supplier was at fault. Only an item's closes the route to it.
  add column fault text check (fault in ('item', 'supplier')),
  -- When to ask once more about an attempt that has ended, to learn of a change of mind.
  add column recheck_at timestamptz;
create index attempts_to_recheck on attempts (supplier_id, recheck_at) where recheck_at is not null;
create index attempts_by_reference on attempts (supplier_id, reference) where reference is not null;
create index attempts_measured on attempts (route_id, finished_at desc)
  where finished_at is not null and route_id is not null;

-- What only a person, or the supplier, can answer.
-- unknown: sent, and nobody can say whether it was taken      margin: costs more than the sale allows
-- supplier: no supplier is able to take it                    expired: open for too long
-- changed: the supplier says otherwise than it said before    cancel, verify: the reseller asks for it
create type review_kind as enum ('unknown', 'margin', 'supplier', 'expired', 'changed', 'cancel', 'verify');
create table reviews (
  id integer generated always as identity primary key,
  account_id integer not null,
  order_id bigint not null,
  position smallint not null,
  -- The attempt in question, where there is one.
  attempt smallint,
  kind review_kind not null,
  detail text not null,
  opened_by text not null,
  opened_at timestamptz not null,
  resolution text,
  resolved_by text,
  why text,
  resolved_at timestamptz,
  check ((resolved_at is null) = (resolution is null)),
  check ((resolved_at is null) = (resolved_by is null))
);
create unique index reviews_open on reviews (account_id, order_id, position, kind) where resolved_at is null;
create index reviews_waiting on reviews (id) where resolved_at is null;
create index reviews_of_item on reviews (account_id, order_id, position);

-- What was measured of each route lately, made anew every minute where a service chooses by it.
create table route_figures (
  route_id integer primary key,
  tried integer not null,
  succeeded integer not null,
  -- From sending to success, half of them took no longer.
  median_seconds double precision,
  measured_at timestamptz not null
);

create trigger suppliers_changed after insert or update or delete on suppliers
  for each statement execute function tell_change('suppliers');
