-- Notices to people: who wants to be told of what, and what has been told.

-- Below this the account is told that its balance is low, in micros of its currency; null: it is not.
alter table accounts add column low_balance bigint;

create table notice_subscriptions (
  id integer generated always as identity primary key,
  -- null: the operator.
  account_id integer references accounts,
  channel text not null check (channel in ('email', 'telegram')),
  -- An e-mail address, or a Telegram chat.
  address text not null check (address <> ''),
  -- See src/notices/events.ts; null: all events of its side.
  events text[] check (events <> '{}'),
  actor text not null,
  created_at timestamptz not null,
  unique nulls not distinct (account_id, channel, address)
);

-- What lasts or has lasted, told once.
create table notices (
  id bigint generated always as identity primary key,
  event text not null,
  -- What it is about, such as the supplier's id.
  subject text not null,
  account_id integer,
  -- Grows when there is something new about it, such as the newest review's id.
  mark bigint not null default 0,
  raised_at timestamptz not null,
  told_at timestamptz not null,
  -- When it was last so.
  seen_at timestamptz not null,
  ended_at timestamptz
);
create unique index notices_open on notices (event, subject) where ended_at is null;
create index notices_ended on notices (ended_at) where ended_at is not null;
