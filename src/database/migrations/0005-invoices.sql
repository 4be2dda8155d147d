-- Invoices: what an account was charged in a month, under a number without gaps: see src/invoices.

-- Who sells, as statements and invoices say it: one row, once it is set.
create table seller (
  id boolean primary key default true check (id),
  name text not null check (name <> ''),
  address text not null default '',
  tax_id text not null default '',
  contact text not null default '',
  -- Stands before the numbers of invoices.
  prefix text not null default ''
);
create trigger seller_trail after insert or update or delete on seller
  for each row execute function record_change('id', '', '');

-- Whom an invoice is for.
alter table accounts add column address text not null default '';
alter table accounts add column tax_id text not null default '';

-- An invoice has the number behind the last one's: it is made while the seller's row is locked.
create table invoices (
  number integer primary key check (number >= 1),
  account_id integer not null references accounts,
  -- Its first day.
  month date not null,
  currency text not null,
  -- The ledger entries that it bills: those after the first, and up to the last.
  after_entry bigint not null,
  last_entry bigint not null check (last_entry > after_entry),
  -- The seller and the account, as they were.
  seller jsonb not null,
  customer jsonb not null,
  -- The sum of its lines.
  total bigint not null,
  line_count integer not null check (line_count >= 1),
  actor text not null,
  issued_at timestamptz not null,
  unique (account_id, month)
);
create trigger invoices_are_final before update or delete or truncate on invoices
  for each statement execute function refuse_change('invoice');
create trigger invoices_trail after insert on invoices
  for each row execute function record_change('number', '', '');

-- A charge, or (below 0) what was given back of one, in the words of the day on which the invoice was made.
create table invoice_lines (
  number integer not null references invoices,
  position integer not null check (position >= 1),
  account_id integer not null references accounts,
  entry_id bigint not null,
  order_id bigint not null,
  service text not null,
  input text not null,
  reference text,
  amount bigint not null,
  at timestamptz not null,
  primary key (number, position),
  -- Nothing is billed twice.
  unique (account_id, entry_id)
);
create trigger invoice_lines_are_final before update or delete or truncate on invoice_lines
  for each statement execute function refuse_change('line of an invoice');
