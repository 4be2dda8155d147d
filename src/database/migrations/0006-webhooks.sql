-- Webhooks: whom to tell of orders, what there is to tell, what was tried.

create table webhooks (
  id integer generated always as identity primary key,
  account_id integer not null references accounts,
  -- Orders that were placed with this key are told.
  key_id integer not null unique references api_keys,
  url text not null check (url <> ''),
  -- The key's own secret and the signing secrets, sealed: see src/webhooks/webhooks.ts.
  secrets bytea not null,
  -- Until when what is sent is signed with the signing secret before this one, too.
  previous_until timestamptz,
  -- paused: it failed for too long. gone: it answered 410. Neither is sent anything until it is resumed.
  status text not null default 'active' check (status in ('active', 'paused', 'gone')),
  -- Attempts that failed in a row, and since when none has gone well.
  failures integer not null default 0,
  failing_since timestamptz,
  -- While it fails it is tried with one event at a time, and not before this.
  rest_until timestamptz,
  paused_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((status = 'active') = (paused_at is null))
);
create index webhooks_of_account on webhooks (account_id);

-- The outbox: something that became of an order and is to be told, written in the transaction in which it happened.
create table order_events (
  id bigint generated always as identity primary key,
  webhook_id integer not null,
  account_id integer not null,
  order_id bigint not null,
  -- What the order had become.
  state order_state not null,
  created_at timestamptz not null,
  -- When it is sent next; null: there is nothing to do.
  due_at timestamptz,
  -- Who sends it has it until then: a worker that died loses it.
  leased_until timestamptz,
  -- Attempts ever, and failures since it was written or last replayed.
  attempts integer not null default 0,
  tries integer not null default 0,
  delivered_at timestamptz,
  given_up_at timestamptz
) with (fillfactor = 60);
create index order_events_waiting on order_events (webhook_id, due_at, id) where due_at is not null;
create index order_events_in_order on order_events (webhook_id, order_id, id) where due_at is not null;
create index order_events_of_webhook on order_events (webhook_id, created_at);

-- Rendered for the first attempt, and never again: the body as it is sent, and the amount that is signed with it. Apart
-- from the events, whose rows are written at each step.
create table order_event_bodies (
  event_id bigint primary key,
  body text not null,
  amount text not null
);

-- Written before the first byte is sent; without an answer it is under way, or was cut off with its process.
create table webhook_attempts (
  event_id bigint not null,
  number integer not null,
  webhook_id integer not null,
  at timestamptz not null,
  ms integer,
  status smallint,
  error text,
  primary key (event_id, number)
) with (fillfactor = 80);
create index webhook_attempts_of_webhook on webhook_attempts (webhook_id, at);

-- Tells a worker that there is something to send, in the wake of the transaction. Before the first worker there is no
-- queue, and workers look for themselves when they start. Without a key, since under one the transactions that tell of
-- the same webhook would wait for each other.
create function wake_webhook(webhook integer) returns void language plpgsql as $$
begin
  if to_regclass('graphile_worker.jobs') is not null then
    perform graphile_worker.add_job('webhook_deliver', json_build_object('webhook', webhook), max_attempts => 2);
  end if;
end $$;

-- Whatever changes an order changes its state: so every change of an order is news for the webhook of its key, and no
-- way of changing one can forget it.
create function tell_webhooks() returns trigger language plpgsql as $$
declare
  told integer;
begin
  if not exists (select from webhooks) then
    return null;
  end if;
  for told in
    with written as (
      insert into order_events (webhook_id, account_id, order_id, state, created_at, due_at)
      select w.id, c.account_id, c.id, c.state, now(), case when w.status = 'active' then now() end
        from changed c
        join webhooks w on w.key_id = c.key_id
        join api_keys k on k.id = w.key_id and k.revoked_at is null
        join accounts a on a.id = w.account_id and a.status = 'active'
      returning webhook_id, due_at
    )
    select distinct webhook_id from written where due_at is not null
  loop
    perform wake_webhook(told);
  end loop;
  return null;
end $$;
create trigger orders_told after update on orders
  referencing new table as changed
  for each statement execute function tell_webhooks();
