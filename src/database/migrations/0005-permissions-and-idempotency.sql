-- The native API's ground: what keys may do, what a repeated request is answered with, an order's own transfer.

-- What a key may do: see src/accounts/permissions.ts. null: everything.
alter table api_keys add column permissions text[];

-- What an account's repeated request is answered with, written in the transaction that did what it asked. Orders have
-- order_keys.
create table idempotency_keys (
  account_id integer not null,
  -- 128 bits of a hash over the path and the caller's key, and over what was asked.
  key uuid not null,
  body uuid not null,
  -- JSON, as it is sent.
  answer text not null,
  created_at timestamptz not null,
  primary key (account_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

-- The transfer that reserved an order's price.
alter table orders add column hold_id bigint;
update orders o set hold_id = t.id
  from transfers t where t.account_id = o.account_id and t.order_id = o.id and t.kind = 'hold';
