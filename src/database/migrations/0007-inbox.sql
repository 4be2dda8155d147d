-- The inbox: what waits for people, see src/inbox.

-- Who works on something, and until when somebody has put it off. Both are over by themselves, so that nothing is lost.
create table inbox_marks (
  -- review-12, deposit-1001, manual-3-17 (supplier and service), list-3 (supplier).
  thing text primary key,
  taken_by text,
  taken_until timestamptz,
  later_by text,
  later_until timestamptz,
  check ((taken_by is null) = (taken_until is null)),
  check ((later_by is null) = (later_until is null))
);

-- The oldest first.
create index reviews_waiting_since on reviews (opened_at, id) where resolved_at is null;
create index deposits_waiting_since on deposits (created_at, id) where state = 'review';

-- What was sent to a supplier and received from it where nobody can say what became of an item: the evidence of people who decide. Without secrets, kept 30 days.
create table attempt_exchanges (
  id bigint generated always as identity primary key,
  account_id integer not null,
  order_id bigint not null,
  position smallint not null,
  -- The number of the attempt.
  number smallint not null,
  at timestamptz not null,
  call text not null check (call in ('send', 'ask')),
  method text not null,
  url text not null,
  request text not null,
  -- null: there was no answer.
  status integer,
  answer text,
  -- Why there was no whole answer.
  error text,
  milliseconds integer not null
);
create index attempt_exchanges_of_item on attempt_exchanges (account_id, order_id, position, number, id);
create index attempt_exchanges_age on attempt_exchanges (at);
