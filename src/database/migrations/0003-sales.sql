-- Sales figures: what was charged, what it cost and what was given back, summed up by day from the ledger, a moment behind it. An item counts on
-- the day on which it ended, and a refund takes from that day. Nothing of them is needed to serve orders, and all of them can be made
-- anew: see src/sales.

-- Which things a row is of by themselves; of all others it is the sum. each: account, service and supplier. all: none of them.
create type sales_cut as enum (
  'each', 'account_service', 'account_supplier', 'service_supplier', 'account', 'service', 'supplier', 'all');

-- How long a row is of, from its day on: those of months and of quarters of the year are sums of days, so that a year is read from few rows.
create type sales_unit as enum ('day', 'month', 'quarter');

create table sales (
  cut sales_cut not null,
  -- Two things are told apart by months and quarters alone: by days that would be nearly as many rows as each has.
  unit sales_unit not null,
  day date not null,
  -- 0: all of them, by the cut; of a supplier also: nobody had it.
  account_id integer not null,
  service_id integer not null,
  supplier_id integer not null,
  currency text not null,
  -- Empty: of no cost.
  cost_currency text not null,
  -- Orders and their items on the day on which they were placed, when no supplier has them: only by account, by service and of all.
  orders integer not null,
  placed integer not null,
  -- Items that were charged, failed or were cancelled; of those charged: given back in whole, and given another result.
  charged integer not null,
  failed integer not null,
  cancelled integer not null,
  rejected integer not null,
  corrected integer not null,
  -- Items that were charged, whose cost is not known.
  uncosted integer not null,
  -- Micros of the currency.
  turnover bigint not null,
  refunded bigint not null,
  -- Micros of the currency of the cost.
  cost bigint not null,
  -- How long the items that were charged took from their placing: a number whose every twelve digits count those of one bucket, so that counts are
  -- added as numbers are (see src/sales/buckets.ts).
  times numeric not null,
  -- With the turnover, by which the rows of a report are chosen: that reads no more than this index.
  primary key (cut, unit, day, account_id, service_id, supplier_id, currency, cost_currency) include (turnover)
) with (fillfactor = 80);
create index sales_of_account on sales (account_id, cut, unit, day) where account_id > 0;
create index sales_of_service on sales (service_id, cut, unit, day) where service_id > 0;
create index sales_of_supplier on sales (supplier_id, cut, unit, day) where supplier_id > 0;

-- The same by quarters of an hour, of everything.
create table sale_quarters (
  at timestamptz not null,
  currency text not null,
  cost_currency text not null,
  orders integer not null,
  placed integer not null,
  charged integer not null,
  failed integer not null,
  cancelled integer not null,
  rejected integer not null,
  corrected integer not null,
  uncosted integer not null,
  turnover bigint not null,
  refunded bigint not null,
  cost bigint not null,
  times numeric not null,
  primary key (at, currency, cost_currency)
) with (fillfactor = 80);

-- How far each account's ledger is in the figures. Its entries have no gaps, and so none counts twice.
create table folded_ledgers (
  account_id integer primary key references accounts,
  last_id bigint not null
);

create table sales_state (
  single boolean primary key default true check (single),
  -- Where the days begin and end.
  time_zone text not null default 'UTC',
  -- Everything that was committed before is in the figures; null: they were not made yet.
  as_of timestamptz,
  -- The accounts of the hash chain's links up to this one have been looked at.
  last_link_id bigint not null default 0
);
insert into sales_state default values;
