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
