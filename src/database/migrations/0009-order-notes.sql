-- What people of the operator write down of an order, and what they had done beside its items.

create table order_notes (
  account_id integer not null,
  id bigint generated always as identity,
  order_id bigint not null,
  at timestamptz not null,
  actor text not null,
  -- note: what somebody wrote. ask: a supplier was asked at once. webhook: its last event was sent again. look: a secret result was looked at.
  kind text not null check (kind in ('note', 'ask', 'webhook', 'look')),
  text text not null check (text <> ''),
  primary key (account_id, order_id, id)
);
create trigger order_notes_trail after insert on order_notes
  for each row execute function record_change('order_id id', '', '');
create trigger order_notes_are_final before update or delete or truncate on order_notes
  for each statement execute function refuse_change('note on an order');

-- What people of the operator write down of a reseller. One that is pinned stands first, wherever the reseller is looked at.
create table account_notes (
  id bigint generated always as identity primary key,
  account_id integer not null references accounts,
  at timestamptz not null,
  actor text not null,
  text text not null check (text <> ''),
  pinned boolean not null default false
);
create index account_notes_of_account on account_notes (account_id, id);
create trigger account_notes_trail after insert or update on account_notes
  for each row execute function record_change('account_id id', '', '');
