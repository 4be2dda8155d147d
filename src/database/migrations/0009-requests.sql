-- What each account's keys asked for and how it was answered: the reseller's own log. Written behind the answers, in
-- batches, and swept by age: see src/requests.

create sequence request_ids;

create table requests (
  account_id integer not null,
  id bigint not null default nextval('request_ids'),
  at timestamptz not null,
  key_id integer not null,
  via text not null check (via in ('dhru', 'rest')),
  -- The Dhru action, or method and path.
  action text not null,
  -- Of HTTP.
  status smallint not null,
  -- ok, or an error code.
  outcome text not null,
  -- Our words for a refusal: no credentials, no bodies.
  detail text,
  order_id bigint,
  ip text not null,
  -- From the request's first byte in to the answer, in microseconds.
  took_us integer not null,
  request_id uuid not null,
  primary key (account_id, id)
);
-- What people look for are the few that went wrong.
create index requests_refused on requests (account_id, id) where outcome <> 'ok';
-- For the sweep. Not BRIN: its summaries do not shrink when rows go, and new rows in the freed pages would soon make
-- every sweep read the whole table.
create index requests_age on requests (at);
