-- Money between two accounts, and the time at which an account's ledger is entered.

-- Both kinds came with 0004.
insert into transfer_kinds values
  ('send', 'available', 'peers'),
  ('receive', 'peers', 'available');

-- What one account sent to another; one row for the two rows of the ledger. Without foreign keys, as the ledger itself:
-- `imeigate ledger check` proves that both rows are there.
create table account_transfers (
  id bigint generated always as identity primary key,
  sender_id integer not null,
  receiver_id integer not null check (receiver_id <> sender_id),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount bigint not null check (amount > 0),
  description text check (description <> ''),
  -- The rows of the ledger: the sender's and the receiver's.
  sent_id bigint not null,
  received_id bigint not null check (received_id <> sent_id),
  -- The sender's.
  key_id integer,
  created_at timestamptz not null
);
create index account_transfers_sent on account_transfers (sender_id, id);
create index account_transfers_received on account_transfers (receiver_id, id);
create trigger account_transfers_are_final before update or delete or truncate on account_transfers
  for each statement execute function refuse_change('transfer between accounts');

alter table transfers
  add column account_transfer_id bigint,
  add constraint transfers_between_accounts
    check ((account_transfer_id is not null) = (kind in ('send', 'receive')));
-- Promise 2: what is sent is taken once and given once.
create unique index transfers_send_once on transfers (account_id, account_transfer_id)
  where account_transfer_id is not null;
-- All but orders: few rows, which a busy account would otherwise be searched for.
create index transfers_without_orders on transfers (account_id, id)
  where kind in ('deposit', 'adjust_up', 'adjust_down', 'send', 'receive');

-- A receiver may be named by e-mail address.
create index accounts_email on accounts (lower(email));

-- The first of an account's transfers, by id, of a moment or later; null: there is none.
--
-- An index on the time would cost every order; ids grow with the time, so it is found by halving them. Not strictly: a
-- transfer's time was taken before its wallet was locked, maybe on another machine. Therefore what is looked for lies
-- after the last transfer that is older than the moment by the slack, which no wait for a lock comes near.
create function first_transfer_since(account integer, moment timestamptz) returns bigint
  language plpgsql stable
  -- Each probe is a step into the index, whatever the statistics say of a table that has grown since.
  set enable_bitmapscan = off
as $$
declare
  slack constant interval := interval '15 minutes';
  low bigint := 0;
  high bigint := (select max(id) from transfers where account_id = account);
  middle bigint;
  probe record;
begin
  while low < high loop
    middle := low + (high - low) / 2;
    select id, created_at into probe from transfers
     where account_id = account and id > middle order by id limit 1;
    if probe.created_at < moment - slack then
      low := probe.id;
    else
      high := middle;
    end if;
  end loop;
  return (select id from transfers where account_id = account and id > low and created_at >= moment
           order by id limit 1);
end $$;
