-- Deposits: the ways to pay in, what was asked to be paid, what gateways said of it.
-- Amounts are bigint micros of the account's currency, which is the provider's.

create table deposit_providers (
  id integer generated always as identity primary key,
  code text not null check (code ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
  kind text not null check (kind in ('manual', 'stripe')),
  name text not null check (name <> ''),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  min_amount bigint not null check (min_amount > 0),
  max_amount bigint check (max_amount >= min_amount),
  -- What the payer pays on top of what is credited: hundredths of a percent of it, and a flat part.
  fee_percent integer not null default 0 check (fee_percent between 0 and 10000),
  fee_flat bigint not null default 0 check (fee_flat >= 0),
  -- What the kind takes: see src/deposits/kinds.ts.
  settings jsonb not null default '{}',
  -- Sealed for the owner `deposit provider <id>`.
  secrets bytea,
  enabled boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index deposit_providers_code on deposit_providers (code);

create table deposits (
  id bigint generated always as identity (start with 1001) primary key,
  account_id integer not null references accounts,
  provider_id integer not null references deposit_providers,
  -- review: a person decides. Only succeeded has been credited.
  state text not null default 'pending'
    check (state in ('pending', 'review', 'succeeded', 'cancelled', 'expired', 'failed')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- What is credited.
  amount bigint not null check (amount > 0),
  fee bigint not null check (fee >= 0),
  total_pay bigint not null check (total_pay = amount + fee),
  -- The gateway's name of the payment; null: it has none, or its answer never arrived.
  reference text,
  -- Counts what the gateway answered with an error: each further try is a new request to it.
  attempt integer not null default 1,
  -- How it is paid, as the provider was when it began.
  details jsonb not null default '{}',
  -- The payer's words on the payment, such as the bank's reference. A file is in deposit_proofs.
  proof text,
  -- For operators, and for the account.
  note text,
  reason text,
  expires_at timestamptz not null,
  -- When it is looked at next by itself; null: it has ended, or waits for a person.
  look_at timestamptz,
  settled_at timestamptz,
  settled_by text,
  created_at timestamptz not null,
  check ((look_at is not null) = (state = 'pending')),
  check ((settled_at is not null) = (state not in ('pending', 'review'))),
  check ((settled_by is null) = (settled_at is null))
);
create unique index deposits_reference on deposits (provider_id, reference) where reference is not null;
create index deposits_of_account on deposits (account_id, id);
create index deposits_to_look_at on deposits (look_at) where look_at is not null;
create index deposits_in_review on deposits (id) where state = 'review';

create table deposit_proofs (
  deposit_id bigint primary key references deposits,
  media_type text not null check (media_type in ('image/png', 'image/jpeg', 'application/pdf')),
  content bytea not null,
  created_at timestamptz not null
);

-- What gateways said by themselves, each event once, and what came of it.
create table deposit_events (
  provider_id integer not null references deposit_providers,
  event_id text not null,
  deposit_id bigint not null references deposits,
  type text not null,
  outcome text not null,
  received_at timestamptz not null,
  primary key (provider_id, event_id)
);
create index deposit_events_of_deposit on deposit_events (deposit_id);

-- A deposit is credited at most once, however often and by whomever it is said to be paid.
alter table transfers
  add column deposit_id bigint,
  add constraint transfers_of_deposits check (deposit_id is null or kind = 'deposit');
create unique index transfers_credit_once on transfers (account_id, deposit_id) where deposit_id is not null;
