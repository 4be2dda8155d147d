-- Filters of lists that somebody of the staff has kept under a name: for oneself, or, where it is shared, for all of the staff.
create table list_views (
  id integer generated always as identity primary key,
  staff_id integer not null references staff,
  list text not null check (list in ('orders', 'resellers', 'services', 'deposits', 'suppliers', 'inbox', 'audit')),
  name text not null check (name <> ''),
  -- The filter and the order as a query string, as it stands in the URL.
  query text not null,
  -- The columns that are shown, with commas between; null: the usual ones.
  columns text,
  is_dense boolean not null default false,
  is_shared boolean not null default false,
  made_at timestamptz not null
);
create unique index list_views_named on list_views (staff_id, list, lower(name)) where not is_shared;
create unique index list_views_shared on list_views (list, lower(name)) where is_shared;
-- What one person keeps for oneself is nobody else's business: the trail has what all see.
create trigger list_views_changed after update on list_views
  for each row when (old.is_shared or new.is_shared) execute function record_change('id', '', '');
create trigger list_views_removed after delete on list_views
  for each row when (old.is_shared) execute function record_change('id', '', '');
