-- The order of the groups that services stand in, and where they are listed. A group without a row stands behind those that have one, by its name, and is
-- listed everywhere.
create table service_groups (
  name text primary key,
  position integer not null,
  shown text not null default 'everywhere' check (shown in ('everywhere', 'programs', 'portal', 'nowhere'))
);
create trigger service_groups_trail after insert or update or delete on service_groups
  for each row execute function record_change('name', '', '', 'name');
create trigger service_groups_changed after insert or update or delete on service_groups
  for each statement execute function notify_change('catalogue');

-- A group whose services all get another name keeps its place.
create function follow_renamed_groups() returns trigger language plpgsql set enable_nestloop = off as $$
begin
  if not exists (select from after n join before o using (id) where n.group_name <> o.group_name) then
    return null;
  end if;
  update service_groups g set name = r.new_name
    from (select distinct on (new_name) old_name, new_name
            from (select distinct on (o.group_name) o.group_name as old_name, n.group_name as new_name
                    from after n join before o using (id) where n.group_name <> o.group_name) every
           order by new_name, old_name) r
   where g.name = r.old_name and not exists (select from services where group_name = r.old_name)
     and not exists (select from service_groups where name = r.new_name);
  return null;
end $$;
create trigger services_renamed_groups after update on services
  referencing old table as before new table as after for each statement execute function follow_renamed_groups();

-- Whoever asks only for what has changed learns that services are listed no more, or again.
create function note_shown_groups() returns trigger language plpgsql as $$
begin
  update services set updated_at = clock_timestamp() where group_name = new.name;
  return null;
end $$;
create trigger service_groups_shown after update of shown on service_groups
  for each row when (old.shown <> new.shown) execute function note_shown_groups();
create trigger service_groups_hidden after insert on service_groups
  for each row when (new.shown <> 'everywhere') execute function note_shown_groups();
