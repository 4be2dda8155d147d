-- Suppliers' own lists of services, what was imported from them, and the history of costs and prices.

-- A supplier's list as it was when last read whole.
create table supplier_services (
  supplier_id integer not null references suppliers,
  remote_id text not null check (remote_id <> ''),
  group_name text not null,
  name text not null,
  kind service_kind not null,
  -- Micros of the currency, which is what the supplier's was then.
  cost bigint not null check (cost >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  delivery_time text not null,
  description text not null,
  min_quantity integer not null,
  max_quantity integer not null,
  -- [{name, label, type: text|dropdown, required, options}] as the supplier calls them.
  fields jsonb not null,
  -- Of everything but the cost.
  hash uuid not null,
  available boolean not null default true,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  gone_at timestamptz,
  primary key (supplier_id, remote_id),
  check (available = (gone_at is null))
) with (fillfactor = 50);

-- A list while it is read, under the supplier's lock: nothing is done with it before its end has come. What a
-- crash leaves here, the next reading clears away.
create unlogged table staged_services (
  supplier_id integer not null,
  remote_id text not null,
  position integer not null,
  group_name text not null,
  name text not null,
  kind service_kind not null,
  cost bigint not null,
  delivery_time text not null,
  description text not null,
  min_quantity integer not null,
  max_quantity integer not null,
  fields jsonb not null,
  hash uuid not null,
  primary key (supplier_id, remote_id)
);

-- How a supplier's list is read by itself: every so many minutes (null: it is not), and what it may have lost, in
-- percent of what was there, before nobody but a person believes it.
create table supplier_syncs (
  supplier_id integer primary key references suppliers,
  every_minutes integer check (every_minutes between 1 and 525600),
  next_at timestamptz,
  max_loss integer not null default 20 check (max_loss between 0 and 100),
  check ((every_minutes is null) = (next_at is null))
);

create type sync_trigger as enum ('manual', 'scheduled');
create type sync_outcome as enum ('ok', 'failed', 'suspicious');
create table sync_runs (
  id integer generated always as identity primary key,
  supplier_id integer not null references suppliers,
  trigger sync_trigger not null,
  actor text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome sync_outcome,
  counts jsonb not null default '{}',
  error text,
  check ((finished_at is null) = (outcome is null))
);
create index sync_runs_of_supplier on sync_runs (supplier_id, id desc);

-- Services that were imported from a list.
create table synced_services (
  service_id integer primary key references services,
  supplier_id integer not null references suppliers,
  remote_id text not null,
  -- How the sale price follows from the cost: {percent, fixed, round, min, currency}, decimals as texts.
  rule jsonb not null,
  follows boolean not null default true,
  -- The sale price that was last written by the rule; another one was set by hand, and then stays.
  price bigint,
  -- No route was left and so the service was made inactive; whoever changes that since, takes it back.
  deactivated_by_sync boolean not null default false,
  unique (supplier_id, remote_id)
);

-- Fields of an order that the route's supplier calls otherwise than we do.
create table route_fields (
  route_id integer not null references routes on delete cascade,
  ours text not null,
  theirs text not null,
  primary key (route_id, ours)
);

create function forget_deactivation() returns trigger language plpgsql as $$
begin
  update synced_services set deactivated_by_sync = false where service_id = new.id and deactivated_by_sync;
  return null;
end $$;
create trigger services_activity after update of active on services
  for each row when (old.active is distinct from new.active) execute function forget_deactivation();

-- history --------------------------------------------------------------------------------------------------

create type priced as enum ('cost', 'price');
-- What suppliers asked and what we asked, whoever changed it. Amounts are micros of the currency; null: none.
create table price_history (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  what priced not null,
  -- A cost's.
  supplier_id integer,
  remote_id text,
  -- A price's; account and price group both null: everyone's.
  service_id integer,
  account_id integer,
  price_group_id integer,
  currency text not null,
  old_amount bigint,
  new_amount bigint,
  -- The session's imeigate.actor; null: not said.
  actor text,
  check (case what when 'cost' then supplier_id is not null and remote_id is not null
                   else service_id is not null end)
);
create index price_history_of_service on price_history (service_id, id) where service_id is not null;
create index price_history_of_remote on price_history (supplier_id, remote_id, id) where supplier_id is not null;
create trigger price_history_is_final before update or delete or truncate on price_history
  for each statement execute function refuse_change('line of the price history');

insert into price_history (at, what, service_id, account_id, price_group_id, currency, new_amount)
select updated_at, 'price', service_id, account_id, price_group_id, currency, unit_price from price_rules order by id;

create function acting() returns text language sql stable as
  $$ select nullif(current_setting('imeigate.actor', true), '') $$;

create function record_new_prices() returns trigger language plpgsql as $$
begin
  insert into price_history (what, service_id, account_id, price_group_id, currency, new_amount, actor)
  select 'price', service_id, account_id, price_group_id, currency, unit_price, acting() from after order by id;
  return null;
end $$;
create trigger price_rules_made after insert on price_rules
  referencing new table as after for each statement execute function record_new_prices();

create function record_changed_prices() returns trigger language plpgsql as $$
begin
  insert into price_history (what, service_id, account_id, price_group_id, currency, old_amount, new_amount, actor)
  select 'price', n.service_id, n.account_id, n.price_group_id, n.currency, o.unit_price, n.unit_price, acting()
    from after n join before o using (id) where n.unit_price <> o.unit_price order by id;
  return null;
end $$;
create trigger price_rules_changed_amount after update on price_rules
  referencing old table as before new table as after for each statement execute function record_changed_prices();

create function record_removed_prices() returns trigger language plpgsql as $$
begin
  insert into price_history (what, service_id, account_id, price_group_id, currency, old_amount, actor)
  select 'price', service_id, account_id, price_group_id, currency, unit_price, acting() from before order by id;
  return null;
end $$;
create trigger price_rules_removed after delete on price_rules
  referencing old table as before for each statement execute function record_removed_prices();
