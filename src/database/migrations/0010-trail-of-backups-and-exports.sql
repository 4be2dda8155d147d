-- Who had a backup made by the operator API stands in the trail, as other changes do.
create trigger backups_trail after insert or update on backups
  for each row when (acting_by() is not null) execute function record_change('id', '', '');

-- Files of lists that people and programs had by the operator API, which the trail has: of which list, with which filter, and how many rows were sent.
create table exports (
  id bigint generated always as identity primary key,
  -- The list's path, without its ending.
  list text not null,
  filter jsonb not null,
  -- null: the file is being sent, or its process has died meanwhile.
  row_count bigint,
  began_at timestamptz not null
);
create trigger exports_trail after insert or update on exports
  for each row execute function record_change('id', '', '', 'list filter');
