-- Filters of lists that somebody of the staff has kept under a name, for oneself.
create table list_views (
  id integer generated always as identity primary key,
  staff_id integer not null references staff,
  list text not null check (list in ('orders')),
  name text not null check (name <> ''),
  -- The filter and the order as a query string, as it stands in the URL.
  query text not null,
  -- The columns that are shown, with commas between; null: the usual ones.
  columns text,
  is_dense boolean not null default false,
  made_at timestamptz not null
);
create unique index list_views_named on list_views (staff_id, list, lower(name));
