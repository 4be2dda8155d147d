-- What a key may do: see src/accounts/permissions.ts. null: everything.
alter table api_keys add column permissions text[];

-- What an account's repeated request is answered with, written in the transaction that did what it asked. Orders have
-- order_keys.
create table idempotency_keys (
  account_id integer not null,
  -- 128 bits of a hash over the path and the caller's key, and over what was asked.
  key uuid not null,
  body uuid not null,
  answer jsonb not null,
  created_at timestamptz not null,
  primary key (account_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
