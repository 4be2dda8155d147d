-- Results that may be seen by whoever has a link. A link names the number of its item's links: to stop sharing is to count on, which ends them all.
create table shared_results (
  account_id integer not null references accounts,
  order_id bigint not null,
  position smallint not null check (position >= 1),
  number integer not null default 1 check (number >= 1),
  is_shared boolean not null default true,
  primary key (account_id, order_id, position)
);
create trigger shared_results_trail after insert or update on shared_results
  for each row execute function record_change('order_id position', '', '');
